package recipes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// With credentials: iam no application has a password. The recipes say so, and none tries one that is not there.
func TestRecipesWithoutPasswords(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	state := outputsOnly(t)
	byToken := outputs.do(strings.Replace(runPulumi, "exec ", "", 1) + ` | jq '.applicationLogins = ["core_api_iam"]'`)
	endpoint := outputOf(t, state, "endpoint")
	parameters := `{"host":["` + endpoint + `"],"portNumber":["5432"],"localPortNumber":["5432"]}`
	session := on("aws --region us-east-1 ssm start-session --target i-0b --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters "+parameters, "")
	value := on("aws --region us-east-1 secretsmanager get-secret-value --secret-id "+outputOf(t, state, "connectionSecretArn")+" --query SecretString --output text", `{"username":"core_api_iam"}`)
	inside := append([]call{byToken, account}, cluster...)
	const principals = "List who may log in under\n  database.iamPrincipals"
	for name, test := range map[string]struct {
		args, env, want, not string
		code                 int
		calls                []call
	}{
		"db-rotate":          {args: "db-rotate prod --yes", want: "nothing was done: with credentials: iam, clients log in by token and have no password to rotate", calls: inside},
		"db-get-credentials": {args: "db-get-credentials prod", want: "this secret has no password", not: "prints a password", calls: []call{byToken, account, value}},
		"db-tunnel":          {args: "db-tunnel prod", env: "DB_TUNNEL_TARGET=i-0b", want: "with a token for " + endpoint + ":5432\n", not: "db-get-credentials", calls: []call{byToken, account, session}},
		"db-shell":           {args: "db-shell prod", code: 1, want: principals, calls: inside},
		"db-connections":     {args: "db-connections prod", code: 1, want: principals, calls: inside},
		"db-slow-queries":    {args: "db-slow-queries prod", code: 1, want: principals, calls: inside},
		"db-upgrade-check":   {args: "db-upgrade-check prod", code: 1, want: principals, calls: inside},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, test.env)
			b.expect(test.calls...)
			r := b.just("", strings.Fields(test.args)...)
			assert.Equal(t, test.code != 0, r.code != 0, r.stderr)
			assert.Contains(t, r.stderr, test.want)
			if test.not != "" {
				assert.NotContains(t, r.stderr, test.not)
			}
		})
	}
}

// TestDrillWithoutPasswords: a drill has no IAM users, so its pod logs in as the master user, with the bootstrap's Secret.
func TestDrillWithoutPasswords(t *testing.T) {
	need(t)
	t.Parallel()
	inDrill := func(line string) call {
		return on("kubectl --kubeconfig SCRATCH/kubeconfig --namespace mosaic-prod-drill "+line, "")
	}
	byToken := outputs.in("prod-drill").do(strings.Replace(runPulumi, "exec ", "", 1) + ` | jq '.applicationLogins = ["core_api_iam"]'`)
	b := newBench(t, deployed(t))
	b.expect(append(drilled(on("pulumi up --stack prod-drill --yes --skip-preview", "").do(runPulumi)), byToken, cluster[0].in("prod-drill"), cluster[1],
		inDrill("logs job/core-api-migration-JOB"), setting("database.credentials").in("prod-drill").do("echo iam"), setting("pods").in("prod-drill"),
		inDrill("create -f -").do(`jq -e '.spec.containers[0].env[] | select(.name == "PGPASSWORD") | .valueFrom.secretKeyRef == {name: "core-api-bootstrap-db-secret", key: "PGPASSWORD"}'`),
		inDrill("wait --for=condition=Ready pod/db-shell-TIME --timeout=120s"),
		inDrill("exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -").do("echo 'public | memories | 3'"),
		on("pulumi destroy --stack prod-drill --yes --skip-preview", "").do(runPulumi), on("pulumi stack rm prod-drill --yes", "").do(realPulumi))...)
	r := b.just("yes\n", "db-drill", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stdout, "public | memories | 3")
}

// TestTheCheckWithTokens: the links are those of before, the one login is looked for in the log, and the master user alone has a password.
func TestTheCheckWithTokens(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	byToken := outputs.do(strings.Replace(runPulumi, "exec ", "", 1) + ` | jq '.applicationLogins = ["core_api_iam"]'`)
	pods := on(kube+"get pods -o json", "").do(`echo '{"items": [{"metadata": {"name": "api-7d9"}, "status": {"podIP": "10.0.1.23"}}]}'`)
	refusal := func(login string) string {
		return "2026-11-26 10:00:00 UTC:10.0.1.23(43210):" + login + "@mosaic:[77]:ERROR:  permission denied for schema public at character 14"
	}
	const master = `{"type": "random:index/randomPassword:RandomPassword", "urn": "urn:pulumi:prod::p::random:index/randomPassword:RandomPassword::mosaic-prod-db-password"}`
	for name, test := range map[string]struct {
		calls []call
		code  int
		want  string
	}{
		"nothing":       {calls: []call{lastDay()}, want: "ok      changes of the schema by pods: nothing\n"},
		"the migration": {calls: []call{lastDay(refusal("core_api_migrator_iam")), pods}, want: "ok      changes of the schema by pods: nothing\n"},
		"a pod": {calls: []call{lastDay(refusal("core_api_iam")), pods}, code: 1,
			want: "BROKEN  changes of the schema by pods: core_api_iam from 10.0.1.23, the pod api-7d9: CREATE in the schema public"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			calls := append(inCluster(links(t, state)...), test.calls...)
			calls[0] = byToken
			calls[len(calls)-len(test.calls)-1] = exported.do("echo '{\"deployment\": {\"resources\": [" + master + "]}}'")
			b.expect(calls...)
			r := b.just("", "db-check", "prod")
			assert.Equal(t, test.code, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, test.want)
			assert.Contains(t, r.stdout, "-       ages of the passwords: the master user an unknown time\n")
		})
	}
}
