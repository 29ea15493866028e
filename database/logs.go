package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// instanceLogs are the logs that RDS exports to CloudWatch Logs, and clusterLogs those of an Aurora cluster, which has no log of upgrades.
func instanceLogs() []string { return []string{"postgresql", "upgrade"} }
func clusterLogs() []string  { return []string{"postgresql"} }

// logGroups registers the log groups of a server, one for each exported log, by the name that RDS gives it.
func (b *builder) logGroups(logs []string, nameOf func(log string) string) ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, log := range logs {
		name := nameOf(log)
		group, err := cloudwatch.NewLogGroup(b.ctx, name, &cloudwatch.LogGroupArgs{
			Name:            pulumi.String(name),
			RetentionInDays: pulumi.Int(b.cfg.Database.LogRetentionDays),
		}, b.parent)
		if err != nil {
			return nil, fmt.Errorf("registering the log group %s: %w", name, err)
		}
		groups = append(groups, group)
	}
	return groups, nil
}
