package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// cluster makes clusters of Aurora PostgreSQL, whose instances are Serverless v2. The data is the cluster's: an instance has none.
type cluster struct{ *builder }

func (c cluster) active(s *shared) (*server, error) {
	group, err := c.clusterParameterGroup(c.cfg.Instance())
	if err != nil {
		return nil, err
	}
	made, err := c.primary(s, group)
	if err != nil {
		return nil, err
	}
	server := &server{
		identifier: made.ClusterIdentifier, endpoint: made.Endpoint, port: made.Port, resourceID: made.ClusterResourceId, username: made.MasterUsername,
		masterSecret:  c.managedSecret(made.MasterUserSecrets.ApplyT(clusterSecret)),
		engineVersion: made.EngineVersionActual, allocatedStorage: pulumi.Int(0).ToIntOutput(), readers: pulumi.StringArray{},
		copiedBackups: pulumi.String("").ToStringOutput(), // RDS copies those of instances alone
		watched:       monitoring.Server{Cluster: made.ClusterIdentifier, ParameterGroup: group.Name},
	}
	if c.cfg.Database.ReadReplicas > 0 {
		server.readers = pulumi.StringArray{made.ReaderEndpoint} // of all of them, and not of what writes
	}
	for n, identifier := range c.cfg.ClusterInstances() {
		// The first one is protected, so that the database does not become unreachable; none of them has data of its own.
		protect := pulumi.Protect(n == 0 && c.cfg.Database.DeletionProtection)
		instance, err := c.instance(s, made, identifier, protect)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			server.resource, server.watched.Resource = instance, instance // before it is there, nobody can log in
		}
		server.watched.Instances = append(server.watched.Instances, instance.Identifier)
	}
	return server, s.awsBackup.Select(made.Arn, c.cfg.Instance())
}

// primary registers the active cluster. As with an instance, restore describes the newest one only.
func (c cluster) primary(s *shared, group *rds.ClusterParameterGroup) (*rds.Cluster, error) {
	args, err := c.inputs(s, c.cfg.Instance(), group)
	if err != nil {
		return nil, err
	}
	opts := []pulumi.ResourceOption{pulumi.Protect(c.cfg.Database.DeletionProtection)}
	if c.cfg.Restore.Serving == c.cfg.Restore.Generation {
		c.origin(args, c.cfg.Restore)
	} else {
		c.origin(args, config.Restore{})
		opts = append(opts, pulumi.IgnoreChanges(clusterOriginInputs()))
	}
	return c.register(c.cfg.Instance(), args, opts...)
}

// inputs returns the inputs of a cluster, except those that origin sets. availabilityZones stays unset: Aurora adds zones of its own to
// what it is told, and the next run would replace the cluster.
func (c cluster) inputs(s *shared, identifier string, group *rds.ClusterParameterGroup) (*rds.ClusterArgs, error) {
	db := c.cfg.Database
	args := &rds.ClusterArgs{
		ClusterIdentifier:                pulumi.String(identifier),
		Engine:                           pulumi.String(config.AuroraPostgreSQL),
		EngineMode:                       pulumi.String("provisioned"), // Serverless v2 is a class of it; serverless is v1
		EngineVersion:                    pulumi.String(db.EngineVersion),
		EngineLifecycleSupport:           pulumi.String(lifecycleSupport),
		AllowMajorVersionUpgrade:         pulumi.Bool(db.AllowMajorVersionUpgrade),
		ApplyImmediately:                 pulumi.Bool(db.ApplyImmediately),
		Port:                             pulumi.Int(db.Port),
		DbSubnetGroupName:                s.subnetGroup.Name,
		VpcSecurityGroupIds:              pulumi.StringArray{s.securityGroup.ID()},
		DbClusterParameterGroupName:      group.Name,
		IamDatabaseAuthenticationEnabled: pulumi.Bool(db.IamDatabaseAuthentication),
		EnableHttpEndpoint:               pulumi.Bool(false),
		StorageEncrypted:                 pulumi.Bool(true),
		StorageType:                      pulumi.String(db.StorageType),
		DeletionProtection:               pulumi.Bool(db.DeletionProtection),
		BackupRetentionPeriod:            pulumi.Int(db.BackupRetentionDays),
		PreferredBackupWindow:            pulumi.String(db.BackupWindow),
		PreferredMaintenanceWindow:       pulumi.String(db.MaintenanceWindow),
		DeleteAutomatedBackups:           pulumi.Bool(db.DeleteAutomatedBackups),
		SkipFinalSnapshot:                pulumi.Bool(db.SkipFinalSnapshot),
		CopyTagsToSnapshot:               pulumi.Bool(true),
		EnabledCloudwatchLogsExports:     pulumi.ToStringArray(clusterLogs()),
		DatabaseInsightsMode:             pulumi.String(db.DatabaseInsightsMode),
		PerformanceInsightsEnabled:       pulumi.Bool(db.PerformanceInsightsRetentionDays > 0),
		Serverlessv2ScalingConfiguration: capacity(db),
	}
	c.setMaster(args, s)
	if days := db.PerformanceInsightsRetentionDays; days > 0 {
		args.PerformanceInsightsRetentionPeriod = pulumi.Int(days)
	}
	if db.KmsKeyID != "" {
		args.KmsKeyId = pulumi.String(db.KmsKeyID)
	}
	if !db.SkipFinalSnapshot {
		last, err := c.finalSnapshot(identifier)
		if err != nil {
			return nil, err
		}
		args.FinalSnapshotIdentifier = last
	}
	return args, nil
}

// capacity is the range that the instances scale in.
func capacity(db config.Database) rds.ClusterServerlessv2ScalingConfigurationPtrInput {
	scaling := &rds.ClusterServerlessv2ScalingConfigurationArgs{
		MinCapacity: pulumi.Float64(db.MinCapacity), MaxCapacity: pulumi.Float64(db.MaxCapacity),
	}
	if db.Pauses() {
		scaling.SecondsUntilAutoPause = pulumi.Int(db.SecondsUntilAutoPause)
	}
	return scaling
}

// register registers a cluster after its log groups, as an instance is.
func (c cluster) register(identifier string, args *rds.ClusterArgs, opts ...pulumi.ResourceOption) (*rds.Cluster, error) {
	groups, err := c.logGroups(clusterLogs(), func(log string) string { return naming.ClusterLogGroup(identifier, log) })
	if err != nil {
		return nil, err
	}
	registered, err := rds.NewCluster(c.ctx, identifier, args, append(opts, c.parent, pulumi.DependsOn(groups), timeouts())...)
	if err != nil {
		return nil, fmt.Errorf("registering the cluster %s: %w", identifier, err)
	}
	return registered, nil
}
