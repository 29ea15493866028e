package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// links are the calls of db-check, in order, with answers for which every check succeeds.
func links(t *testing.T, state string) []call {
	t.Helper()
	return []call{
		on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].DBInstanceStatus --output text", "available"),
		on("aws --region us-east-1 secretsmanager describe-secret --secret-id "+outputOf(t, state, "connectionSecretArn")+" --query DeletedDate --output text", "None"),
		on(kube+"get externalsecrets.external-secrets.io -o json", "").do(`echo '{"items":[
			{"spec":{"target":{"name":"worker-db-secret"}},"status":{"conditions":[{"type":"Ready","status":"False","reason":"SecretSyncedError","message":"another"}]}},
			{"spec":{"target":{"name":"core-api-db-secret"},"secretStoreRef":{"name":"aws-secrets-manager","kind":"SecretStore"}},"status":{"conditions":[{"type":"Ready","status":"True","reason":"SecretSynced","message":"secret synced"}]}}]}'`),
		on(kube+"get secretstores.external-secrets.io aws-secrets-manager -o json", "").do(`echo '{"spec":{"provider":{"aws":{"auth":{"jwt":{"serviceAccountRef":{"name":"core-api"}}}}}},
			"status":{"conditions":[{"type":"Ready","status":"True","reason":"Valid","message":"store validated"}]}}'`),
		on(kube+`get serviceaccount core-api -o jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}`, outputOf(t, state, "roleArn")),
		on(kube+"get secret core-api-db-secret -o", "DB_HOST DB_URL ").with("go-template={{range $name, $value := .data}}{{$name}} {{end}}"),
		on(kube+`get job core-api-migration-JOB -o jsonpath={.status.conditions[?(@.status=="True")].type}`, "SuccessCriteriaMet Complete"),
		using("api"), on(kube+"get deployment api -o json", "").do(`echo '{"spec":{"replicas":2},"status":{"readyReplicas":2}}'`),
		written, running(), exported,
	}
}

// exported is the state with the passwords, of which the CLI shows when each was made.
var exported = on("pulumi stack export --stack prod --non-interactive", "{}")

