package recipes

import "strings"

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
