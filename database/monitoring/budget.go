package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Tag is a tag that all resources of the database have. AWS bills by it only after somebody has activated it as a cost
// allocation tag, once for the organization.
type Tag struct{ Key, Value string }

// budget registers a budget for what AWS bills under the tag. The addresses of the alarms are told of it.
func (m *monitor) budget() error {
	limit := m.args.Config.Budget.MonthlyUSD
	if limit == 0 || m.args.Config.Partition() != "aws" {
		return nil // the other partitions bill elsewhere, or in another currency
	}
	notification := func(kind string) budgets.BudgetNotificationArgs {
		return budgets.BudgetNotificationArgs{
			ComparisonOperator:       pulumi.String("GREATER_THAN"),
			NotificationType:         pulumi.String(kind),
			Threshold:                pulumi.Float64(100),
			ThresholdType:            pulumi.String("PERCENTAGE"),
			SubscriberEmailAddresses: pulumi.ToStringArray(m.alerts.Emails),
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
