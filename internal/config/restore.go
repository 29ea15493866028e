package config

// Restore is the generations of the instance: how many there are, which one is active, and what the newest is made from: one of three
// backups, or another instance of the stack, by logical replication or by a dump.
type Restore struct {
	Generation                int               `key:"generation" default:"1" rule:"1..99" doc:"Number of the newest instance; one more makes another instance, from a backup or for logical replication, beside those that exist."`
	Serving                   int               `key:"serving" unset:"the newest" rule:"1..99" free:"the number of instances stays" doc:"Number of the active generation, which secrets, cluster and outputs point to."`
	Unprotected               []string          `key:"unprotected" rule:"instance" all:"distinct" free:"the number of instances stays" doc:"Instances that are not active and may be deleted in a later run."`
	Released                  []string          `key:"released" rule:"instance" all:"distinct" doc:"Instances that were unprotected in an earlier run and are now deleted, with a final snapshot."`
	Engines                   map[string]string `key:"engines" rule:"engineOf" free:"the number of instances stays" doc:"Engine of the instances that are not active and have another one than the tier's, by identifier, as in mosaic-prod-db: postgres."`
	SnapshotIdentifier        string            `key:"snapshotIdentifier" rule:"optional,snapshot" free:"backups are free to restore" doc:"Snapshot that the newest instance is made from; allocatedStorage and engineVersion must not be below its own."`
	PointInTime               string            `key:"pointInTime" rule:"optional,pointInTime" free:"backups are free to restore" doc:"Moment that the instance is restored to."`
	UseLatestRestorableTime   bool              `key:"useLatestRestorableTime" free:"backups are free to restore" doc:"Restores to the last moment that the backups hold."`
	SourceInstanceIdentifier  string            `key:"sourceInstanceIdentifier" rule:"optional,instance" free:"backups are free to restore" doc:"Instance, or Aurora cluster, whose backups hold that moment, or that is dumped."`
	SourceDbiResourceID       string            `key:"sourceDbiResourceId" rule:"optional,resourceId" free:"backups are free to restore" doc:"Resource id of a deleted instance, or Aurora cluster, whose automated backups are still there."`
	SourceAutomatedBackupsArn string            `key:"sourceAutomatedBackupsArn" rule:"optional,automatedBackups" free:"backups are free to restore" doc:"ARN of the automated backups to restore from, such as those that backups.copyToRegion of another stack has copied to this region (docs/how-to/region.md)."`

	DumpAndLoad bool `key:"dumpAndLoad" free:"the number of instances stays" doc:"Makes the newest instance empty, and a Job fills it with the dump of sourceInstanceIdentifier, which takes no writes from then on (docs/how-to/serverless.md)."`

	LogicalReplication LogicalReplication `key:"logicalReplication" unset:"none" rule:"optional,running|complete" free:"the number of instances stays" doc:"Makes the newest instance empty, for logical replication from the active one (docs/how-to/upgrades.md): running until just db-switch has compared the two, then complete."`
	EngineVersion      string             `key:"engineVersion" unset:"database.engineVersion" rule:"engineVersion" free:"a setting without a price" doc:"Version of PostgreSQL of the newest instance, with logicalReplication; database.engineVersion is then that of the others."`
	SwitchedAt         string             `key:"switchedAt" rule:"optional,pointInTime" free:"a note" doc:"Time at which just db-switch moved between the two generations that replicate to each other; it writes this itself, and no other move between them is accepted."`
}

// LogicalReplication is how far the newest instance is filled from the active one.
type LogicalReplication string

// The states of logical replication; "": there is none.
const (
	ReplicationRunning  LogicalReplication = "running"  // the newest one does not have everything yet, and cannot be active
	ReplicationComplete LogicalReplication = "complete" // it had everything when writes were stopped, and may be active
)

// FromBackup tells whether there is a backup to make an instance from.
func (r Restore) FromBackup() bool {
	return r.SnapshotIdentifier != "" || r.PointInTime != "" || r.UseLatestRestorableTime
}
