package stack

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// givenTopic is what SNS says of alerts.topicArn.
type givenTopic struct {
	missing bool
	refused string // why this role may not ask
}

// lookupTopic asks SNS for the topic, if it is of the stack's account: that of another one it shows to nobody. Whom the policy of a topic lets publish,
// no lookup of the provider tells.
func (d *discovery) lookupTopic(ctx *pulumi.Context, cfg *config.Config, from pulumi.InvokeOption) error {
	parts := strings.Split(cfg.Alerts.TopicArn, ":") // arn, partition, service, region, account and name
	if len(parts) != 6 || parts[4] != cfg.AccountID {
		return nil
	}
	_, err := sns.LookupTopic(ctx, &sns.LookupTopicArgs{Name: parts[5]}, from)
	switch {
	case err == nil:
	case mentions(err, "no matching SNS Topic"):
		d.topic.missing = true
	case mentions(err, "AuthorizationError", "AccessDenied", "not authorized"):
		d.topic.refused = err.Error()
	default:
		return fmt.Errorf("looking up the topic %s: %w", cfg.Alerts.TopicArn, err)
	}
	return nil
}

// unfit refuses a topic that is not there. One that has gone since the last run is a warning, so that it keeps nobody from a restore.
func (t givenTopic) unfit(cfg *config.Config, before map[string]string) (schema.Problems, []string) {
	given := cfg.Alerts.TopicArn
	problem := schema.Problem{Key: lock.TopicKey, Value: given, Rule: "an existing topic: RDS accepts no other for its events, and alarms would notify nobody",
		Fix: "one of: aws sns list-topics --query 'Topics[].TopicArn' --region " + cfg.Region + "; or no line, and alerts.emails"}
	switch {
	case t.refused != "":
		return nil, []string{"this role may not ask SNS whether the topic of alerts.topicArn exists: run just bootstrap again, which gives the pipeline's roles the permission. " + t.refused}
	case t.missing && before[lock.TopicKey] == given:
		return nil, []string{fmt.Sprintf("%s: %s was deleted since the last run, so alarms and events notify nobody. Write %s", problem.Key, given, problem.Fix)}
	case t.missing:
		return schema.Problems{problem}, nil
	}
	return nil, nil
}
