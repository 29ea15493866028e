package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/budgets"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Budget watches what AWS bills for the database, by a tag that all its resources have. AWS counts the tag only after
// somebody has activated it as a cost allocation tag, once for the organization.
type Budget struct {
	MonthlyUSD float64 // 0: no budget
	TagKey     string
	TagValue   string
}

// budget registers the budget; the addresses of the alarms hear of it, so without any there is none.
func (b *builder) budget() error {
	limit, emails := b.args.Budget, b.args.Alarms.Emails
	if limit.MonthlyUSD == 0 || len(emails) == 0 || b.args.Partition != "aws" {
		return nil // the other partitions bill elsewhere, or in another currency
	}
	notification := func(kind string) budgets.BudgetNotificationArgs {
		return budgets.BudgetNotificationArgs{
			ComparisonOperator:       pulumi.String("GREATER_THAN"),
			NotificationType:         pulumi.String(kind),
			Threshold:                pulumi.Float64(100),
			ThresholdType:            pulumi.String("PERCENTAGE"),
			SubscriberEmailAddresses: pulumi.ToStringArray(emails),
		}
	}
	_, err := budgets.NewBudget(b.ctx, b.args.Name, &budgets.BudgetArgs{
		Name:        pulumi.String(b.args.Name),
		BudgetType:  pulumi.String("COST"),
		TimeUnit:    pulumi.String("MONTHLY"),
		LimitAmount: pulumi.Sprintf("%.2f", limit.MonthlyUSD),
		LimitUnit:   pulumi.String("USD"),
		CostFilters: budgets.BudgetCostFilterArray{budgets.BudgetCostFilterArgs{
			Name:   pulumi.String("TagKeyValue"),
			Values: pulumi.StringArray{pulumi.Sprintf("user:%s$%s", limit.TagKey, limit.TagValue)},
		}},
		Notifications: budgets.BudgetNotificationArray{notification("FORECASTED"), notification("ACTUAL")},
	}, b.parent)
	if err != nil {
		return fmt.Errorf("registering the budget %s: %w", b.args.Name, err)
	}
	return nil
}
