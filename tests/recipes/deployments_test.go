package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// using answers the Deployments of the namespace, of which those that are named have pods that use the Secret of core-api.
func using(names ...string) call {
	return on(kube+"get deployments -o json", "").do("cat <<'JSON'\n" + deploymentsOf("core-api-db-secret", names...) + "\nJSON\n")
}

// deploymentsOf lists Deployments that use a Secret, after two that do not.
func deploymentsOf(secret string, names ...string) string {
	items := []string{
		`{"metadata": {"name": "core-api-pooler"}, "spec": {"template": {"spec": {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "core-api-pooler-secret"}}}]}]}}}}`,
		`{"metadata": {"name": "web"}, "spec": {"template": {"spec": {"containers": [{"name": "web"}]}}}}`,
	}
	for _, name := range names {
		items = append(items, `{"metadata": {"name": "`+name+`"}, "spec": {"template": {"spec": {"containers": [{"envFrom": [{"secretRef": {"name": "`+secret+`"}}]}]}}}}`)
	}
	return `{"items": [` + strings.Join(items, ", ") + `]}`
}

func replicas(name, number string) call {
	return on(kube+"get deployment "+name+" -o jsonpath={.spec.replicas}", number)
}

// two are the outputs of a stack with another application in a namespace of its own, and with Deployments that are listed for the first.
func two(listed string) []call {
	return inClusterOf(`{"region": "us-east-1", "accountId": "123456789012", "clusterName": "mosaic-prod", "namespace": "mosaic-prod", "applicationName": "core-api",
		"kubernetesSecretName": "core-api-db-secret", "deployments": ` + listed + `,
		"additionalApps": {"worker": {"namespace": "jobs", "kubernetesSecretName": "worker-db-secret", "deployments": []}}}`)
}

const inJobs = "kubectl --kubeconfig SCRATCH/kubeconfig --namespace jobs "

// rolling are the calls that restart Deployments of the application, and wait for them.
func rolling(names ...string) []call {
	var calls []call
	for _, name := range names {
		calls = append(calls, on(kube+"rollout restart deployment/"+name, ""))
	}
	for _, name := range names {
		calls = append(calls, on(kube+"rollout status deployment/"+name+" --timeout=10m", ""))
	}
	return calls
}

