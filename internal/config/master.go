package config

import (
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const managedField = "database.manageMasterUserPassword"

// managedMaster holds a password that RDS manages to what RDS can, and to clients that do not log in with it: RDS changes it every seven
// days. Source: Amazon RDS User Guide, Password management with Amazon RDS and AWS Secrets Manager.
func (l *loader) managedMaster() {
	c, d := l.config, l.config.Database
	if !d.ManageMasterUserPassword {
		return
	}
	if !c.HasLogins() {
		l.conflict(Problem{Key: managedField, Value: schema.Show(true),
			Rule: "only with credentials alternating or iam: RDS would change the password that the clients have",
			Fix:  "false; or credentials: alternating in an earlier run"}, "database.credentials")
	}
	if d.MasterPasswordVersion != 0 {
		l.conflict(Problem{Key: "database.masterPasswordVersion", Value: schema.Show(d.MasterPasswordVersion),
			Rule: "not together with manageMasterUserPassword: RDS makes the passwords of the master user",
			Fix:  "nothing: remove the line"}, managedField)
	}
	if d.ReadReplicas > 0 && !d.Aurora() {
		l.conflict(Problem{Key: managedField, Value: schema.Show(true),
			Rule: fmt.Sprintf("not with read replicas (%d): RDS makes none of an instance whose password it manages", d.ReadReplicas),
			Fix:  "false; or readReplicas: 0 in an earlier run"}, "database.readReplicas")
	}
	if c.Loads() {
		l.conflict(Problem{Key: managedField, Value: schema.Show(true),
			Rule: "not while a dump is loaded: the Job logs in to both instances with one password",
			Fix:  "false, until restore.released has " + c.Restore.SourceInstanceIdentifier}, "restore.dumpAndLoad")
	}
	if c.replicates() {
		l.conflict(Problem{Key: managedField, Value: schema.Show(true),
			Rule: "not while two instances replicate: a recipe logs in to both with one password, which RDS would change",
			Fix:  "false, until restore.released has the other instance"}, "restore.logicalReplication")
	}
}

// replicates tells whether logical replication joins the newest instance and the one before it.
func (c *Config) replicates() bool {
	r := c.Restore
	if r.LogicalReplication != ReplicationComplete {
		return r.LogicalReplication == ReplicationRunning
	}
	return slices.ContainsFunc(c.Retained(), func(one Retained) bool {
		return one.Newest || one.Identifier == c.Generation(r.Generation-1)
	})
}
