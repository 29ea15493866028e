package credentials

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestLogicalReplicationOfAlternatingLogins: db-replicate copies the logins without their passwords. The run of db-switch gives the newest instance
// the passwords before any secret names it, and the pooler's pods get its host name in the same run; so they do on the way back.
func TestLogicalReplicationOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", append(live.Pooled(), engine.Override{Path: "database.credentials", Value: "alternating"})...)
	l.Certificate("mosaic-prod", "pooler-tls")
	guardPooler(l)
	watch(l)
	set := func(values ...string) {
		for pair := range slices.Chunk(values, 2) {
			l.MustSet(pair[0], pair[1])
		}
		l.MustUp()
	}
	set(`database.parameters["rds.logical_replication"]`, "1", "database.parameters.max_slot_wal_keep_size", "5120")
	set("restore.generation", "2", "restore.serving", "1", "restore.logicalReplication", "running", "restore.engineVersion", "17")
	expect := func(host string) {
		assert.Contains(t, l.KubeSecret("DB_DIRECT_HOST"), host)
		assert.Contains(t, l.One("kubernetes:core/v1:ConfigMap").Properties.Text("data", "pgbouncer.ini"), "host="+host)
	}
	expect("mosaic-prod-db.")
	l.MustUnset("restore.serving")
	set("restore.logicalReplication", "complete", "restore.switchedAt", "2026-01-31T11:00:00Z")
	expect("mosaic-prod-db-2.")
	set("restore.serving", "1", "restore.switchedAt", "2026-01-31T12:00:00Z")
	expect("mosaic-prod-db.")
	assert.Empty(t, l.MustPreview())
}
