package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// instance registers an instance of the cluster. All are alike, and of the first promotion tier, so that any can take over, and scales with
// what writes. They have the parameters of the cluster, and its version: an upgrade of the cluster is one of its instances.
func (c cluster) instance(s *shared, of *rds.Cluster, identifier string, opts ...pulumi.ResourceOption) (*rds.ClusterInstance, error) {
	db := c.cfg.Database
	args := &rds.ClusterInstanceArgs{
		Identifier:                 pulumi.String(identifier),
		ClusterIdentifier:          of.ID(),
		Engine:                     pulumi.String(config.AuroraPostgreSQL),
		InstanceClass:              pulumi.String(config.ServerlessClass),
		PubliclyAccessible:         pulumi.Bool(false),
		PromotionTier:              pulumi.Int(0),
		AutoMinorVersionUpgrade:    pulumi.Bool(db.AutoMinorVersionUpgrade),
		ApplyImmediately:           pulumi.Bool(db.ApplyImmediately),
		PreferredMaintenanceWindow: pulumi.String(db.MaintenanceWindow),
		CopyTagsToSnapshot:         pulumi.Bool(true),
		PerformanceInsightsEnabled: pulumi.Bool(db.PerformanceInsightsRetentionDays > 0),
		MonitoringInterval:         pulumi.Int(db.MonitoringInterval),
	}
	if days := db.PerformanceInsightsRetentionDays; days > 0 {
		args.PerformanceInsightsRetentionPeriod = pulumi.Int(days)
	}
	if ca := db.CaCertIdentifier; ca != "" {
		args.CaCertIdentifier = pulumi.String(ca)
	}
	opts = append(opts, c.parent, timeouts())
	if s.enhanced != nil {
		args.MonitoringRoleArn = s.enhanced.RoleArn
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{s.enhanced.Policy}))
	}
	registered, err := rds.NewClusterInstance(c.ctx, identifier, args, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the instance %s: %w", identifier, err)
	}
	return registered, nil
}

// clusterParameterGroup registers the parameter group of a cluster, which its instances have, too.
func (c cluster) clusterParameterGroup(identifier string, opts ...pulumi.ResourceOption) (*rds.ClusterParameterGroup, error) {
	list := rds.ClusterParameterGroupParameterArray{}
	for _, one := range c.parameterInputs() {
		list = append(list, rds.ClusterParameterGroupParameterArgs(one))
	}
	group, err := rds.NewClusterParameterGroup(c.ctx, identifier, &rds.ClusterParameterGroupArgs{
		Family:      pulumi.String(c.family(config.AuroraPostgreSQL)),
		Description: pulumi.Sprintf("Parameters of %s", identifier),
		Parameters:  list,
	}, append(opts, c.parent)...)
	if err != nil {
		return nil, fmt.Errorf("registering the parameter group %s: %w", identifier, err)
	}
	return group, nil
}
