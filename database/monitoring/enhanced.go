package monitoring

import (
	"fmt"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/role"
)

// Enhanced is the role with which RDS writes the metrics of enhanced monitoring.
type Enhanced struct {
	RoleArn pulumi.StringOutput
	Policy  pulumi.Resource // must exist before an instance uses the role
}

// NewEnhanced registers the role of enhanced monitoring. It returns nil if enhanced monitoring is off.
func NewEnhanced(ctx *pulumi.Context, cfg *config.Config, parent pulumi.ResourceOption) (*Enhanced, error) {
	if cfg.Database.MonitoringInterval == 0 {
		return nil, nil
	}
	database := naming.Instance(cfg.Environment)
	name := naming.MonitoringRole(database)
	trust, err := iam.Policy(iam.Statement{
		Effect: iam.Allow, Action: iam.Values{"sts:AssumeRole"}, Principal: iam.Principal{"Service": {"monitoring.rds.amazonaws.com"}},
	}).Encode(iam.TerseSorted)
	if err != nil {
		return nil, err
	}
	role, err := role.New(ctx, &role.Args{
		Config: cfg, Name: name, Description: "Enhanced monitoring of " + database, TrustPolicy: trust,
	}, parent)
	if err != nil {
		return nil, err
	}
	policy, err := awsiam.NewRolePolicyAttachment(ctx, name, &awsiam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.Sprintf("arn:%s:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole", cfg.Partition()),
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the role %s: %w", name, err)
	}
	return &Enhanced{RoleArn: role.Arn, Policy: policy}, nil
}
