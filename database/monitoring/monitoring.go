// Package monitoring registers the monitoring of the database: alarms, event subscriptions, the SNS topic that both notify,
// the dashboard, the budget and the role of enhanced monitoring.
package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Args are the arguments of [Register].
type Args struct {
	Config     *config.Config
	Server     Server
	BillingTag Tag                   // by which the budget filters the costs
	Parent     pulumi.ResourceOption // of all resources
}

// Server is what the monitoring needs to know of the database server.
type Server struct {
	Resource pulumi.Resource
	// Instances are the identifiers of its instances, in the order of watched. They are outputs, so that an alarm is created after its
	// instance: an instance that does not exist reports no data, and the alarm would fire.
	Instances      pulumi.StringArray
	Cluster        pulumi.StringInput // identifier of the Aurora cluster; nil: it is none
	ParameterGroup pulumi.StringInput // name of the parameter group, of the cluster or of the instances
}

// Register registers the dashboard and, if there is somebody to notify, the budget, the topic, the alarms and the
// event subscriptions.
func Register(ctx *pulumi.Context, args *Args) error {
	m := &monitor{ctx: ctx, args: args, name: naming.Instance(args.Config.Environment), alerts: args.Config.Alerts}
	if m.alerts.Dashboard {
		if err := m.dashboard(); err != nil {
			return err
		}
	}
	if !m.alerts.Notify() {
		return nil
	}
	if err := m.budget(); err != nil {
		return err
	}
	to, err := m.topic()
	if err != nil {
		return err
	}
	if err := m.failedLogins(); err != nil {
		return err
	}
	if err := m.alarms(to); err != nil {
		return err
	}
	return m.events(to)
}

// monitor holds what every step of [Register] needs.
type monitor struct {
	ctx    *pulumi.Context
	args   *Args
	name   string // of the database, such as mosaic-prod-db
	alerts config.Alerts
}

// alarms registers the alarms.
func (m *monitor) alarms(to *topic) error {
	identifiers := map[string]pulumi.StringInput{}
	outputs := m.args.Server.Instances
	for i, instance := range watched(m.args.Config) {
		identifiers[instance.Identifier] = outputs[i]
	}
	if cluster := m.args.Server.Cluster; cluster != nil {
		identifiers[m.args.Config.Instance()] = cluster
	}
	for _, alarm := range Alarms(m.args.Config) {
		dimensions := pulumi.StringMap{}
		if alarm.Dimension != ofLog {
			dimensions[alarm.Dimension] = identifiers[alarm.Identifier]
		}
		_, err := cloudwatch.NewMetricAlarm(m.ctx, alarm.Name(), &cloudwatch.MetricAlarmArgs{
			Name:               pulumi.String(alarm.Name()),
			AlarmDescription:   pulumi.String(alarm.Identifier + ": " + alarm.About),
			Namespace:          pulumi.String(alarm.Namespace()),
			MetricName:         pulumi.String(alarm.Metric),
			Dimensions:         dimensions,
			Statistic:          pulumi.String(alarm.Statistic),
			Period:             pulumi.Int(Period),
			EvaluationPeriods:  pulumi.Int(alarm.Periods),
			ComparisonOperator: pulumi.String(alarm.Threshold.Comparison),
			Threshold:          pulumi.Float64(alarm.Threshold.Value),
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

// afterPrimary makes a resource wait for the primary. Creating a topic or a dashboard whose name exists succeeds in AWS, and
// takes it over. A stack with the names of another one by mistake fails at the instance instead, before it does that.
func (m *monitor) afterPrimary() pulumi.ResourceOption {
	return pulumi.DependsOn([]pulumi.Resource{m.args.Server.Resource})
}
