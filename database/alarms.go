package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// AlarmCount is the number of alarms of an instance.
const AlarmCount = 2

// bytesPerGiB is the unit of FreeStorageSpace (bytes) in that of the allocated storage (GiB).
const bytesPerGiB = 1 << 30

// alarms registers the topic, its subscribers and the alarms; none of it without an address.
func (b *builder) alarms(primary *rds.Instance) error {
	if len(b.args.Alarms.Emails) == 0 {
		return nil
	}
	topic, err := b.topic()
	if err != nil {
		return err
	}
	id, limits := b.args.Identifier, b.args.Alarms
	for _, alarm := range []struct {
		name, description, metric, comparison string
		threshold                             float64
		periods                               int
	}{
		{
			name:        id + "-high-cpu",
			description: fmt.Sprintf("%s: CPU above %d %% for ten minutes", id, limits.CPUPercent),
			metric:      "CPUUtilization", comparison: "GreaterThanThreshold",
			threshold: float64(limits.CPUPercent), periods: 2,
		},
		{
			name:        id + "-low-storage",
			description: fmt.Sprintf("%s: less than %d %% of %d GiB free", id, limits.FreeStoragePercent, b.args.Storage.Allocated),
			metric:      "FreeStorageSpace", comparison: "LessThanThreshold",
			threshold: float64(b.args.Storage.Allocated*limits.FreeStoragePercent) / 100 * bytesPerGiB, periods: 1,
		},
	} {
		_, err := cloudwatch.NewMetricAlarm(b.ctx, alarm.name, &cloudwatch.MetricAlarmArgs{
			Name:               pulumi.String(alarm.name),
			AlarmDescription:   pulumi.String(alarm.description),
			Namespace:          pulumi.String("AWS/RDS"),
			MetricName:         pulumi.String(alarm.metric),
			Dimensions:         pulumi.StringMap{"DBInstanceIdentifier": primary.Identifier},
			Statistic:          pulumi.String("Average"),
			Period:             pulumi.Int(300),
			EvaluationPeriods:  pulumi.Int(alarm.periods),
			ComparisonOperator: pulumi.String(alarm.comparison),
			Threshold:          pulumi.Float64(alarm.threshold),
			// An instance that reports nothing is an alarm's business too.
			TreatMissingData: pulumi.String("breaching"),
			AlarmActions:     pulumi.Array{topic.Arn},
			OkActions:        pulumi.Array{topic.Arn},
		}, b.parent)
		if err != nil {
			return fmt.Errorf("registering the alarm %s: %w", alarm.name, err)
		}
	}
	return nil
}

func (b *builder) topic() (*sns.Topic, error) {
	name := b.args.Alarms.Topic
	topic, err := sns.NewTopic(b.ctx, name, &sns.TopicArgs{Name: pulumi.String(name)}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the topic %s: %w", name, err)
	}
	for _, email := range b.args.Alarms.Emails {
		_, err := sns.NewTopicSubscription(b.ctx, name+"-"+email, &sns.TopicSubscriptionArgs{
			Topic:    topic.Arn,
			Protocol: pulumi.String("email"),
			Endpoint: pulumi.String(email),
		}, b.parent)
		if err != nil {
			return nil, fmt.Errorf("registering the subscription of %s: %w", email, err)
		}
	}
	return topic, nil
}
