package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Who may publish to the topic.
const (
	cloudWatch = "cloudwatch.amazonaws.com"
	rdsEvents  = "events.rds.amazonaws.com"
)

// topic is the SNS topic, and what has to be there before somebody publishes to it: its policy. Otherwise RDS refuses the
// subscription, and CloudWatch notes a failed action in the history of the alarm, where nobody looks.
type topic struct {
	arn   pulumi.StringOutput
	ready pulumi.ResourceOption
}

// topic registers the encrypted topic, its policy and its subscribers.
func (m *monitor) topic() (*topic, error) {
	name := naming.AlertsTopic(m.args.Config.Environment)
	key, err := m.topicKey(name)
	if err != nil {
		return nil, err
	}
	made, err := sns.NewTopic(m.ctx, name, &sns.TopicArgs{
		Name:           pulumi.String(name),
		KmsMasterKeyId: key,
	}, m.args.Parent, m.afterPrimary())
	if err != nil {
		return nil, fmt.Errorf("registering the topic %s: %w", name, err)
	}
	policy, err := m.topicPolicy(name)
	if err != nil {
		return nil, err
	}
	ready, err := sns.NewTopicPolicy(m.ctx, name, &sns.TopicPolicyArgs{Arn: made.Arn, Policy: pulumi.String(policy)}, m.args.Parent)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the topic %s: %w", name, err)
	}
	for _, email := range m.alerts.Emails {
		_, err := sns.NewTopicSubscription(m.ctx, name+"-"+email, &sns.TopicSubscriptionArgs{
			Topic:    made.Arn,
			Protocol: pulumi.String("email"),
			Endpoint: pulumi.String(email),
		}, m.args.Parent)
		if err != nil {
			return nil, fmt.Errorf("registering the subscription of %s: %w", email, err)
		}
	}
	return &topic{arn: made.Arn, ready: pulumi.DependsOn([]pulumi.Resource{ready})}, nil
}

// topicKey is the key of the configuration, or one that the publishers may use: CloudWatch may not use AWS's own key for
// SNS, and the policy of that one cannot be changed.
func (m *monitor) topicKey(name string) (pulumi.StringInput, error) {
	if m.alerts.KmsKeyID != "" {
		return pulumi.String(m.alerts.KmsKeyID), nil
	}
	policy, err := m.keyPolicy()
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(m.ctx, name, &kms.KeyArgs{
		Description:       pulumi.Sprintf("Messages of the topic %s", name),
		EnableKeyRotation: pulumi.Bool(true),
		Policy:            pulumi.String(policy),
		// KMS makes a key only for who may change its policy later, which the pipeline may not. The account may: see keyPolicy.
		BypassPolicyLockoutSafetyCheck: pulumi.Bool(true),
	}, m.args.Parent, pulumi.IgnoreChanges([]string{"bypassPolicyLockoutSafetyCheck"})) // of a key that is there, it says nothing
	if err != nil {
		return nil, fmt.Errorf("registering the key %s: %w", name, err)
	}
	if _, err := kms.NewAlias(m.ctx, name, &kms.AliasArgs{Name: pulumi.Sprintf("alias/%s", name), TargetKeyId: key.KeyId}, m.args.Parent); err != nil {
		return nil, fmt.Errorf("registering the alias of the key %s: %w", name, err)
	}
	return key.Arn, nil
}

func (m *monitor) keyPolicy() (string, error) {
	use := iam.Values{"kms:Decrypt", "kms:GenerateDataKey*"}
	return iam.Policy(
		// As in the key policy that AWS makes: the account's own policies decide.
		iam.Statement{
			Sid: "Account", Effect: iam.Allow, Action: iam.Values{"kms:*"}, Resource: iam.Values{"*"},
			Principal: iam.Principal{"AWS": {fmt.Sprintf("arn:%s:iam::%s:root", m.args.Config.Partition(), m.args.Config.AccountID)}},
		},
		iam.Statement{
			Sid: "Alarms", Effect: iam.Allow, Action: use, Resource: iam.Values{"*"},
			Principal: iam.Principal{"Service": {cloudWatch}}, Condition: m.ofAccount(),
		},
		// Not held to the account: AWS does not document that RDS names it to KMS, and without the key no event would
		// arrive. The topic's policy asks for the account.
		iam.Statement{
			Sid: "Events", Effect: iam.Allow, Action: use, Resource: iam.Values{"*"},
			Principal: iam.Principal{"Service": {rdsEvents}},
		},
	).Spelled(iam.Terse)
}

func (m *monitor) topicPolicy(name string) (string, error) {
	cfg := m.args.Config
	publish := iam.Values{"sns:Publish"}
	arn := iam.Values{fmt.Sprintf("arn:%s:sns:%s:%s:%s", cfg.Partition(), cfg.Region, cfg.AccountID, name)}
	return iam.Policy(
		iam.Statement{
			Sid: "Publishers", Effect: iam.Allow, Action: publish, Resource: arn,
			Principal: iam.Principal{"Service": {cloudWatch, rdsEvents}}, Condition: m.ofAccount(),
		},
		iam.Statement{
			Sid: "EncryptedInTransit", Effect: iam.Deny, Action: publish, Resource: arn,
			Principal: iam.Everyone(), Condition: iam.Condition{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	).Spelled(iam.Terse)
}

// ofAccount keeps the publishers of other accounts out.
func (m *monitor) ofAccount() iam.Condition {
	return iam.Condition{"StringEquals": {"aws:SourceAccount": {m.args.Config.AccountID}}}
}
