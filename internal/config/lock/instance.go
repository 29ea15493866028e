package lock

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const replaced = "RDS would replace the instance with an empty one"

// origins are what the newest instance was made from.
func origins(c *config.Config) []immutable {
	r := c.Restore
	all := []immutable{
		{key: "restore.snapshotIdentifier", value: r.SnapshotIdentifier},
		{key: "restore.sourceInstanceIdentifier", value: r.SourceInstanceIdentifier},
		{key: "restore.sourceDbiResourceId", value: r.SourceDbiResourceID},
		{key: "restore.sourceAutomatedBackupsArn", value: r.SourceAutomatedBackupsArn, later: true},
		{key: "restore.pointInTime", value: r.PointInTime},
		{key: "restore.useLatestRestorableTime", value: strconv.FormatBool(r.UseLatestRestorableTime)},
		{key: "restore.logicalReplication", value: replicated(r), later: true},
		{key: "restore.dumpAndLoad", value: dumped(r), later: true},
	}
	for i := range all {
		all[i].key, all[i].why, all[i].instead = config.Key(all[i].key), replaced, "restore it under the next restore.generation"
	}
	return all
}

// ofInstance are what one instance keeps, and another one may have otherwise.
func ofInstance(c *config.Config) []immutable {
	return []immutable{
		{key: config.Key("database.kmsKeyId"), value: c.Database.KmsKeyID, why: replaced,
			instead: "copy a snapshot with the other key, and restore the copy under the next restore.generation"},
		{key: config.Key("database.availabilityZone"), value: c.Database.AvailabilityZone, why: replaced,
			instead: "restore a snapshot there, under the next restore.generation"},
	}
}

// rising are what an instance has, and does not fall below. An Aurora cluster has no storage to fall below.
func rising(c *config.Config) map[string]string {
	values := map[string]string{engineVersionKey: c.Database.EngineVersion}
	if !c.Database.Aurora() {
		values[storageKey] = strconv.Itoa(c.Database.AllocatedStorage)
	}
	return values
}

// Reached is what is locked of an instance that has not become all that it was asked to: a run with --target left it out, or RDS
// does it in the next maintenance window. What it has beyond that, by a minor upgrade or by growing, is no change; how far it has
// grown is kept beside it. engineVersion and allocatedStorage (GiB) are what it has; empty and 0 where that is not known.
func Reached(asked map[string]string, engineVersion string, allocatedStorage int) map[string]string {
	reached := maps.Clone(asked)
	switch storage, _ := strconv.Atoi(asked[storageKey]); {
	case 0 < allocatedStorage && allocatedStorage < storage:
		reached[storageKey] = strconv.Itoa(allocatedStorage)
	case 0 < storage && storage < allocatedStorage:
		reached[grownKey] = strconv.Itoa(allocatedStorage)
	}
	now, wanted := config.ParseVersion(engineVersion), config.ParseVersion(asked[engineVersionKey])
	if now.Major > 0 && (now.Major < wanted.Major || now.Major == wanted.Major && now.Minor < wanted.Minor) {
		reached[engineVersionKey] = engineVersion
	}
	return reached
}

// shrunk refuses less storage than was asked for before; and without autoscaling, with which growth is no change, less than it has grown to.
func shrunk(c *config.Config, before map[string]string) schema.Problems {
	if grown := number(before, grownKey, 0); !c.Database.Aurora() && c.Database.MaxAllocatedStorage == 0 && c.Database.AllocatedStorage < grown {
		return schema.Problems{{
			Key: storageKey, Value: strconv.Itoa(c.Database.AllocatedStorage),
			Rule: fmt.Sprintf("with maxAllocatedStorage 0, not below the %d that it has grown to: storage never shrinks", grown),
			Fix:  strconv.Itoa(grown),
		}}
	}
	old := number(before, storageKey, 0)
	if c.Database.Aurora() || c.Database.AllocatedStorage >= old {
		return nil
	}
	return schema.Problems{{
		Key: storageKey, Value: strconv.Itoa(c.Database.AllocatedStorage),
		Rule: fmt.Sprintf("not below %d, which the database has: storage never shrinks", old),
		Fix:  fmt.Sprintf("%d; or copy the data into the database of another stack", old),
	}}
}

// version lets the version rise, a major one on purpose, and never fall.
func version(c *config.Config, before map[string]string) schema.Problems {
	text := before[engineVersionKey]
	old, now := config.ParseVersion(text), config.ParseVersion(c.Database.EngineVersion)
	problem := schema.Problem{Key: config.Key(c.EngineVersionField()), Value: c.Database.EngineVersion}
	const back = "; or restore a snapshot from before the upgrade under the next restore.generation"
	switch major := strconv.Itoa(old.Major); {
	case old.Major == 0:
		return nil
	case now.Major < old.Major:
		problem.Rule = fmt.Sprintf("not below %d, which the database has: PostgreSQL cannot go back to an older major version", old.Major)
		problem.Fix = strconv.Quote(major) + back
	case now.Before(old):
		problem.Rule = fmt.Sprintf("not below %s, which the database has: RDS cannot go back to an older version", text)
		problem.Fix = strconv.Quote(text) + back
	case now.Major > old.Major && c.Restore.LogicalReplication == config.ReplicationRunning:
		problem.Rule = fmt.Sprintf("%d while logical replication is running: RDS does not upgrade an instance that has logical replication slots", old.Major)
		problem.Fix = strconv.Quote(major) + "; to set the version of the newest instance, use restore.engineVersion"
	case now.Major > old.Major && (!c.Database.AllowMajorVersionUpgrade || !c.Database.ApplyImmediately):
		// Left to the maintenance window, the instance would still be on the old parameter group when this run deletes it.
		problem.Rule = fmt.Sprintf("only with allowMajorVersionUpgrade and applyImmediately: it is a major upgrade from %d, with downtime and no way back", old.Major)
		problem.Fix = strconv.Quote(major) + "; or take a snapshot, then add allowMajorVersionUpgrade: true and applyImmediately: true; " +
			"or upgrade by logical replication, with restore.engineVersion under the next restore.generation (docs/how-to/upgrades.md)"
	default:
		return nil
	}
	return schema.Problems{problem}
}
