package replication

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ended expects that nothing of logical replication is left on either side.
func (p *pair) ended() {
	p.t.Helper()
	for generation := 1; generation <= 2; generation++ {
		assert.Equal(p.t, "0 0 0 0", p.one(generation, `SELECT concat_ws(' ', (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_subscription),
			(SELECT count(*) FROM pg_publication), (SELECT count(*) FROM pg_roles WHERE rolname = 'mosaic_replication'))`), "generation %d", generation)
	}
}

// TestAReplicationThatFailsBetweenItsSteps: the slot is there and no subscription has it, so nobody reads it, and it keeps WAL. The end drops it, and
// the replication can be begun again.
func TestAReplicationThatFailsBetweenItsSteps(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	require.NoError(t, p.try(p.hosts[1], superuser, "postgres", "REVOKE pg_create_subscription FROM "+master))
	p.refused("db-replicate", "prod", "--yes")
	assert.Equal(t, "1", p.one(1, "SELECT count(*)::text FROM pg_replication_slots"), "that of the step before")
	assert.Contains(t, p.refused("db-replicate", "prod", "--yes"), "generation 2 is not empty: just db-replicate prod --end")
	p.must("db-replicate", "prod", "--end", "--yes")
	p.ended()
}

// TestASwitchThatIsKilled: between the switch and the change of the stack file, the newest takes writes, and the file says that the other one is
// active. The way back loses nothing.
func TestASwitchThatIsKilled(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.must("db-replicate", "prod", "--yes")
	recipe := filepath.Join(p.project, "bin", "recipe")
	require.NoError(t, os.Remove(recipe))
	require.NoError(t, os.WriteFile(recipe, []byte("#!/bin/sh\nkill -9 $PPID\n"), 0o700))
	p.refused("db-switch", "2", "prod", "--yes")
	p.do(2, "INSERT INTO app.parted VALUES (400)")
	assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "INSERT INTO app.parted VALUES (401)"), "25006")

	require.NoError(t, os.WriteFile(recipe, []byte("#!/bin/sh\n"), 0o700))
	p.must("db-switch", "1", "prod", "--yes")
	assert.Equal(t, "1", p.one(1, "SELECT count(*)::text FROM app.parted WHERE id = 400"))
	p.do(1, "INSERT INTO app.parted VALUES (402)")
}
