package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// three are the outputs of a stack with an application that shares the main database, and one with a database of its own.
const three = `{"region": "us-east-1", "accountId": "123456789012", "clusterName": "mosaic-prod", "namespace": "mosaic-prod", "applicationName": "core-api",
	"instanceIdentifier": "mosaic-prod-db", "kubernetesSecretName": "core-api-db-secret", "serviceAccountName": "core-api", "roleArn": "arn:of-core-api",
	"connectionSecretArn": "arn:connection", "applicationLogins": ["core_api_a", "core_api_b"], "migrationJobName": "core-api-migration-1",
	"additionalApps": {
		"orders": {"namespace": "shop", "kubernetesSecretName": "orders-db-secret", "serviceAccountName": "orders", "roleArn": "arn:of-orders", "deployments": [],
			"database": {"connectionSecretArn": "arn:orders", "applicationLogins": ["orders_a", "orders_b"], "migrationJobName": "orders-migration-1"}},
		"worker": {"namespace": "mosaic-prod", "kubernetesSecretName": "worker-db-secret", "serviceAccountName": "worker", "roleArn": "arn:of-worker", "deployments": []}}}`

// linksOf are the calls with which db-check looks at one application; connection and job are empty where it has none.
func linksOf(app, namespace, connection, job string) []call {
	in := "kubectl --kubeconfig SCRATCH/kubeconfig --namespace " + namespace + " "
	says := func(line, json string) call { return on(in+line, "").do("cat <<'JSON'\n" + json + "\nJSON\n") }
	const ready = `"status": {"conditions": [{"type": "Ready", "status": "True"}]}`
	secret := app + "-db-secret"
	calls := []call{
		on("aws --region us-east-1 secretsmanager describe-secret --secret-id "+connection+" --query DeletedDate --output text", "None"),
		says("get externalsecrets.external-secrets.io -o json", `{"items": [{"spec": {"target": {"name": "`+secret+`"}, "secretStoreRef": {"name": "store"}}, `+ready+`}]}`),
		says("get secretstores.external-secrets.io store -o json", `{"spec": {"provider": {"aws": {"auth": {"jwt": {"serviceAccountRef": {"name": "`+app+`"}}}}}}, `+ready+`}`),
		on(in+"get serviceaccount "+app+` -o jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}`, "arn:of-"+app),
		on(in+"get secret "+secret+" -o", "DB_URL ").with("go-template={{range $name, $value := .data}}{{$name}} {{end}}"),
		on(in+"get job "+job+` -o jsonpath={.status.conditions[?(@.status=="True")].type}`, "Complete"),
		says("get deployments -o json", deploymentsOf(secret, app+"-api")),
		says("get deployment "+app+"-api -o json", `{"spec": {"replicas": 1}, "status": {"readyReplicas": 1}}`),
		says("get secret "+secret+" --show-managed-fields -o json", `{"metadata": {"creationTimestamp": "2026-11-27T10:00:00Z"}}`),
		says("get pods -o json", `{"items": [`+pod("new", secret, "10:00:00")+`]}`),
	}
	return slices.DeleteFunc(calls, func(c call) bool {
		return connection == "" && slices.Contains(c.argv, "secretsmanager") || job == "" && slices.Contains(c.argv, "job")
	})
}

// linksOfThree are the calls of db-check for three applications, up to the log.
func linksOfThree() []call {
	calls := append(inClusterOf(three), on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].DBInstanceStatus --output text", "available"))
	calls = append(calls, linksOf("core-api", "mosaic-prod", "arn:connection", "core-api-migration-1")...)
	calls = append(calls, linksOf("orders", "shop", "arn:orders", "orders-migration-1")...)
	return append(append(calls, linksOf("worker", "mosaic-prod", "", "")...), exported)
}

