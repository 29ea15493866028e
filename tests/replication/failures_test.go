package replication

import (
	"os"
	"path/filepath"
	"testing"
	"time"

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
	assert.Contains(t, p.refused("db-replicate", "prod", "--yes"), "generation 2 is not empty: run just db-replicate prod --end")
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

// TestTheFormerReplicationIsLeft: where it cannot be ended in the switch, both directions are there. What came from one does not go back to it.
func TestTheFormerReplicationIsLeft(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.must("db-replicate", "prod", "--yes")
	require.NoError(t, p.try(p.hosts[1], superuser, "mosaic", "ALTER SUBSCRIPTION mosaic_to_2 OWNER TO "+superuser))
	assert.Contains(t, p.must("db-switch", "2", "prod", "--yes"), "the replication into generation 2 did not end, see above; to end both directions: just db-replicate prod --end")
	p.serves(2)
	p.answer("restore.logicalReplication", "complete")
	p.do(2, "INSERT INTO app.parted VALUES (500)")
	const there = "SELECT count(*)::text FROM app.parted WHERE id = "
	require.Eventually(t, func() bool { return p.one(1, there+"500") == "1" }, 10*time.Second, 50*time.Millisecond)
	p.do(2, "DELETE FROM app.parted WHERE id = 500", "INSERT INTO app.parted VALUES (501)")
	require.Eventually(t, func() bool { return p.one(1, there+"501") == "1" }, 10*time.Second, 50*time.Millisecond)
	at := p.one(1, "SELECT pg_current_wal_insert_lsn()::text") // what was applied is flushed later
	require.Eventually(t, func() bool {
		return p.one(1, "SELECT (confirmed_flush_lsn >= '"+at+"')::text FROM pg_replication_slots WHERE slot_name = 'mosaic_to_2'") == "true"
	}, 10*time.Second, 50*time.Millisecond, "the former one has passed on what is not its own")
	assert.Equal(t, "0", p.one(2, "SELECT sum(apply_error_count)::text FROM pg_stat_subscription_stats"))
	assert.Contains(t, p.refused("db-replicate", "prod", "--end", "--yes"), "part of the replication is left, see above; run this again")
	require.NoError(t, p.try(p.hosts[1], superuser, "mosaic", "ALTER SUBSCRIPTION mosaic_to_2 OWNER TO "+master))
	p.must("db-replicate", "prod", "--end", "--yes")
	p.ended()
}

// TestTheOtherOneIsLost: what the instance that is left has of the replication goes without the other one.
func TestTheOtherOneIsLost(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.must("db-replicate", "prod", "--yes")
	require.NoError(t, p.try(p.hosts[1], superuser, "mosaic", "ALTER SUBSCRIPTION mosaic_to_2 DISABLE"))
	p.hosts[1] = "127.0.0.255" // where nobody listens
	assert.Contains(t, p.refused("db-replicate", "prod", "--end", "--yes"), "part of the replication is left, see above; run this again")
	assert.Equal(t, "0 0 0", p.one(1, `SELECT concat_ws(' ', (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_publication),
		(SELECT count(*) FROM pg_roles WHERE rolname = 'mosaic_replication'))`))
}
