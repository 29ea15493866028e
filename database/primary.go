package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// RDS takes its time for Multi-AZ conversions, large volumes and final snapshots; the provider's
// own limits (40, 80 and 60 minutes) would leave such a change half recorded.
const (
	createTimeout = "2h"
	updateTimeout = "6h"
	deleteTimeout = "2h"
)

// settings is what the primary and its replicas share.
type settings struct {
	place          *place
	parameterGroup pulumi.StringOutput
	monitoring     *monitoring
}

// common is the part of the inputs that is the same for the primary and for a replica.
func (b *builder) common(s *settings, identifier string) *rds.InstanceArgs {
	args := &rds.InstanceArgs{
		Identifier:                       pulumi.String(identifier),
		StorageEncrypted:                 pulumi.Bool(true),
		StorageType:                      pulumi.String(b.args.Storage.Type),
		VpcSecurityGroupIds:              pulumi.StringArray{s.place.securityGroup.ID()},
		PubliclyAccessible:               pulumi.Bool(false),
		Port:                             pulumi.Int(b.args.Engine.Port),
		ParameterGroupName:               s.parameterGroup,
		AutoMinorVersionUpgrade:          pulumi.Bool(b.args.Engine.AutoMinorVersionUpgrade),
		IamDatabaseAuthenticationEnabled: pulumi.Bool(b.args.Engine.IamDatabaseAuthentication),
		MaintenanceWindow:                pulumi.String(b.args.Engine.MaintenanceWindow),
		EnabledCloudwatchLogsExports:     pulumi.ToStringArray(exportedLogs()),
		CopyTagsToSnapshot:               pulumi.Bool(true),
		ApplyImmediately:                 pulumi.Bool(b.args.ApplyImmediately),
		DatabaseInsightsMode:             pulumi.String(b.args.Insights.Mode),
		PerformanceInsightsEnabled:       pulumi.Bool(b.args.Insights.RetentionDays > 0),
		MonitoringInterval:               pulumi.Int(b.args.Insights.MonitoringInterval),
	}
	if b.args.Insights.RetentionDays > 0 {
		args.PerformanceInsightsRetentionPeriod = pulumi.Int(b.args.Insights.RetentionDays)
	}
	if ca := b.args.Engine.CaCertIdentifier; ca != "" {
		args.CaCertIdentifier = pulumi.String(ca)
	}
	if s.monitoring != nil {
		args.MonitoringRoleArn = s.monitoring.roleArn
	}
	iops, throughput := b.args.Storage.provisioned()
	if iops > 0 {
		args.Iops = pulumi.Int(iops)
	}
	if throughput > 0 {
		args.StorageThroughput = pulumi.Int(throughput)
	}
	return args
}

// writable is the part of the inputs that every instance has which is not a replica.
func (b *builder) writable(s *settings, identifier string, from Restore, password pulumi.StringOutput) (*rds.InstanceArgs, error) {
	a := b.args
	args := b.common(s, identifier)
	args.InstanceClass = pulumi.String(a.InstanceClass)
	args.Engine = pulumi.String("postgres")
	args.EngineVersion = pulumi.String(a.Engine.Version)
	args.AllowMajorVersionUpgrade = pulumi.Bool(a.Engine.AllowMajorVersionUpgrade)
	// The provider's default is extended support, which bills per vCPU-hour once the major version is old.
	args.EngineLifecycleSupport = pulumi.String("open-source-rds-extended-support-disabled")
	args.Password = password
	args.DbSubnetGroupName = s.place.subnetGroup.Name
	args.DeletionProtection = pulumi.Bool(a.DeletionProtection)
	args.MultiAz = pulumi.Bool(a.MultiAz)
	args.AllocatedStorage = pulumi.Int(a.Storage.Allocated)
	args.MaxAllocatedStorage = pulumi.Int(a.Storage.MaxAllocated)
	args.BackupRetentionPeriod = pulumi.Int(a.Backups.RetentionDays)
	args.BackupWindow = pulumi.String(a.Backups.Window)
	args.DeleteAutomatedBackups = pulumi.Bool(a.Backups.DeleteAutomatedBackups)
	args.SkipFinalSnapshot = pulumi.Bool(a.Backups.SkipFinalSnapshot)
	if a.AvailabilityZone != "" {
		args.AvailabilityZone = pulumi.String(a.AvailabilityZone)
	}
	if a.Storage.KmsKeyID != "" {
		args.KmsKeyId = pulumi.String(a.Storage.KmsKeyID)
	}
	a.origin(args, from)
	if !a.Backups.SkipFinalSnapshot {
		suffix, err := b.finalSnapshotSuffix(identifier)
		if err != nil {
			return nil, err
		}
		args.FinalSnapshotIdentifier = pulumi.Sprintf("%s-%s", naming.FinalSnapshotPrefix(identifier), suffix.Hex)
	}
	return args, nil
}

// primary registers the instance that serves.
func (b *builder) primary(s *settings, password pulumi.StringOutput) (*rds.Instance, error) {
	args, err := b.writable(s, b.args.Identifier, b.args.Restore, password)
	if err != nil {
		return nil, err
	}
	opts := []pulumi.ResourceOption{pulumi.Protect(b.args.DeletionProtection)}
	if b.args.Exists {
		opts = append(opts, pulumi.IgnoreChanges(originProperties()))
	}
	return b.register(s, b.args.Identifier, args, opts...)
}

// finalSnapshotSuffix makes the name of the final snapshot unique: RDS refuses a name that exists, and
// an environment may be destroyed more than once.
func (b *builder) finalSnapshotSuffix(identifier string) (*random.RandomId, error) {
	name := identifier + "-final-snapshot"
	suffix, err := random.NewRandomId(b.ctx, name, &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers:    pulumi.StringMap{"instance": pulumi.String(identifier)},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the suffix %s: %w", name, err)
	}
	return suffix, nil
}

// origin says what the instance is first made from: a backup, which brings its own database and master
// user, or nothing.
func (a *Args) origin(args *rds.InstanceArgs, from Restore) {
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
		args.DbName = pulumi.String(a.Engine.DatabaseName)
		args.Username = pulumi.String(a.Credentials.Username)
	}
}

// originProperties are the inputs that say what an instance is first made from.
func originProperties() []string {
	return []string{"dbName", "username", "snapshotIdentifier", "restoreToPointInTime"}
}

// register makes the log groups of an instance and then the instance: RDS would make the groups itself,
// without a retention.
func (b *builder) register(s *settings, identifier string, args *rds.InstanceArgs, opts ...pulumi.ResourceOption) (*rds.Instance, error) {
	needs, err := b.logGroups(identifier)
	if err != nil {
		return nil, err
	}
	if s.monitoring != nil {
		needs = append(needs, s.monitoring.policy)
	}
	opts = append(opts, b.parent,
		pulumi.DependsOn(needs),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: createTimeout, Update: updateTimeout, Delete: deleteTimeout}))
	instance, err := rds.NewInstance(b.ctx, identifier, args, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the instance %s: %w", identifier, err)
	}
	return instance, nil
}