// With --json, a finding has the application that it is of as a field, and the text is the same for each; those of the instance have none.
func TestFindingsOfSeveralApplications(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(append(linksOfThree(), lastDay())...)
	r := b.just("", "db-check", "prod", "--json")
	require.Zero(t, r.code, r.stderr)
	of := map[string]int{}
	for _, one := range checked(t, r).Findings {
		of[one.Application]++
		assert.NotContains(t, one.What, one.Application+": ")
	}
	assert.Equal(t, map[string]int{"core-api": 8, "orders": 8, "worker": 6, "": 3}, of)
	assert.Equal(t, 22, strings.Count(r.stdout, `"application": `), "absent, not empty")
}

// TestTheCheckOfSeveralApplications: each link of each application, in its namespace, with its name; the log is read for the logins of all.
func TestTheCheckOfSeveralApplications(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	refusal := "2026-11-26 10:00:00 UTC:10.0.1.23(43210):orders_b@orders:[77]:ERROR:  permission denied for schema public at character 14"
	podsIn := func(namespace, items string) call {
		return on("kubectl --kubeconfig SCRATCH/kubeconfig --namespace "+namespace+" get pods -o json", "").do(`echo '{"items": [` + items + `]}'`)
	}
	inLog := []call{lastDay(refusal), podsIn("mosaic-prod", ""), podsIn("shop", `{"metadata": {"name": "orders-7d9"}, "status": {"podIP": "10.0.1.23"}}`)}
	for name, test := range map[string]struct {
		of, and string // words of the call that answers otherwise
		reply   string
		log     []call
		want    string
	}{
		"nothing":                 {log: []call{lastDay()}},
		"a secret on its way out": {of: "arn:orders", reply: "echo 2026-11-24T10:00:00Z", log: []call{lastDay()}, want: "BROKEN  orders: deletion of the connection secret: 2026-11-24"},
		"a role that is another":  {of: "orders", and: "serviceaccount", reply: "echo arn:of-core-api", log: []call{lastDay()}, want: "BROKEN  orders: role of the ServiceAccount orders: arn:of-core-api\n"},
		"no Secret":               {of: "worker-db-secret", and: "-o", reply: "exit 1", log: []call{lastDay()}, want: "BROKEN  worker: entries of the Secret worker-db-secret: nothing\n"},
		"a migration that failed": {of: "orders-migration-1", reply: "echo Failed", log: []call{lastDay()}, want: "BROKEN  orders: migration orders-migration-1: Failed\n"},
		"pods that do not start":  {of: "orders-api", reply: `echo '{"spec": {"replicas": 2}}'`, log: []call{lastDay()}, want: "BROKEN  orders: Deployment orders-api: 0 of 2 pods ready\n"},
		"pods of before": {of: "shop", and: "pods", reply: `echo '{"items": [` + pod("old", "orders-db-secret", "09:59:59") + `]}'`, log: []call{lastDay()},
			want: "BROKEN  orders: pods with the present content of orders-db-secret: it was written at 2026-11-27T10:00:00Z, and these pods started before that: old;"},
		"an image that migrates": {log: inLog, want: "BROKEN  changes of the schema by pods: orders_b from 10.0.1.23, the pod orders-7d9: CREATE in the schema public"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			calls := linksOfThree()
			if test.of != "" {
				at := slices.IndexFunc(calls, func(c call) bool {
					return slices.Contains(c.argv, test.of) && (test.and == "" || slices.Contains(c.argv, test.and))
				})
				calls[at] = calls[at].do(test.reply)
			}
			b.expect(append(calls, test.log...)...)
			r := b.just("", "db-check", "prod")
			assert.Equal(t, test.want != "", r.code != 0, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, test.want)
			assert.Equal(t, min(1, len(test.want)), strings.Count(r.stdout, "BROKEN"), r.stdout)
			assert.Contains(t, r.stdout, "ok      core-api: entries of the Secret core-api-db-secret: DB_URL")
			assert.Equal(t, 8+8+6+2, strings.Count(r.stdout, "BROKEN")+strings.Count(r.stdout, "ok "), r.stdout)
		})
	}
}
