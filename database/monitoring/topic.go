package monitoring

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// The services that may publish to the topic.
const (
	cloudWatch = "cloudwatch.amazonaws.com"
	rdsEvents  = "events.rds.amazonaws.com"
)

// topic is the SNS topic that alarms and events notify.
type topic struct {
	arn pulumi.StringOutput
	// ready makes a publisher wait for the policy of the topic. Without the policy, RDS refuses the event subscription, and
	// CloudWatch only records a failed action in the history of the alarm.
	ready pulumi.ResourceOption
}

// topic is the topic of the configuration, or registers one: encrypted, with its policy, and the subscriptions of the e-mail addresses.
func (m *monitor) topic() (*topic, error) {
	if given := m.alerts.TopicArn; given != "" {
		return &topic{arn: pulumi.String(given).ToStringOutput(), ready: pulumi.DependsOn(nil)}, nil
	}
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

// topicKey returns the KMS key of the configuration, or registers one that the publishers may use. The AWS managed key of SNS
// does not work: CloudWatch may not use it, and its policy cannot be changed.
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
		// By default, KMS refuses a key policy that its creator could not change later. The pipeline may not change it, but the
		// administrators of the account may: see keyPolicy.
		BypassPolicyLockoutSafetyCheck: pulumi.Bool(true),
	}, m.args.Parent, pulumi.IgnoreChanges([]string{"bypassPolicyLockoutSafetyCheck"})) // it has no effect on an existing key
	if err != nil {
		return nil, fmt.Errorf("registering the key %s: %w", name, err)
	}
	if _, err := kms.NewAlias(m.ctx, name, &kms.AliasArgs{Name: pulumi.Sprintf("alias/%s", name), TargetKeyId: key.KeyId}, m.args.Parent); err != nil {
		return nil, fmt.Errorf("registering the alias of the key %s: %w", name, err)
	}
	return key.Arn, nil
}

// keyPolicy returns the policy of the topic's key.
func (m *monitor) keyPolicy() (string, error) {
	use := iam.Values{"kms:Decrypt", "kms:GenerateDataKey*"}
	return iam.Policy(
		// As in the default key policy of AWS: IAM policies of the account decide who else may use the key.
		iam.Statement{
			Sid: "Account", Effect: iam.Allow, Action: iam.Values{"kms:*"}, Resource: iam.Values{"*"},
			Principal: iam.Principal{"AWS": {fmt.Sprintf("arn:%s:iam::%s:root", m.args.Config.Partition(), m.args.Config.AccountID)}},
		},
		iam.Statement{
			Sid: "Alarms", Effect: iam.Allow, Action: use, Resource: iam.Values{"*"},
			Principal: iam.Principal{"Service": {cloudWatch}}, Condition: m.ofAccount(),
		},
		// Without aws:SourceAccount: AWS does not document that RDS sends it to KMS, and without the key no event would
		// arrive. The policy of the topic has the condition.
		iam.Statement{
			Sid: "Events", Effect: iam.Allow, Action: use, Resource: iam.Values{"*"},
			Principal: iam.Principal{"Service": {rdsEvents}},
		},
	).Encode(iam.Terse)
}

// topicPolicy lets the services publish, and refuses requests without TLS.
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
	).Encode(iam.Terse)
}

// ofAccount is the condition that the request comes from a resource of this account.
func (m *monitor) ofAccount() iam.Condition {
	return iam.Condition{"StringEquals": {"aws:SourceAccount": {m.args.Config.AccountID}}}
}
