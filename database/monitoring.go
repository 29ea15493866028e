package database

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// exportedLogs are the PostgreSQL logs that go to CloudWatch.
func exportedLogs() []string { return []string{"postgresql", "upgrade"} }

// logGroups registers the log groups of one instance.
func (b *builder) logGroups(identifier string) ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, log := range exportedLogs() {
		name := naming.LogGroup(identifier, log)
		group, err := cloudwatch.NewLogGroup(b.ctx, name, &cloudwatch.LogGroupArgs{
			Name:            pulumi.String(name),
			RetentionInDays: pulumi.Int(b.args.Insights.LogRetentionDays),
		}, b.parent)
		if err != nil {
			return nil, fmt.Errorf("registering the log group %s: %w", name, err)
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// monitoring is the role with which RDS writes the metrics of enhanced monitoring. The instance also
// needs the policy, which the role's ARN does not carry.
type monitoring struct {
	roleArn pulumi.StringOutput
	policy  pulumi.Resource
}

// monitoringRole registers the role of enhanced monitoring; nil where it is off.
func (b *builder) monitoringRole() (*monitoring, error) {
	if b.args.Insights.MonitoringInterval == 0 {
		return nil, nil
	}
	name := naming.MonitoringRole(b.args.Name)
	trust, err := json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Effect":    "Allow",
			"Action":    "sts:AssumeRole",
			"Principal": map[string]string{"Service": "monitoring.rds.amazonaws.com"},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the trust policy of %s: %w", name, err)
	}
	args := &iam.RoleArgs{
		Name:             pulumi.String(name),
		Description:      pulumi.Sprintf("Enhanced monitoring of %s", b.args.Name),
		AssumeRolePolicy: pulumi.String(trust),
	}
	if b.args.BoundaryArn != "" {
		args.PermissionsBoundary = pulumi.String(b.args.BoundaryArn)
	}
	role, err := iam.NewRole(b.ctx, name, args, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the role %s: %w", name, err)
	}
	policy, err := iam.NewRolePolicyAttachment(b.ctx, name, &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.Sprintf("arn:%s:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole", b.args.Partition),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the role %s: %w", name, err)
	}
	return &monitoring{roleArn: role.Arn, policy: policy}, nil
}
