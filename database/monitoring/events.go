package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Subscription is a subscription to events of RDS.
type Subscription struct {
	Name       string   // follows the database's name, such as critical
	SourceType string   // of RDS, such as db-instance
	Categories []string // event categories of RDS, such as failure
}

// The source types of a server.
const sourceInstance, sourceCluster = "db-instance", "db-cluster"

// Subscriptions returns all subscriptions for an engine. With Aurora, there is one to the events of the cluster, which RDS.19 requires, in
// place of that to the parameter group: RDS has no source type for a cluster's. The controls RDS.19 to RDS.22 of AWS Foundational Security Best Practices require
// the first one and the last two, and Prowler checks for exactly these categories. The second one has the other events
// that somebody should act on.
func Subscriptions(of config.Engine) []Subscription {
	group := Subscription{"parameters", "db-parameter-group", []string{"configuration change"}}
	if of == config.AuroraPostgreSQL {
		group = Subscription{"cluster", sourceCluster, []string{"configuration change", "failover", "failure", "maintenance", "notification"}}
	}
	return []Subscription{
		{"critical", "db-instance", []string{"configuration change", "failure", "maintenance"}},
		{"availability", "db-instance", []string{"availability", "deletion", "failover", "low storage", "read replica", "recovery"}},
		group,
		{"security", "db-security-group", []string{"configuration change", "failure"}},
	}
}

// events registers the subscriptions of the topic to the events of the instances, of their parameter group and of DB
// security groups; the last source type has no sources here.
func (m *monitor) events(to *topic) error {
	for _, events := range Subscriptions(m.args.Config.Database.Engine) {
		name := m.name + "-" + events.Name
		args := &rds.EventSubscriptionArgs{
			Name:            pulumi.String(name),
			SnsTopic:        to.arn,
			SourceType:      pulumi.String(events.SourceType),
			EventCategories: pulumi.ToStringArray(events.Categories),
		}
		switch events.SourceType {
		case sourceInstance:
			args.SourceIds = m.args.Server.Instances
		case sourceCluster:
			args.SourceIds = pulumi.StringArray{m.args.Server.Cluster}
		case "db-parameter-group":
			args.SourceIds = pulumi.StringArray{m.args.Server.ParameterGroup}
		}
		if _, err := rds.NewEventSubscription(m.ctx, name, args, m.args.Parent, to.ready); err != nil {
			return fmt.Errorf("registering the subscription %s: %w", name, err)
		}
	}
	return nil
}