// db-check checks every link from the database to the pods, and reports the broken one.
func TestTheCheckFindsTheBrokenLink(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	whole := links(t, state)
	unnamed := map[string]int{"no ExternalSecret": 2, "an operator that is gone": 2, "a warning of kubectl": 2, "a store that is gone": 1} // the links below that only it names
	refused := `echo 'Error from server (NotFound): not found' >&2; exit 1`
	for name, test := range map[string]struct {
		link  int // -1: none
		reply string
		want  string
	}{
		"none":                       {-1, "", ""},
		"a stopped instance":         {0, "echo stopped", "BROKEN  RDS instance mosaic-prod-db: stopped"},
		"a secret on its way out":    {1, "echo 2026-11-24T10:00:00Z", "BROKEN  deletion of the connection secret: 2026-11-24T10:00:00Z"},
		"a secret that is gone":      {1, "echo ResourceNotFoundException >&2; exit 254", "BROKEN  deletion of the connection secret: ResourceNotFoundException"},
		"an account without a role":  {4, "true", "BROKEN  role of the ServiceAccount core-api: nothing"},
		"a role that is another":     {4, "echo arn:aws:iam::123456789012:role/other", "BROKEN  role of the ServiceAccount core-api: arn:aws:iam::123456789012:role/other"},
		"a store without its role":   {3, `echo '{"spec":{"provider":{"aws":{"auth":{"jwt":{"serviceAccountRef":{"name":"core-api"}}}}}},"status":{"conditions":[{"type":"Ready","status":"False","reason":"InvalidProviderConfig","message":"unable to create session"}]}}'`, "BROKEN  SecretStore aws-secrets-manager: False InvalidProviderConfig: unable to create session"},
		"a store that is not seen":   {3, `echo '{"spec":{"provider":{"aws":{"auth":{"jwt":{"serviceAccountRef":{"name":"core-api"}}}}}}}'`, "BROKEN  SecretStore aws-secrets-manager: the operator has not seen it"},
		"a store that is gone":       {3, refused, "BROKEN  SecretStore aws-secrets-manager: Error from server (NotFound)"},
		"a secret that is not read":  {2, `echo '{"items":[{"spec":{"target":{"name":"core-api-db-secret"},"secretStoreRef":{"name":"aws-secrets-manager"}},"status":{"conditions":[{"type":"Ready","status":"False","reason":"SecretSyncedError","message":"AccessDeniedException"}]}}]}'`, "BROKEN  ExternalSecret of core-api-db-secret: False SecretSyncedError: AccessDeniedException"},
		"no ExternalSecret":          {2, `echo '{"items":[]}'`, "BROKEN  ExternalSecret of core-api-db-secret: there is none"},
		"an operator that is gone":   {2, refused, "BROKEN  ExternalSecret of core-api-db-secret: Error from server (NotFound)"},
		"a warning of kubectl":       {2, `echo 'couldn'"'"'t get resource list' >&2; echo '{"items":[]}'`, "BROKEN  ExternalSecret of core-api-db-secret: there is none"},
		"no Secret":                  {5, refused, "BROKEN  entries of the Secret core-api-db-secret: Error from server"},
		"a Secret of something else": {5, "echo 'DB_URLS OTHER '", "BROKEN  entries of the Secret core-api-db-secret: DB_URLS OTHER"},
		"a migration that failed":    {6, "echo FailureTarget Failed", "BROKEN  migration core-api-migration-"},
		"pods that do not start":     {8, `echo '{"spec":{"replicas":2},"status":{}}'`, "BROKEN  Deployment api: 0 of 2 pods ready"},
		"no Deployment":              {7, `echo '{"items": []}'`, "BROKEN  Deployments of the application: no Deployment in the namespace mosaic-prod has pods that use"},
		"a command that migrates": {8, `echo '{"spec":{"replicas":1,"template":{"spec":{"containers":[{"command":["sh","-c"],"args":["alembic -c a.ini upgrade head; serve"]}]}}},"status":{"readyReplicas":1}}'`,
			"BROKEN  Deployment api: 1 of 1 pods ready; its command runs alembic upgrade, which the Job does (docs/how-to/migrations.md)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			calls := slices.Clone(whole)
			if name == "no Deployment" {
				calls = slices.Delete(calls, 8, 9)
			}
			if test.link >= 0 {
				calls[test.link] = calls[test.link].do(test.reply)
			}
			calls = slices.Delete(calls, 5-unnamed[name], 5)
			b.expect(inCluster(calls...)...)
			r := b.just("", "db-check", "prod")
			broken := strings.Count(r.stdout, "BROKEN")
			assert.Equal(t, len(whole)-3-unnamed[name], broken+strings.Count(r.stdout, "ok "), r.stdout)
			if test.link < 0 {
				assert.Zero(t, r.code, r.stdout)
				assert.Zero(t, broken, r.stdout)
				return
			}
			assert.NotZero(t, r.code)
			assert.Equal(t, 1, broken, r.stdout)
			assert.Contains(t, r.stdout, test.want)
		})
	}
}

// TestTheCheckHasTheWordsOfAWS: the operator's conditions say that something failed, and the last event of the object says what.
func TestTheCheckHasTheWordsOfAWS(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	events := func(kind, name string) call {
		return on(kube+"get events --field-selector involvedObject.kind="+kind+",involvedObject.name="+name+",type=Warning -o json", "").do(`echo '{"items":[
			{"lastTimestamp":"2026-11-24T10:00:02Z","message":"api error AccessDenied"},{"lastTimestamp":"2026-11-24T10:00:01Z","message":"earlier"}]}'`)
	}
	none := on("", "").do(`echo '{"items":[]}'`).reply
	for name, test := range map[string]struct {
		of, kind, broken string
		events           string // instead of those above
		want             string
	}{
		"secret":       {"core-api-db", "ExternalSecret", "SecretSynced", "", "BROKEN  ExternalSecret of core-api-db-secret: False SecretSynced: secret synced\n        api error AccessDenied\n"},
		"store":        {"aws-secrets-manager", "SecretStore", "Valid", "", "BROKEN  SecretStore aws-secrets-manager: False Valid: store validated\n        api error AccessDenied\n"},
		"without them": {"core-api-db", "ExternalSecret", "SecretSynced", none, "BROKEN  ExternalSecret of core-api-db-secret: False SecretSynced: secret synced\n"},
	} {
		t.Run(name, func(t *testing.T) {
			calls := inCluster(links(t, state)...)
			at := slices.IndexFunc(calls, func(c call) bool { return slices.Contains(c.argv, "serviceaccount") }) + 1
			unready := strings.NewReplacer(`{"spec":{"target":{"name":"core-api-db-secret"}`, `{"kind":"ExternalSecret","metadata":{"name":"core-api-db"},"spec":{"target":{"name":"core-api-db-secret"}`,
				`{"spec":{"provider"`, `{"kind":"SecretStore","metadata":{"name":"aws-secrets-manager"},"spec":{"provider"`,
				`"status":"True","reason":"`+test.broken+`"`, `"status":"False","reason":"`+test.broken+`"`)
			for i := range calls {
				calls[i].reply = unready.Replace(calls[i].reply)
			}
			said := events(test.kind, test.of)
			if test.events != "" {
				said.reply = test.events
			}
			b := newBench(t, state)
			b.expect(slices.Insert(calls, at, said)...)
			r := b.just("", "db-check", "prod")
			assert.NotZero(t, r.code)
			assert.Equal(t, 1, strings.Count(r.stdout, "BROKEN"), r.stdout)
			assert.Contains(t, r.stdout, test.want)
		})
	}
}

