package config

import (
	"cmp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// newestEngine is the engine of the newest instance, which what is in restore was made with.
func (c *Config) newestEngine() Engine { return c.engineOf(c.Generation(c.Restore.Generation)) }

// engineOf is the engine of an instance of the stack: the tier's, if nothing else is written.
func (c *Config) engineOf(identifier string) Engine {
	return cmp.Or(Engine(c.Restore.Engines[identifier]), c.Database.Engine)
}

// instancesAlone refuses to a cluster what RDS, or this program, does for instances alone.
func (l *loader) instancesAlone() {
	r, b := l.config.Restore, l.config.Backups
	if l.config.Database.Aurora() && b.CopyToRegion != "" {
		l.conflict(Problem{Key: "backups.copyToRegion", Value: schema.Show(b.CopyToRegion),
			Rule: "not with tier serverless: RDS copies the automated backups of instances alone",
			Fix: "nothing: remove the field, and copy snapshots of the cluster there (docs/how-to/serverless.md); copies that there are of an instance " +
				"end before, in two runs with its tier (docs/how-to/region.md)"}, "tier")
	}
	if l.config.newestEngine() != AuroraPostgreSQL && (!l.config.Database.Aurora() || r.LogicalReplication == ReplicationComplete) {
		return // an active cluster may have an instance beside it that replication made
	}
	for _, given := range []struct{ field, value string }{
		{"restore.engineVersion", r.EngineVersion}, {"restore.logicalReplication", string(r.LogicalReplication)},
	} {
		if given.value != "" {
			l.conflict(Problem{Key: given.field, Value: schema.Show(given.value),
				Rule: "not with an Aurora cluster as the active or the newest instance: just db-replicate replicates between instances of RDS alone",
				Fix: "nothing: remove the line; a cluster is upgraded in place, with database.engineVersion (docs/how-to/upgrades.md), and data comes from another " +
					"engine by a snapshot, or with dumpAndLoad (docs/how-to/serverless.md)"}, "tier", "restore.engines", "restore.generation")
		}
	}
}

// backupsOfEngine refuses to make the newest instance from a backup that its engine cannot read.
func (l *loader) backupsOfEngine() {
	const (
		ofAurora = "not a cluster's for an instance of RDS: RDS makes none from a backup of Aurora"
		dump     = "restore.dumpAndLoad, with the cluster as sourceInstanceIdentifier (docs/how-to/serverless.md); or that of an instance"
	)
	r := l.config.Restore
	ofCluster, instance := strings.HasPrefix(r.SourceDbiResourceID, "cluster-"), l.config.newestEngine() != AuroraPostgreSQL
	if instance && strings.Contains(r.SnapshotIdentifier, ":cluster-snapshot:") {
		l.conflict(Problem{Key: "restore.snapshotIdentifier", Value: r.SnapshotIdentifier, Rule: ofAurora, Fix: dump}, "tier", "restore.engines")
	}
	if instance && ofCluster {
		l.conflict(Problem{Key: "restore.sourceDbiResourceId", Value: r.SourceDbiResourceID, Rule: ofAurora, Fix: dump}, "tier", "restore.engines")
	}
	if !instance && r.SourceDbiResourceID != "" && !ofCluster {
		l.conflict(Problem{Key: "restore.sourceDbiResourceId", Value: r.SourceDbiResourceID,
			Rule: "of a cluster with tier serverless: Aurora is not restored to a point in time of an RDS instance",
			Fix:  "that of a cluster, such as cluster-ABCDEFGHIJKLMNOPQRSTUVWXY1; or the ARN of a snapshot of the instance under snapshotIdentifier"}, "tier", "restore.engines")
	}
	if arn := r.SourceAutomatedBackupsArn; arn != "" && !instance {
		l.conflict(Problem{Key: "restore.sourceAutomatedBackupsArn", Value: schema.Show(arn),
			Rule: "not for an Aurora cluster: it is not restored to a point in time of an RDS instance",
			Fix:  "the ARN of a snapshot of the instance, in this region, under snapshotIdentifier"}, "tier", "restore.engines", "restore.generation")
	}
}