// The Deployments of an application are those whose pods use its Secret, in whatever way, or those that are listed. If one is not
// found, the recipe says how it looked and what to do, and does the rest.
func TestDeploymentsOfApplications(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	form := func(name, pod string) string {
		return `{"metadata": {"name": "` + name + `"}, "spec": {"template": {"spec": ` + pod + `}}}`
	}
	forms := on(kube+"get deployments -o json", "").do("cat <<'JSON'\n{\"items\": [" + strings.Join([]string{
		form("one-key", `{"containers": [{"name": "a"}, {"env": [{"name": "X", "value": "y"}, {"valueFrom": {"secretKeyRef": {"name": "core-api-db-secret", "key": "DB_URL"}}}]}]}`),
		form("in-init", `{"containers": [{}], "initContainers": [{"envFrom": [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "core-api-db-secret"}}]}]}`),
		form("volume", `{"containers": [{}], "volumes": [{"emptyDir": {}}, {"secret": {"secretName": "core-api-db-secret"}}]}`),
		form("projected", `{"containers": [{}], "volumes": [{"projected": {"sources": [{"configMap": {"name": "c"}}, {"secret": {"name": "core-api-db-secret"}}]}}]}`),
		form("other", `{"containers": [{"envFrom": [{"configMapRef": {"name": "core-api-db-secret"}}]}], "volumes": [{"secret": {"secretName": "core-api-db-secrets"}}]}`),
	}, ",") + "]}\nJSON\n")
	worker := on(inJobs+"get deployments -o json", "").do("echo '" + deploymentsOf("worker-db-secret", "queue") + "'")
	none := on(inJobs+"get deployments -o json", "").do(`echo '{"items": []}'`)
	const lacking = "no Deployment in the namespace mosaic-prod has pods that use the Secret core-api-db-secret (env, envFrom or a volume), so none of core-api was\n" +
		"  found. If there is one, list it under mosaic-database:app.deployments, then: just db-deploy prod. Restart other kinds yourself, such as a StatefulSet:\n" +
		"  kubectl rollout restart -n mosaic-prod statefulset/<name>\n"
	for name, test := range map[string]struct {
		args  string
		calls []call
		code  int
		want  string
	}{
		"by the Secret": {args: "app-restart prod --yes", calls: append(inCluster(forms), rolling("one-key", "in-init", "volume", "projected")...)},
		"listed": {args: "app-restart prod --yes", calls: append(append(two(`["web"]`), using("core-api"), worker,
			on(kube+"rollout restart deployment/web", ""), on(inJobs+"rollout restart deployment/queue", "")),
			on(kube+"rollout status deployment/web --timeout=10m", ""), on(inJobs+"rollout status deployment/queue --timeout=10m", ""))},
		"listed, and not there": {args: "app-restart prod --yes", code: 1, calls: append(append(two(`["gone", "web"]`), using(), none), rolling("web")...),
			want: "the namespace mosaic-prod has no Deployment gone, which mosaic-database:app.deployments lists"},
		"none":              {args: "app-restart prod --yes", code: 1, calls: inCluster(using()), want: lacking + "app-restart: there is nothing to restart"},
		"none to scale":     {args: "app-scale 2 prod --yes", code: 1, calls: inCluster(using()), want: lacking + "app-scale: there is nothing to scale"},
		"none with Alembic": {args: "db-migrate-status prod", code: 1, calls: inCluster(using()), want: lacking},
		"no right to look": {args: "app-restart prod --yes", code: 1, calls: inCluster(using().do(`echo 'Error from server (Forbidden): deployments.apps is forbidden' >&2; exit 1`)),
			want: "cannot look for the Deployments of core-api in the namespace mosaic-prod: Error from server (Forbidden)"},
		"a paused one": {args: "app-restart prod --yes", code: 1, calls: inCluster(using("api", "jobs"),
			on(kube+"rollout restart deployment/api", "").do("echo 'error: cannot restart paused deployment' >&2; exit 1"),
			on(kube+"rollout restart deployment/jobs", ""), on(kube+"rollout status deployment/jobs --timeout=10m", "")),
			want: "the pods of api were not restarted, see above; to do it: kubectl rollout restart -n mosaic-prod deployment/api"},
		"stopped": {args: "app-scale 0 prod --yes", want: "to start it again: kubectl scale -n jobs deployment/queue --replicas=4", calls: append(two(`[]`), using("api"), worker,
			replicas("api", "3"), on(inJobs+"get deployment queue -o jsonpath={.spec.replicas}", "4"),
			on(kube+"scale deployment/api --replicas=0", ""), on(inJobs+"scale deployment/queue --replicas=0", ""),
			on(kube+"rollout status deployment/api --timeout=10m", ""), on(inJobs+"rollout status deployment/queue --timeout=10m", ""))},
		"started": {args: "app-scale 3 prod --yes", calls: append(two(`[]`), using("api"), replicas("api", "0"),
			on(kube+"scale deployment/api --replicas=3", ""), on(kube+"rollout status deployment/api --timeout=10m", ""))},
		"not all are stopped": {args: "app-scale 0 prod --yes", code: 1, want: "but not what is named above: its pods may still write", calls: append(two(`[]`), using("api"), none,
			replicas("api", "3"), on(kube+"scale deployment/api --replicas=0", ""), on(kube+"rollout status deployment/api --timeout=10m", ""))},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(test.calls...)
			r := b.just("", strings.Fields(test.args)...)
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

// A rotation that is done stays done: if pods cannot be restarted, the recipe says so, what to do, and ends with an exit code of its own.
// Each application is restarted when its own Secret has the new password.
func TestWorkThatIsDoneWithoutTheRestart(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	secretOf := func(content string) call {
		return on(inJobs+"get secret worker-db-secret --ignore-not-found -o jsonpath={.data}", content)
	}
	queue := on(inJobs+"get deployments -o json", "").do("echo '" + deploymentsOf("worker-db-secret", "queue") + "'")
	rotating := []call{setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change.with("--yes").do("")}
	writtenOf := call{on(inJobs+"get secret worker-db-secret --show-managed-fields -o json", "").argv, written.reply}
	inQueue := call{on(inJobs+"get pods -o json", "").argv, running().reply}
	one := append(inCluster(secret("old")), append(rotating, secret("new"), written)...)
	both := append(append(two(`[]`), secret("old"), secretOf("old")), append(rotating, secret("new"), written)...)
	for name, test := range map[string]struct {
		calls []call
		code  int
		want  string
	}{
		"no Deployment": {calls: append(one[:len(one):len(one)], using(), running()), code: 4, want: "kubectl rollout restart -n mosaic-prod statefulset/<name>\n" +
			"db-rotate: the password of prod is rotated, but not every pod was restarted"},
		"pods that do not start": {calls: append(one[:len(one):len(one)], using("api"), on(kube+"rollout restart deployment/api", ""),
			on(kube+"rollout status deployment/api --timeout=10m", "").do("exit 1"), running()), code: 4, want: "the pods of api were restarted, and the new ones are not ready"},
		"two applications": {want: "the password of prod is rotated, and every pod has the new content", calls: append(both[:len(both):len(both)],
			secretOf("new"), writtenOf, using("api"), queue, on(kube+"rollout restart deployment/api", ""), on(inJobs+"rollout restart deployment/queue", ""),
			on(kube+"rollout status deployment/api --timeout=10m", ""), on(inJobs+"rollout status deployment/queue --timeout=10m", ""), running(), inQueue)},
		"a database of its own, and a pod that the restart does not reach": {code: 4,
			want: "the pod queue-0 started before the Secret of worker was renewed, and still uses the former content; replace it: kubectl delete pod -n jobs queue-0\n", calls: append(
				ofOwnDatabase(both), secretOf("new"), writtenOf, using("api"), queue, on(kube+"rollout restart deployment/api", ""), on(inJobs+"rollout restart deployment/queue", ""),
				on(kube+"rollout status deployment/api --timeout=10m", ""), on(inJobs+"rollout status deployment/queue --timeout=10m", ""), running(),
				call{inQueue.argv, running(pod("queue-0", "worker-db-secret", "09:59:59")).reply})},
		"two applications, one without its Secret": {code: 4, want: "no ExternalSecret makes the Secret worker-db-secret", calls: append(append(both[:len(both):len(both)],
			secretOf(""), on(inJobs+"get externalsecrets.external-secrets.io -o json", `{"items":[]}`).do(`echo '{"items":[]}'`), using("api")), append(rolling("api"), running())...)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(test.calls...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

// ofOwnDatabase are the calls of a stack whose other application has a database of its own, with logins and secrets.
func ofOwnDatabase(calls []call) []call {
	own := `"worker": {"database": {"name": "worker", "connectionSecretArn": "arn:worker", "applicationLogins": ["worker_a", "worker_b"], "migrationJobName": "m"}, `
	changed := slices.Clone(calls)
	changed[0].reply = strings.Replace(changed[0].reply, `"worker": {`, own, 1)
	return changed
}