// TestTheCheckFollowsTheStore: the check looks at the store that the ExternalSecret names, and at the ServiceAccount that the store names,
// whatever the chart calls them and whatever shape app.helmValues has.
func TestTheCheckFollowsTheStore(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	for kind, account := range map[string]string{"SecretStore": "reader", "ClusterSecretStore": "core-api"} {
		t.Run(kind, func(t *testing.T) {
			named := strings.NewReplacer(`"name":"aws-secrets-manager","kind":"SecretStore"`, `"name":"aws","kind":"`+kind+`"`,
				`"serviceAccountRef":{"name":"core-api"}`, `"serviceAccountRef":{"name":"reader"}`)
			calls := inCluster(links(t, state)...)
			calls[0] = outputs.do(`(` + runPulumi + `) | jq '.helmValues = {of: "another shape"}'`)
			for i, one := range calls {
				calls[i].reply = named.Replace(one.reply)
				for j, word := range one.argv {
					switch {
					case word == "core-api" && one.argv[j-1] == "serviceaccount":
						one.argv[j] = account
					case word == "secretstores.external-secrets.io":
						one.argv[j] = strings.ToLower(kind) + "s.external-secrets.io"
					case word == "aws-secrets-manager":
						one.argv[j] = "aws"
					}
				}
			}
			b := newBench(t, state)
			b.expect(calls...)
			r := b.just("", "db-check", "prod")
			assert.Zero(t, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, "role of the ServiceAccount "+account+": ")
			assert.Contains(t, r.stdout, kind+" aws: True")
		})
	}
}

// Every recipe of a stack names the tool that is missing, and changes nothing.
func TestEveryRecipeNamesWhatIsMissing(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	words := map[string]string{
		"helm-deploy": "1.2.3", "db-restore-pitr": "latest", "db-restore-snapshot": "before", "db-serve": "1", "db-switch": "1",
		"db-release": "mosaic-prod-db", "app-scale": "2",
	}
	noAccount := []string{"db-deploy", "db-diff", "db-disown", "gitops-values", "gitops-deploy"} // Pulumi itself checks the login, or none is needed
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "*-*"))
	require.NoError(t, err)
	ofStage := func(c call) call { return c.in("stage") }
	for _, script := range scripts {
		recipe := filepath.Base(script)
		if recipe == "parameter-catalogues" {
			continue // it is of no stack
		}
		for name, test := range map[string]struct {
			without string
			stack   string
			calls   []call
			want    string
		}{
			"the tool":  {"pulumi", "prod", nil, "needs pulumi, which is not on the PATH; see https://"},
			"the stack": {"", "stage", []call{ofStage(outputs)}, "no such stack: pulumi stack ls"},
			"the login": {"", "prod", []call{outputs, account.do("echo 'Token has expired' >&2; exit 255")}, "Token has expired\n  log in to the account 123456789012"},
		} {
			if name == "the login" && slices.Contains(noAccount, recipe) {
				continue
			}
			if name != "the tool" && recipe == "db-drill-region" {
				continue // it reads a stack file, of a stack that need not be there: TestDrillOfARegion
			}
			t.Run(recipe+" without "+name, func(t *testing.T) {
				b := newBench(t, state)
				b.env = append(b.env, "HELM_CHART=oci://registry.example.com/charts/core-api", "GITOPS_DIR=.")
				if test.without != "" {
					require.NoError(t, os.Remove(filepath.Join(filepath.Dir(b.calls), "tools", test.without)))
				}
				b.expect(test.calls...)
				r := b.just("", append([]string{recipe}, strings.Fields(words[recipe]+" "+test.stack)...)...)
				assert.NotZero(t, r.code)
				assert.Contains(t, r.stderr, test.want)
			})
		}
	}
}

