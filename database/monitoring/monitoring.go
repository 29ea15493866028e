// Package monitoring watches the instances: alarms, events, the topic that tells of them, the dashboard, the budget and
// the role of enhanced monitoring.
package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Args is what is watched.
type Args struct {
	Config         *config.Config
	Primary        *rds.Instance
	Replicas       []*rds.Instance // in their order
	ParameterGroup *rds.ParameterGroup
	BillingTag     Tag
	Parent         pulumi.ResourceOption
}

// Register registers the dashboard; and, with an address, the budget, the topic, its subscribers, the alarms and the
// subscriptions to the events of RDS.
func Register(ctx *pulumi.Context, args *Args) error {
	m := &monitor{ctx: ctx, args: args, name: naming.Instance(args.Config.Environment), alerts: args.Config.Alerts}
	if m.alerts.Dashboard {
		if err := m.dashboard(); err != nil {
			return err
		}
	}
	if len(m.alerts.Emails) == 0 {
		return nil
	}
	if err := m.budget(); err != nil {
		return err
	}
	to, err := m.topic()
	if err != nil {
		return err
	}
	if err := m.alarms(to); err != nil {
		return err
	}
	return m.events(to)
}

// monitor carries what every step of Register needs.
type monitor struct {
	ctx    *pulumi.Context
	args   *Args
	name   string // of the database
	alerts config.Alerts
}

// identifiers are those of the watched instances, in their order. They are outputs, because an alarm on an instance that is
// still being made would find it silent.
func (m *monitor) identifiers() pulumi.StringArray {
	all := pulumi.StringArray{m.args.Primary.Identifier}
	for _, replica := range m.args.Replicas {
		all = append(all, replica.Identifier)
	}
	return all
}

func (m *monitor) alarms(to *topic) error {
	identifiers := map[string]pulumi.StringInput{}
	outputs := m.identifiers()
	for i, instance := range watched(m.args.Config) {
		identifiers[instance.Identifier] = outputs[i]
	}
	for _, alarm := range Alarms(m.args.Config) {
		_, err := cloudwatch.NewMetricAlarm(m.ctx, alarm.Name(), &cloudwatch.MetricAlarmArgs{
			Name:               pulumi.String(alarm.Name()),
			AlarmDescription:   pulumi.String(alarm.Identifier + ": " + alarm.About),
			Namespace:          pulumi.String("AWS/RDS"),
			MetricName:         pulumi.String(alarm.Metric),
			Dimensions:         pulumi.StringMap{"DBInstanceIdentifier": identifiers[alarm.Identifier]},
			Statistic:          pulumi.String(alarm.Statistic),
			Period:             pulumi.Int(Period),
			EvaluationPeriods:  pulumi.Int(alarm.Periods),
			ComparisonOperator: pulumi.String(alarm.Limit.Comparison),
			Threshold:          pulumi.Float64(alarm.Limit.Threshold),
			TreatMissingData:   pulumi.String(alarm.MissingData),
			AlarmActions:       pulumi.Array{to.arn},
			OkActions:          pulumi.Array{to.arn},
		}, m.args.Parent, to.ready)
		if err != nil {
			return fmt.Errorf("registering the alarm %s: %w", alarm.Name(), err)
		}
	}
	return nil
}

// afterPrimary makes a resource wait for the instance. AWS gives the name of a topic or a dashboard to whoever asks for it
// once more, so a stack that took another one's names by mistake has to fail before that, at the instance's.
func (m *monitor) afterPrimary() pulumi.ResourceOption {
	return pulumi.DependsOn([]pulumi.Resource{m.args.Primary})
}
