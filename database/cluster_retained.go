package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// origin sets the inputs that matter only when a cluster is created, as [builder.origin] does those of an instance. A snapshot is one of a
// cluster, or by its ARN one of an instance.
func (c cluster) origin(args *rds.ClusterArgs, from config.Restore) {
	switch {
	case from.SnapshotIdentifier != "":
		args.SnapshotIdentifier = pulumi.String(from.SnapshotIdentifier)
	case from.PointInTime != "" || from.UseLatestRestorableTime:
		point := &rds.ClusterRestoreToPointInTimeArgs{RestoreType: pulumi.String("full-copy")}
		if from.SourceDbiResourceID != "" {
			point.SourceClusterResourceId = pulumi.String(from.SourceDbiResourceID)
		} else {
			point.SourceClusterIdentifier = pulumi.String(from.SourceInstanceIdentifier)
		}
		if from.PointInTime == "" {
			point.UseLatestRestorableTime = pulumi.Bool(true)
		} else {
			point.RestoreToTime = pulumi.String(from.PointInTime)
		}
		args.RestoreToPointInTime = point
	default:
		args.DatabaseName = pulumi.String(c.cfg.Database.Name)
		args.MasterUsername = pulumi.String(c.cfg.Database.Username)
	}
}

// clusterOriginInputs are the inputs that origin sets.
func clusterOriginInputs() []string {
	return []string{"databaseName", "masterUsername", "snapshotIdentifier", "restoreToPointInTime"}
}

// retained registers a cluster that no client uses, with one instance. The data would be kept without any; with one it can be looked at,
// and be active again at once. RDS deletes no cluster that has instances, so it goes before the cluster.
func (c cluster) retained(s *shared, one config.Retained) (*kept, error) {
	group, err := c.clusterParameterGroup(one.Identifier, frozenParameters())
	if err != nil {
		return nil, err
	}
	args, err := c.inputs(s, one.Identifier, group)
	if err != nil {
		return nil, err
	}
	c.origin(args, c.madeFrom(one))
	protect := c.protects(one)
	args.DeletionProtection = pulumi.Bool(protect)
	made, err := c.register(one.Identifier, args, pulumi.Protect(protect), pulumi.IgnoreChanges(frozenOfCluster()))
	if err != nil {
		return nil, err
	}
	if err := s.awsBackup.Select(made.Arn, one.Identifier); err != nil {
		return nil, err
	}
	instance, err := c.instance(s, made, naming.ClusterInstance(one.Identifier, 1), pulumi.Protect(protect), pulumi.IgnoreChanges(frozenOfMember()))
	if err != nil {
		return nil, err
	}
	return &kept{resource: instance, endpoint: made.Endpoint, username: made.MasterUsername, resourceID: made.ClusterResourceId}, nil
}

// followingOfCluster are the inputs of a retained cluster whose changes reach it, with the reason.
func followingOfCluster() map[string]string {
	return map[string]string{
		"clusterIdentifier": "identity of the cluster", "engine": "always aurora-postgresql", "engineMode": "always provisioned", "storageEncrypted": "always true",
		"copyTagsToSnapshot": "always true", "enableHttpEndpoint": "always false",
		"tags":                        "the stack's, as those of every resource",
		"vpcSecurityGroupIds":         "shared with the other servers",
		"dbSubnetGroupName":           "shared with the other servers",
		"dbClusterParameterGroupName": "its own group, whose parameters are frozen",
		"applyImmediately":            "when RDS makes changes",
		"deletionProtection":          "how it is deleted",
		"skipFinalSnapshot":           "how it is deleted",
		"deleteAutomatedBackups":      "how it is deleted", "finalSnapshotIdentifier": "how it is deleted",
	}
}

// followingOfMember are the same of its instance.
func followingOfMember() map[string]string {
	return map[string]string{
		"identifier": "identity of the instance", "clusterIdentifier": "identity of the instance", "engine": "always aurora-postgresql", "instanceClass": "always db.serverless",
		"publiclyAccessible": "always false", "copyTagsToSnapshot": "always true",
		"tags":             "the stack's, as those of every resource",
		"applyImmediately": "when RDS makes changes",
	}
}

func frozenOfCluster() []string {
	return except(rds.ClusterArgs{}.ElementType(), followingOfCluster())
}

func frozenOfMember() []string {
	return except(rds.ClusterInstanceArgs{}.ElementType(), followingOfMember())
}
