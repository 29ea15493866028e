package config

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// Newest is the configuration as it is when the newest instance is active.
func (c *Config) Newest() *Config {
	newest := *c
	newest.Restore.Serving = c.Restore.Generation
	if version := c.Restore.EngineVersion; version != "" {
		newest.Database.EngineVersion = version
	}
	return &newest
}

// EngineVersionField is the field with the version of the active instance, for messages.
func (c *Config) EngineVersionField() string {
	if c.Restore.EngineVersion != "" && c.Restore.Serving == c.Restore.Generation {
		return "restore.engineVersion"
	}
	return "database.engineVersion"
}

// Parameters of RDS without which logical replication does not run, or fills the storage of the active instance.
const (
	logicalParameter = "rds.logical_replication"
	slotParameter    = "max_slot_wal_keep_size"
)

// replication asks for what logical replication needs, and lets no instance be active that does not have everything yet.
func (l *loader) replication() {
	r := l.config.Restore
	if r.SwitchedAt != "" && r.LogicalReplication != ReplicationComplete {
		l.conflict(Problem{Key: "restore.switchedAt", Value: schema.Show(r.SwitchedAt),
			Rule: "only with logicalReplication: complete, beside which just db-switch writes it",
			Fix:  "nothing: remove the line"}, "restore.logicalReplication")
	}
	if r.LogicalReplication == "" {
		if r.EngineVersion != "" {
			l.conflict(Problem{Key: "restore.engineVersion", Value: schema.Show(r.EngineVersion),
				Rule: "only with logicalReplication: an instance that is made from a backup has the backup's major version",
				Fix:  "nothing: remove the line; or database.engineVersion"}, "restore.logicalReplication")
		}
		return
	}
	if r.Generation == 1 {
		l.conflict(Problem{Key: "restore.logicalReplication", Value: schema.Show(r.LogicalReplication),
			Rule: "only with a generation after the first: there is no other instance to replicate from",
			Fix:  "restore.generation: 2 and serving: 1 beside it"}, "restore.generation")
	}
	if r.LogicalReplication == ReplicationRunning && r.Serving == r.Generation && r.Generation > 1 {
		l.conflict(Problem{Key: "restore.serving", Value: schema.Show(r.Serving),
			Rule: "not the newest generation while logical replication is running: it does not have everything yet",
			Fix:  fmt.Sprintf("%d; just db-switch makes the newest the active one", r.Generation-1)}, "restore.generation", "restore.logicalReplication")
	}
	l.replicatedVersion()
	l.replicationNeeds()
}

// replicatedVersion lets the newest instance have a later version than the active one. A version of the newest is read in place of
// database.engineVersion once it is active, so that there is nothing to compare any more.
func (l *loader) replicatedVersion() {
	r, d := l.config.Restore, l.config.Database
	if r.EngineVersion == "" || r.Serving == r.Generation {
		return
	}
	if ParseVersion(r.EngineVersion).Before(ParseVersion(d.EngineVersion)) {
		l.conflict(Problem{Key: "restore.engineVersion", Value: schema.Show(r.EngineVersion),
			Rule: fmt.Sprintf("not below database.engineVersion, %s: what the active instance has may not exist there", d.EngineVersion),
			Fix:  fmt.Sprintf("%q or later", strconv.Itoa(ParseVersion(d.EngineVersion).Major))}, "database.engineVersion")
	}
}

// replicationNeeds asks for backups and parameters.
func (l *loader) replicationNeeds() {
	d := l.config.Database
	if d.BackupRetentionDays == 0 {
		l.conflict(Problem{Key: "database.backupRetentionDays", Value: schema.Show(d.BackupRetentionDays),
			Rule: "1 or more with restore.logicalReplication: what a switch breaks, a backup has to bring back",
			Fix:  "7"}, "restore.logicalReplication")
	}
	if d.Parameters[logicalParameter] != "1" {
		l.conflict(Problem{Key: "database.parameters." + logicalParameter, Value: schema.Show(d.Parameters[logicalParameter]),
			Rule: "1 with restore.logicalReplication: PostgreSQL decodes no changes otherwise",
			Fix:  `"1", in a run before, and restart the instance (docs/how-to/upgrades.md)`}, "database.parameters", "restore.logicalReplication")
	}
	if slices.Contains([]string{"", "-1"}, d.Parameters[slotParameter]) {
		l.conflict(Problem{Key: "database.parameters." + slotParameter, Value: schema.Show(d.Parameters[slotParameter]),
			Rule: "a limit in MB with restore.logicalReplication: WAL that a slot keeps without one fills the storage, and the active instance stops",
			Fix:  `such as "5120", below the free storage`}, "database.parameters", "restore.logicalReplication")
	}
}

// LogicalDecoding tells whether the instance may have slots of logical replication.
func (c *Config) LogicalDecoding() bool { return c.Database.Parameters[logicalParameter] == "1" }
