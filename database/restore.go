package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// origin sets the inputs that matter only when an instance is created: the backup that it is restored from, which already
// has a database and a master user, or the names of both for a new instance.
func (b *builder) origin(args *rds.InstanceArgs, from config.Restore) {
	switch {
	case from.SnapshotIdentifier != "":
		args.SnapshotIdentifier = pulumi.String(from.SnapshotIdentifier)
	case from.PointInTime != "" || from.UseLatestRestorableTime:
		point := &rds.InstanceRestoreToPointInTimeArgs{}
		switch {
		case from.SourceAutomatedBackupsArn != "":
			point.SourceDbInstanceAutomatedBackupsArn = pulumi.String(from.SourceAutomatedBackupsArn)
		case from.SourceDbiResourceID != "":
			point.SourceDbiResourceId = pulumi.String(from.SourceDbiResourceID)
		default:
			point.SourceDbInstanceIdentifier = pulumi.String(from.SourceInstanceIdentifier)
		}
		if from.PointInTime == "" {
			point.UseLatestRestorableTime = pulumi.Bool(true)
		} else {
			point.RestoreTime = pulumi.String(from.PointInTime)
		}
		args.RestoreToPointInTime = point
	default:
		args.DbName = pulumi.String(b.cfg.Database.Name)
		args.Username = pulumi.String(b.cfg.Database.Username)
	}
}

// originInputs are the inputs that origin sets.
func originInputs() []string {
	return []string{"dbName", "username", "snapshotIdentifier", "restoreToPointInTime"}
}
