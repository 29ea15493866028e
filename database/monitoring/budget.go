package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Tag is a tag that all resources of the stack have. AWS Budgets sees it only after somebody has activated it as a cost
// allocation tag, once for the organization.
type Tag struct{ Key, Value string }

// budget registers an AWS budget for the costs under the tag. It notifies the addresses of the alarms, or their topic if that is there without this program.
func (m *monitor) budget() error {
	limit := m.args.Config.Budget.MonthlyUSD
	if limit == 0 || m.args.Config.Partition() != "aws" {
		return nil // other partitions bill in another currency, or through another account
	}
	var topics pulumi.StringArray
	if given := m.alerts.TopicArn; given != "" {
		topics = pulumi.StringArray{pulumi.String(given)}
	}
	notification := func(kind string) budgets.BudgetNotificationArgs {
		return budgets.BudgetNotificationArgs{
			ComparisonOperator:       pulumi.String("GREATER_THAN"),
			NotificationType:         pulumi.String(kind),
			Threshold:                pulumi.Float64(100),
			ThresholdType:            pulumi.String("PERCENTAGE"),
			SubscriberEmailAddresses: pulumi.ToStringArray(m.alerts.Emails),
			SubscriberSnsTopicArns:   topics,
		}
	}
	_, err := budgets.NewBudget(m.ctx, m.name, &budgets.BudgetArgs{
		Name:        pulumi.String(m.name),
		BudgetType:  pulumi.String("COST"),
		TimeUnit:    pulumi.String("MONTHLY"),
		LimitAmount: pulumi.Sprintf("%.2f", limit),
		LimitUnit:   pulumi.String("USD"),
		CostFilters: budgets.BudgetCostFilterArray{budgets.BudgetCostFilterArgs{
			Name:   pulumi.String("TagKeyValue"),
			Values: pulumi.StringArray{pulumi.Sprintf("user:%s$%s", m.args.BillingTag.Key, m.args.BillingTag.Value)},
		}},
		Notifications: budgets.BudgetNotificationArray{notification("FORECASTED"), notification("ACTUAL")},
	}, m.args.Parent)
	if err != nil {
		return fmt.Errorf("registering the budget %s: %w", m.name, err)
	}
	return nil
}
