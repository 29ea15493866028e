package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// origin says what an instance is first made from: a backup, which brings its own database and master user, or nothing.
func (b *builder) origin(args *rds.InstanceArgs, from config.Restore) {
	switch {
	case from.SnapshotIdentifier != "":
		args.SnapshotIdentifier = pulumi.String(from.SnapshotIdentifier)
	case from.SourceInstanceIdentifier != "" || from.SourceDbiResourceID != "":
		point := &rds.InstanceRestoreToPointInTimeArgs{}
		if from.SourceDbiResourceID != "" {
			point.SourceDbiResourceId = pulumi.String(from.SourceDbiResourceID)
		} else {
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
