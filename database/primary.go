package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// timeouts are those of the provider. Its defaults (40, 80 and 60 minutes) are too short for Multi-AZ conversions, large volumes and
// final snapshots, and a run that gives up leaves the change half recorded in the state.
func timeouts() pulumi.ResourceOption {
	return pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "2h", Update: "6h", Delete: "2h"})
}

// lifecycleSupport is without RDS Extended Support, the default, which costs money for each vCPU-hour after the end of standard support.
const lifecycleSupport = "open-source-rds-extended-support-disabled"

// common returns the inputs that every instance has, replicas included.
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
		EnabledCloudwatchLogsExports:     pulumi.ToStringArray(instanceLogs()),
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
	setPerformance(args, db)
	return args
}

// writable returns the inputs of an instance that is not a replica, except those that [builder.origin] sets.
func (b *builder) writable(s *shared, identifier string, group *rds.ParameterGroup) (*rds.InstanceArgs, error) {
	db := b.cfg.Database
	args := b.common(s, identifier, group)
	args.InstanceClass = pulumi.String(db.InstanceClass)
	args.Engine = pulumi.String(config.PostgreSQL)
	args.EngineVersion = pulumi.String(db.EngineVersion)
	args.AllowMajorVersionUpgrade = pulumi.Bool(db.AllowMajorVersionUpgrade)
	args.EngineLifecycleSupport = pulumi.String(lifecycleSupport)
	b.setMaster(args, s)
	args.DbSubnetGroupName = s.subnetGroup.Name
	args.DeletionProtection = pulumi.Bool(db.DeletionProtection)
	args.MultiAz = pulumi.Bool(db.MultiAz)
	args.AllocatedStorage = pulumi.Int(db.AllocatedStorage)
	args.MaxAllocatedStorage = ceiling(db.MaxAllocatedStorage)
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
		last, err := b.finalSnapshot(identifier)
		if err != nil {
			return nil, err
		}
		args.FinalSnapshotIdentifier = last
	}
	return args, nil
}

// primary registers the active instance. restore describes the newest instance only; where an older one is active, its
// origin is not known any more, and changes of it are ignored.
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

// finalSnapshot is the name of the final snapshot, with a random suffix: RDS refuses a name that exists, and an environment can
// be destroyed more than once.
func (b *builder) finalSnapshot(identifier string) (pulumi.StringOutput, error) {
	name := identifier + "-final-snapshot"
	suffix, err := random.NewRandomId(b.ctx, name, &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers:    pulumi.StringMap{"instance": pulumi.String(identifier)},
	}, b.parent)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("registering the suffix %s: %w", name, err)
	}
	return pulumi.Sprintf("%s-%s", naming.FinalSnapshotPrefix(identifier), suffix.Hex), nil
}

// register registers an instance after its log groups. Otherwise RDS would create the groups, and keep the logs forever.
func (b *builder) register(s *shared, identifier string, args *rds.InstanceArgs, opts ...pulumi.ResourceOption) (*rds.Instance, error) {
	dependencies, err := b.logGroups(instanceLogs(), func(log string) string { return naming.LogGroup(identifier, log) })
	if err != nil {
		return nil, err
	}
	if s.enhanced != nil {
		dependencies = append(dependencies, s.enhanced.Policy)
	}
	opts = append(opts, b.parent, pulumi.DependsOn(dependencies), timeouts())
	registered, err := rds.NewInstance(b.ctx, identifier, args, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the instance %s: %w", identifier, err)
	}
	return registered, nil
}

// instance makes instances of RDS for PostgreSQL.
type instance struct{ *builder }

func (i instance) active(s *shared) (*server, error) {
	group, err := i.parameterGroup(i.cfg.Instance())
	if err != nil {
		return nil, err
	}
	primary, err := i.primary(s, group)
	if err != nil {
		return nil, err
	}
	replicas, err := i.replicas(s, group, primary)
	if err != nil {
		return nil, err
	}
	made := &server{
		resource: primary, identifier: primary.Identifier, endpoint: primary.Address, port: primary.Port, resourceID: primary.ResourceId,
		username: primary.Username, masterSecret: i.managedSecret(primary.MasterUserSecrets.ApplyT(instanceSecret)), engineVersion: primary.EngineVersionActual, allocatedStorage: primary.AllocatedStorage, readers: pulumi.StringArray{},
		copiedBackups: pulumi.String("").ToStringOutput(),
		watched:       monitoring.Server{Resource: primary, Instances: pulumi.StringArray{primary.Identifier}, ParameterGroup: group.Name},
	}
	for _, replica := range replicas {
		made.readers = append(made.readers, replica.Address)
		made.readerIDs = append(made.readerIDs, replica.ResourceId)
		made.watched.Instances = append(made.watched.Instances, replica.Identifier)
	}
	if s.copies != nil {
		replication, err := i.copyBackups(s, primary, i.cfg.Instance(), true)
		if err != nil {
			return nil, err
		}
		made.copiedBackups = replication.ID().ToStringOutput()
	}
	return made, s.awsBackup.Select(primary.Arn, i.cfg.Instance())
}
