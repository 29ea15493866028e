package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// RDS takes its time for Multi-AZ conversions, large volumes and final snapshots; the provider's
// own limits (40, 80 and 60 minutes) would leave such a change half recorded.
const (
	createTimeout = "2h"
	updateTimeout = "6h"
	deleteTimeout = "2h"
)

// common is the part of the inputs that is the same for the primary and for a replica.
func (b *builder) common(s *shared, identifier string, group *rds.ParameterGroup) *rds.InstanceArgs {
	db := b.cfg.Database
	args := &rds.InstanceArgs{
		Identifier:                       pulumi.String(identifier),
		StorageEncrypted:                 pulumi.Bool(true),
		StorageType:                      pulumi.String(db.StorageType),
		VpcSecurityGroupIds:              pulumi.StringArray{s.securityGroup.ID()},
		PubliclyAccessible:               pulumi.Bool(false),
		Port:                             pulumi.Int(db.Port),
		ParameterGroupName:               group.Name,
		AutoMinorVersionUpgrade:          pulumi.Bool(db.AutoMinorVersionUpgrade),
		IamDatabaseAuthenticationEnabled: pulumi.Bool(db.IamDatabaseAuthentication),
		MaintenanceWindow:                pulumi.String(db.MaintenanceWindow),
		EnabledCloudwatchLogsExports:     pulumi.ToStringArray(exportedLogs()),
		CopyTagsToSnapshot:               pulumi.Bool(true),
		ApplyImmediately:                 pulumi.Bool(db.ApplyImmediately),
		DatabaseInsightsMode:             pulumi.String(db.DatabaseInsightsMode),
		PerformanceInsightsEnabled:       pulumi.Bool(db.PerformanceInsightsRetentionDays > 0),
		MonitoringInterval:               pulumi.Int(db.MonitoringInterval),
	}
	if days := db.PerformanceInsightsRetentionDays; days > 0 {
		args.PerformanceInsightsRetentionPeriod = pulumi.Int(days)
	}
	if ca := db.CaCertIdentifier; ca != "" {
		args.CaCertIdentifier = pulumi.String(ca)
	}
	if s.enhanced != nil {
		args.MonitoringRoleArn = s.enhanced.RoleArn
	}
	performance(args, db)
	return args
}

// writable is the part of the inputs that every instance has which is not a replica.
func (b *builder) writable(s *shared, identifier string, group *rds.ParameterGroup) (*rds.InstanceArgs, error) {
	db := b.cfg.Database
	args := b.common(s, identifier, group)
	args.InstanceClass = pulumi.String(db.InstanceClass)
	args.Engine = pulumi.String("postgres")
	args.EngineVersion = pulumi.String(db.EngineVersion)
	args.AllowMajorVersionUpgrade = pulumi.Bool(db.AllowMajorVersionUpgrade)
	// The provider's default is extended support, which bills per vCPU-hour once the major version is old.
	args.EngineLifecycleSupport = pulumi.String("open-source-rds-extended-support-disabled")
	args.Password = s.password
	args.DbSubnetGroupName = s.subnetGroup.Name
	args.DeletionProtection = pulumi.Bool(db.DeletionProtection)
	args.MultiAz = pulumi.Bool(db.MultiAz)
	args.AllocatedStorage = pulumi.Int(db.AllocatedStorage)
	args.MaxAllocatedStorage = pulumi.Int(db.MaxAllocatedStorage)
	args.BackupRetentionPeriod = pulumi.Int(db.BackupRetentionDays)
	args.BackupWindow = pulumi.String(db.BackupWindow)
	args.DeleteAutomatedBackups = pulumi.Bool(db.DeleteAutomatedBackups)
	args.SkipFinalSnapshot = pulumi.Bool(db.SkipFinalSnapshot)
	if db.AvailabilityZone != "" {
		args.AvailabilityZone = pulumi.String(db.AvailabilityZone)
	}
	if db.KmsKeyID != "" {
		args.KmsKeyId = pulumi.String(db.KmsKeyID)
	}
	if !db.SkipFinalSnapshot {
		suffix, err := b.finalSnapshotSuffix(identifier)
		if err != nil {
			return nil, err
		}
		args.FinalSnapshotIdentifier = pulumi.Sprintf("%s-%s", naming.FinalSnapshotPrefix(identifier), suffix.Hex)
	}
	return args, nil
}

// primary registers the active instance. While a newer one exists, it is there already: what it was made from is not
// looked at.
func (b *builder) primary(s *shared, group *rds.ParameterGroup) (*rds.Instance, error) {
	args, err := b.writable(s, b.cfg.Instance(), group)
	if err != nil {
		return nil, err
	}
	opts := []pulumi.ResourceOption{pulumi.Protect(b.cfg.Database.DeletionProtection)}
	if b.cfg.Restore.Serving == b.cfg.Restore.Generation {
		b.origin(args, b.cfg.Restore)
	} else {
		b.origin(args, config.Restore{})
		opts = append(opts, pulumi.IgnoreChanges(originInputs()))
	}
	return b.register(s, b.cfg.Instance(), args, opts...)
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

// register makes the log groups of an instance and then the instance: RDS would make the groups itself,
// without a retention.
func (b *builder) register(s *shared, identifier string, args *rds.InstanceArgs, opts ...pulumi.ResourceOption) (*rds.Instance, error) {
	needs, err := b.logGroups(identifier)
	if err != nil {
		return nil, err
	}
	if s.enhanced != nil {
		needs = append(needs, s.enhanced.Policy)
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
