package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Subscription is one subscription to the events of RDS.
type Subscription struct {
	Name       string   // without the database's name before it
	SourceType string   // as RDS has it
	Categories []string // as RDS has them
}

// Subscriptions are all of them. RDS.19 to 22 of the Foundational Security Best Practices ask for the first and the last
// two, and Prowler for exactly these categories; the second is what else calls for a person.
func Subscriptions() []Subscription {
	return []Subscription{
		{"critical", "db-instance", []string{"configuration change", "failure", "maintenance"}},
		{"availability", "db-instance", []string{"availability", "deletion", "failover", "low storage", "read replica", "recovery"}},
		{"parameters", "db-parameter-group", []string{"configuration change"}},
		{"security", "db-security-group", []string{"configuration change", "failure"}},
	}
}

// events subscribes the topic to the events of the instances and of their parameter group. The category for security
// groups takes no sources.
func (m *monitor) events(to *topic) error {
	for _, events := range Subscriptions() {
		name := m.name + "-" + events.Name
		args := &rds.EventSubscriptionArgs{
			Name:            pulumi.String(name),
			SnsTopic:        to.arn,
			SourceType:      pulumi.String(events.SourceType),
			EventCategories: pulumi.ToStringArray(events.Categories),
		}
		switch events.SourceType {
		case "db-instance":
			args.SourceIds = m.identifiers()
		case "db-parameter-group":
			args.SourceIds = pulumi.StringArray{m.args.ParameterGroup.Name}
		}
		if _, err := rds.NewEventSubscription(m.ctx, name, args, m.args.Parent, to.ready); err != nil {
			return fmt.Errorf("registering the subscription %s: %w", name, err)
		}
	}
	return nil
}
