package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/health"
)

// watch registers the dashboard; and, with an address, the budget, the topic, its subscribers, the alarms and the
// subscriptions to what RDS tells.
func (b *builder) watch(primary *rds.Instance, replicas []*rds.Instance, group *rds.ParameterGroup) error {
	if b.args.Alarms.Dashboard {
		if err := b.dashboard(primary); err != nil {
			return err
		}
	}
	if len(b.args.Alarms.Emails) == 0 {
		return nil
	}
	if err := b.budget(); err != nil {
		return err
	}
	to, err := b.topic(primary)
	if err != nil {
		return err
	}
	// An alarm on an instance that is still being made would find it silent.
	identifiers := pulumi.StringArray{primary.Identifier}
	for _, replica := range replicas {
		identifiers = append(identifiers, replica.Identifier)
	}
	for i, watched := range b.args.Alarms.Watched {
		if err := b.alarms(watched, identifiers[i], to); err != nil {
			return err
		}
	}
	return b.events(identifiers, group, to)
}

func (b *builder) alarms(watched health.Instance, identifier pulumi.StringInput, to *channel) error {
	for _, alarm := range health.Alarms(watched, b.args.Alarms.Limits) {
		_, err := cloudwatch.NewMetricAlarm(b.ctx, alarm.Name, &cloudwatch.MetricAlarmArgs{
			Name:               pulumi.String(alarm.Name),
			AlarmDescription:   pulumi.String(alarm.Description),
			Namespace:          pulumi.String("AWS/RDS"),
			MetricName:         pulumi.String(alarm.Metric),
			Dimensions:         pulumi.StringMap{"DBInstanceIdentifier": identifier},
			Statistic:          pulumi.String(alarm.Statistic),
			Period:             pulumi.Int(health.Period),
			EvaluationPeriods:  pulumi.Int(alarm.Periods),
			ComparisonOperator: pulumi.String(alarm.Comparison),
			Threshold:          pulumi.Float64(alarm.Threshold),
			TreatMissingData:   pulumi.String(alarm.Missing),
			AlarmActions:       pulumi.Array{to.arn},
			OkActions:          pulumi.Array{to.arn},
		}, b.parent, to.ready)
		if err != nil {
			return fmt.Errorf("registering the alarm %s: %w", alarm.Name, err)
		}
	}
	return nil
}

// events subscribes the topic to what RDS tells of the instances and of their parameter group. The category for security
// groups takes no sources.
func (b *builder) events(identifiers pulumi.StringArray, group *rds.ParameterGroup, to *channel) error {
	for _, events := range health.Subscriptions() {
		name := b.args.Name + "-" + events.Name
		args := &rds.EventSubscriptionArgs{
			Name:            pulumi.String(name),
			SnsTopic:        to.arn,
			SourceType:      pulumi.String(events.SourceType),
			EventCategories: pulumi.ToStringArray(events.Categories),
		}
		switch events.SourceType {
		case "db-instance":
			args.SourceIds = identifiers
		case "db-parameter-group":
			args.SourceIds = pulumi.StringArray{group.Name}
		}
		if _, err := rds.NewEventSubscription(b.ctx, name, args, b.parent, to.ready); err != nil {
			return fmt.Errorf("registering the subscription %s: %w", name, err)
		}
	}
	return nil
}

// dashboard registers the page after the instance, as the topic is: AWS gives a name of these two to whoever asks for it
// once more, so a stack that took another one's names by mistake has to fail before, at the instance's.
func (b *builder) dashboard(primary *rds.Instance) error {
	name := b.args.Name
	body, err := health.Dashboard(b.args.Region, b.args.Alarms.Watched, b.args.Alarms.Limits)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewDashboard(b.ctx, name, &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String(name),
		DashboardBody: pulumi.String(body),
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{primary}))
	if err != nil {
		return fmt.Errorf("registering the dashboard %s: %w", name, err)
	}
	return nil
}
