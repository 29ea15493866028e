package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// external are the ExternalSecrets of the cluster: that of the application's chart, which the operator has read with a hash of its
// metadata, and another one.
func external(synced, spec string) string {
	return `{"items": [{"metadata": {"name": "other"}, "spec": {"target": {"name": "other-secret"}}},
		{"metadata": {"name": "chart-db"}, "spec": {` + spec + ` "target": {"name": "core-api-db-secret"}},
		 "status": {"syncedResourceVersion": "` + synced + `", "conditions": [{"type": "Ready", "status": "False", "message": "access denied"}]}}]}`
}

func listed(externals string) call {
	return on(kube+"get externalsecrets.external-secrets.io -o json", "").do("cat <<'JSON'\n" + externals + "\nJSON\n")
}

var forcing = on(kube+"annotate externalsecrets.external-secrets.io/chart-db mosaic-database/force-sync=TIME --overwrite", "")

// synchronising are the calls of a recipe while the Secret is not updated yet, until the operator has read the remote secret with a new
// hash of the metadata.
func synchronising(synced string) []call {
	const hourly = `"refreshInterval": "1h0m0s",`
	return []call{secret("old"), listed(external("1-a", hourly)), forcing, listed(external(synced, hourly))}
}

// The chart's refresh interval may be an hour. After a rotation or a restore, the recipe makes the operator read the secret at once, and
// restarts the pods after the Secret is updated.
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