// lastDay are the lines of the last day that db-check reads of PostgreSQL's log.
func lastDay(lines ...string) call {
	text, err := json.Marshal(lines)
	if err != nil {
		panic(err)
	}
	return on("aws --region us-east-1 logs filter-log-events --log-group-name /aws/rds/instance/mosaic-prod-db/postgresql --output json --query events[].message "+
		"--start-time DAY --max-items 1000 --filter-pattern", "").
		with(`?"permission denied for schema" ?"permission denied for database" ?"permission denied to create extension" ?"must be owner of"`).
		do("cat <<'JSON'\n" + string(text) + "\nJSON\n")
}

// With alternating credentials, the log names a pod that tried to change the schema. No statement is shown: the line of one may have
// been matched by its text. What does not concern the applications' logins is left out.
func TestTheCheckFindsAnImageThatMigratesItself(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	alternating := outputs.do(runPulumi + ` | jq '.applicationLogins = ["core_api_a", "core_api_b"]'`)
	alternating.reply = strings.Replace(alternating.reply, "exec ", "", 1)
	pods := on(kube+"get pods -o json", "").do(`echo '{"items": [{"metadata": {"name": "api-7d9"}, "status": {"podIP": "10.0.1.23"}}, {"metadata": {"name": "new"}, "status": {}}]}'`)
	refusal := func(at, from, login, what string) string {
		return "2026-11-26 " + at + " UTC:" + from + "(43210):" + login + "@mosaic:[77]:ERROR:  " + what
	}
	for name, test := range map[string]struct {
		calls []call
		code  int
		want  string
	}{
		"nothing": {calls: []call{lastDay()}, want: "ok      changes of the schema by pods: nothing\n"},
		"others": {calls: []call{lastDay(refusal("10:00:00", "10.0.1.23", "core_api_reader_a", "permission denied for schema public at character 14"),
			"2026-11-26 10:00:00 UTC:10.0.1.23(43210):core_api_a@mosaic:[77]:STATEMENT:  INSERT INTO memories VALUES ('must be owner of my life')"), pods},
			want: "ok      changes of the schema by pods: nothing\n"},
		"pods": {code: 1, calls: []call{lastDay(refusal("10:00:00", "10.0.1.23", "core_api_a", "permission denied for schema public at character 14"),
			refusal("10:00:09", "10.0.1.23", "core_api_a", "permission denied for schema public at character 14"),
			refusal("09:00:00", "10.0.9.9", "core_api_b", "must be owner of table memories\nSTATEMENT:  ALTER TABLE memories ALTER a SET DEFAULT 'hidden'")), pods},
			want: "BROKEN  changes of the schema by pods: core_api_a from 10.0.1.23, the pod api-7d9: CREATE in the schema public, 2 times, last at 2026-11-26 10:00:09 UTC\n" +
				"core_api_b from 10.0.9.9: ALTER, DROP or CREATE INDEX of the table memories, once, last at 2026-11-26 09:00:00 UTC\n" +
				"the Job migrates; take alembic upgrade out of the command of the image (docs/how-to/migrations.md)\n"},
		"no right to read the log": {calls: []call{lastDay().do("echo AccessDeniedException >&2; exit 254")}, want: "-       changes of the schema by pods: not known, because the log could not be read: AccessDeniedException"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			calls := append(inCluster(links(t, state)...), test.calls...)
			calls[0] = alternating
			b.expect(calls...)
			r := b.just("", "db-check", "prod")
			assert.Equal(t, test.code, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, test.want)
			assert.NotContains(t, r.stdout, "hidden")
		})
	}
}
