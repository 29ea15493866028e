package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// exportedLogs are the logs that RDS exports to CloudWatch Logs.
func exportedLogs() []string { return []string{"postgresql", "upgrade"} }

// logGroups registers the log groups of an instance, one for each exported log.
func (b *builder) logGroups(identifier string) ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, log := range exportedLogs() {
		name := naming.LogGroup(identifier, log)
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
