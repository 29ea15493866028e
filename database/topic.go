package database

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Who may publish to the topic.
const (
	cloudWatch = "cloudwatch.amazonaws.com"
	rdsEvents  = "events.rds.amazonaws.com"
)

// channel is a topic, and what has to be there before somebody publishes to it: its policy. An alarm that may not publish
// says nothing about it, and RDS refuses such a subscription.
type channel struct {
	arn   pulumi.StringOutput
	ready pulumi.ResourceOption
}

// topic registers the encrypted topic, its policy and its subscribers.
func (b *builder) topic(primary *rds.Instance) (*channel, error) {
	name := b.args.Alarms.Topic
	key, err := b.topicKey()
	if err != nil {
		return nil, err
	}
	topic, err := sns.NewTopic(b.ctx, name, &sns.TopicArgs{
		Name:           pulumi.String(name),
		KmsMasterKeyId: key,
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{primary})) // why: see dashboard
	if err != nil {
		return nil, fmt.Errorf("registering the topic %s: %w", name, err)
	}
	policy, err := b.topicPolicy()
	if err != nil {
		return nil, err
	}
	ready, err := sns.NewTopicPolicy(b.ctx, name, &sns.TopicPolicyArgs{Arn: topic.Arn, Policy: pulumi.String(policy)}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the topic %s: %w", name, err)
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
	return &channel{arn: topic.Arn, ready: pulumi.DependsOn([]pulumi.Resource{ready})}, nil
}

// topicKey is the key of the configuration, or one that the publishers may use. AWS's own key for SNS lets no service
// publish.
func (b *builder) topicKey() (pulumi.StringInput, error) {
	if b.args.Alarms.KmsKeyID != "" {
		return pulumi.String(b.args.Alarms.KmsKeyID), nil
	}
	name := b.args.Alarms.Topic
	policy, err := b.keyPolicy()
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(b.ctx, name, &kms.KeyArgs{
		Description:       pulumi.Sprintf("Messages of the topic %s", name),
		EnableKeyRotation: pulumi.Bool(true),
		Policy:            pulumi.String(policy),
		// KMS makes a key only for who may change its policy later, which the pipeline may not. The account may: see keyPolicy.
		BypassPolicyLockoutSafetyCheck: pulumi.Bool(true),
	}, b.parent, pulumi.IgnoreChanges([]string{"bypassPolicyLockoutSafetyCheck"})) // of a key that is there, it says nothing
	if err != nil {
		return nil, fmt.Errorf("registering the key %s: %w", name, err)
	}
	if _, err := kms.NewAlias(b.ctx, name, &kms.AliasArgs{Name: pulumi.Sprintf("alias/%s", name), TargetKeyId: key.KeyId}, b.parent); err != nil {
		return nil, fmt.Errorf("registering the alias of the key %s: %w", name, err)
	}
	return key.Arn, nil
}

// statement is one statement of a policy.
type statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    any
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

func (b *builder) keyPolicy() (string, error) {
	use := []string{"kms:Decrypt", "kms:GenerateDataKey*"}
	return policy(
		// As in the key policy that AWS makes: the account's own policies decide.
		statement{
			Sid: "Account", Effect: "Allow", Action: "kms:*", Resource: "*",
			Principal: map[string]string{"AWS": fmt.Sprintf("arn:%s:iam::%s:root", b.args.Partition, b.args.AccountID)},
		},
		statement{
			Sid: "Alarms", Effect: "Allow", Action: use, Resource: "*",
			Principal: map[string]string{"Service": cloudWatch}, Condition: b.ofAccount(),
		},
		// Without the account: that RDS names it to KMS is not documented, and what may not use the key says nothing. The
		// topic's policy asks for it.
		statement{
			Sid: "Events", Effect: "Allow", Action: use, Resource: "*",
			Principal: map[string]string{"Service": rdsEvents},
		},
	)
}

func (b *builder) topicPolicy() (string, error) {
	arn := fmt.Sprintf("arn:%s:sns:%s:%s:%s", b.args.Partition, b.args.Region, b.args.AccountID, b.args.Alarms.Topic)
	return policy(
		statement{
			Sid: "Publishers", Effect: "Allow", Action: "sns:Publish", Resource: arn,
			Principal: map[string][]string{"Service": {cloudWatch, rdsEvents}}, Condition: b.ofAccount(),
		},
		statement{
			Sid: "EncryptedInTransit", Effect: "Deny", Action: "sns:Publish", Resource: arn,
			Principal: "*", Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
		},
	)
}

// ofAccount keeps the publishers of other accounts out.
func (b *builder) ofAccount() map[string]map[string]string {
	return map[string]map[string]string{"StringEquals": {"aws:SourceAccount": b.args.AccountID}}
}

func policy(statements ...statement) (string, error) {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		return "", fmt.Errorf("encoding a policy: %w", err)
	}
	return string(text), nil
}
