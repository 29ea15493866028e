package config

import (
	"cmp"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// newestEngine is the engine of the newest instance, which what is in restore was made with.
func (c *Config) newestEngine() Engine {
	return cmp.Or(Engine(c.Restore.Engines[c.Generation(c.Restore.Generation)]), c.Database.Engine)
}

// instancesAlone refuses to a cluster what RDS, or this program, does for instances alone.
func (l *loader) instancesAlone() {
	r, b := l.config.Restore, l.config.Backups
	if l.config.Database.Aurora() && b.CopyToRegion != "" {
		l.conflict(Problem{Key: "backups.copyToRegion", Value: schema.Show(b.CopyToRegion),
			Rule: "not with tier serverless: RDS copies the automated backups of instances alone",
			Fix: "nothing: remove the field, and copy snapshots of the cluster there (docs/serverless.md); copies that there are of an instance " +
				"end before, in two runs with its tier (docs/region.md)"}, "tier")
	}
	if arn := r.SourceAutomatedBackupsArn; arn != "" && l.config.newestEngine() == AuroraPostgreSQL {
		l.conflict(Problem{Key: "restore.sourceAutomatedBackupsArn", Value: schema.Show(arn),
			Rule: "not for an Aurora cluster: it is not restored to a point in time of an RDS instance",
			Fix:  "the ARN of a snapshot of the instance, in this region, under snapshotIdentifier"}, "tier", "restore.engines", "restore.generation")
	}
	if !l.config.Database.Aurora() && l.config.newestEngine() != AuroraPostgreSQL {
		return
	}
	for _, given := range []struct{ field, value string }{
		{"restore.engineVersion", r.EngineVersion}, {"restore.logicalReplication", string(r.LogicalReplication)},
	} {
		if given.value != "" {
			l.conflict(Problem{Key: given.field, Value: schema.Show(given.value),
				Rule: "not with an Aurora cluster as the active or the newest instance: just db-replicate replicates between instances of RDS alone",
				Fix: "nothing: remove the line; a cluster is upgraded in place, with database.engineVersion (docs/upgrades.md), and data comes from another " +
					"engine by a snapshot, or by dump and load (docs/serverless.md)"}, "tier", "restore.engines", "restore.generation")
		}
	}
}
