package lock_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// replicating is a stack with logical replication, and more in its sections.
func replicating(t *testing.T, restore, database, more string) *config.Config {
	t.Helper()
	return loaded(t, fmt.Sprintf("mosaic-database:restore: {%s}\nmosaic-database:database: {backupRetentionDays: 7, "+
		"parameters: {rds.logical_replication: '1', max_slot_wal_keep_size: '5120'}, %s}\n%s", restore, database, more))
}

// completeAt is what db-switch writes at another hour.
func completeAt(hour string) string { return strings.Replace(complete, "T10:", "T"+hour+":", 1) }

const (
	running  = "generation: 2, serving: 1, logicalReplication: running, engineVersion: '17'"
	complete = "generation: 2, logicalReplication: complete, switchedAt: '2026-01-31T10:00:00Z', engineVersion: '17'"
)

// A newer version comes by logical replication: each instance has its own version, the new one serves once it has everything, and going back
// and forth takes the number alone.
func TestAVersionByLogicalReplication(t *testing.T) {
	var before map[string]string
	for _, restore := range []string{"", running, complete, completeAt("11") + ", serving: 1", completeAt("12")} {
		c := replicating(t, restore, "engineVersion: '16'", "")
		require.Empty(t, lock.Changed(c, before), restore)
		assert.False(t, lock.Restores(c, before), "there is no backup to look up")
		before = lock.Values(c, location, before)
	}
	assert.Equal(t, "16", before["mosaic-prod-db mosaic-database:database.engineVersion"])
	assert.Equal(t, "17", before["mosaic-database:database.engineVersion"])
	tidied := replicating(t, "generation: 2, logicalReplication: complete, switchedAt: '2026-01-31T12:00:00Z'", "engineVersion: '17'", "")
	assert.Empty(t, lock.Changed(tidied, before), "the same version by the other key")
}

// While logical replication is running, nothing changes that it needs as it is; and no instance is complete in the run that makes it.
func TestWhileLogicalReplicationIsRunning(t *testing.T) {
	first := lock.Values(replicating(t, "", "engineVersion: '16'", ""), location, nil)
	begun := lock.Values(replicating(t, running, "engineVersion: '16'", ""), location, first)
	sameVersion := strings.Replace(running, ", engineVersion: '17'", "", 1)
	begunSame := lock.Values(replicating(t, sameVersion, "engineVersion: '16'", ""), location, first)
	switched := lock.Values(replicating(t, complete, "engineVersion: '16'", ""), location, begun)
	const image = "mosaic-database:migrations: {image: 'mosaic-life/core-api:2.0.0'}"
	for name, test := range map[string]struct {
		restore, database, more string
		before                  map[string]string
		want                    string // key and advice; "": nothing is refused
	}{
		"another image, in the run that begins it": {running, "engineVersion: '16'", image, first, ""},
		"another image":                              {running, "engineVersion: '16'", image, begun, "migrations.image=mosaic-life/core-api:1.0.0; make the change after just db-switch"},
		"another command":                            {running, "engineVersion: '16'", "mosaic-database:migrations: {image: 'mosaic-life/core-api:1.0.0', command: [migrate]}", begun, "migrations.command=alembic upgrade head"},
		"another password":                           {running, "engineVersion: '16', passwordVersion: 2", "", begun, "database.passwordVersion=1; make the change after"},
		"another kind of logins":                     {running, "engineVersion: '16', credentials: alternating", "", begun, "database.credentials=master; make"},
		"another version of the newest":              {strings.Replace(running, "17", "18", 1), "engineVersion: '16'", "", begun, "restore.engineVersion=17; make"},
		"a version where none was written":           {running, "engineVersion: '16'", "", begunSame, "restore.engineVersion=nothing: remove the line; make"},
		"an upgrade of the active one":               {running, "engineVersion: '17', allowMajorVersionUpgrade: true, applyImmediately: true", "", begun, `database.engineVersion="16"; to set the version of the newest instance, use restore.engineVersion`},
		"an upgrade in the run that begins it":       {running, "engineVersion: '17', allowMajorVersionUpgrade: true, applyImmediately: true", "", first, `database.engineVersion="16"; to set the version`},
		"complete at once":                           {complete, "engineVersion: '16'", "", first, "restore.logicalReplication=running"},
		"complete by hand":                           {strings.Replace(complete, "switchedAt: '2026-01-31T10:00:00Z', ", "", 1), "engineVersion: '16'", "", begun, "restore.logicalReplication=just db-switch 2, which writes restore.switchedAt, too"},
		"complete by hand, and the active one stays": {"generation: 2, serving: 1, logicalReplication: complete", "engineVersion: '16'", "", begun, "restore.logicalReplication=just db-switch 1"},
		"back by hand":                               {complete + ", serving: 1", "engineVersion: '16'", "", switched, "restore.serving=just db-switch 1, which"},
		"back with an earlier moment":                {completeAt("09") + ", serving: 1", "engineVersion: '16'", "", switched, "restore.serving=just db-switch 1, which"},
		"back by the recipe":                         {completeAt("11") + ", serving: 1", "engineVersion: '16'", "", switched, ""},
		"no move":                                    {complete, "engineVersion: '16'", "", switched, ""},
		"a backup in its place":                      {"generation: 2, serving: 1, snapshotIdentifier: a", "engineVersion: '16'", "", begun, "restore.snapshotIdentifier=nothing: remove the line"},
		"another image once it is complete":          {complete, "engineVersion: '16'", image, begun, ""},
		"the version back by the key of the others":  {strings.Replace(complete, ", engineVersion: '17'", "", 1), "engineVersion: '16'", "", switched, `database.engineVersion="17"`},
	} {
		t.Run(name, func(t *testing.T) {
			var all []string
			for _, problem := range lock.Changed(replicating(t, test.restore, test.database, test.more), test.before) {
				all = append(all, strings.TrimPrefix(problem.Key, "mosaic-database:")+"="+problem.Fix)
			}
			if test.want == "" {
				assert.Empty(t, all)
				return
			}
			assert.Contains(t, strings.Join(all, "\n"), test.want)
		})
	}
}
