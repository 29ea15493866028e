package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// external is what the cluster has of ExternalSecrets: the chart's of the application, under a name of the chart's, after a reading
// whose metadata had that hash; and another one.
func external(synced, spec string) string {
	return `{"items": [{"metadata": {"name": "other"}, "spec": {"target": {"name": "other-secret"}}},
		{"metadata": {"name": "chart-db"}, "spec": {` + spec + ` "target": {"name": "core-api-db-secret"}},
		 "status": {"syncedResourceVersion": "` + synced + `", "conditions": [{"type": "Ready", "status": "False", "message": "access denied"}]}}]}`
}

func listed(externals string) call {
	return on(kube+"get externalsecrets.external-secrets.io -o json", "").do("cat <<'JSON'\n" + externals + "\nJSON\n")
}

var forcing = on(kube+"annotate externalsecrets.external-secrets.io/chart-db mosaic-database/force-sync=TIME --overwrite", "")

// synchronising is what a recipe does about a Secret that is still the old one, until the operator says that it read the remote
// secret with metadata of that hash.
func synchronising(synced string) []call {
	const hourly = `"refreshInterval": "1h0m0s",`
	return []call{secret("old"), listed(external("1-a", hourly)), forcing, listed(external(synced, hourly))}
}

// A chart may let the operator look once an hour. After a rotation and after a restore it looks at once, and the pods restart when
// the Secret is the new one.
func TestTheChartsSecretIsSynchronised(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(inCluster(secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change.with("--yes").do(""))...)
	b.expect(synchronising("1-b")...)
	b.expect(restarting()...)
	r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
	assert.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "waiting until the operator has read the secret for chart-db")
}
