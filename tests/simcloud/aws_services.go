package simcloud

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

const (
	logGroupType       = "aws:cloudwatch/logGroup:LogGroup"
	metricFilterType   = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	roleType           = "aws:iam/role:Role"
	rolePolicyType     = "aws:iam/rolePolicy:RolePolicy"
	roleAttachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	topicType          = "aws:sns/topic:Topic"
)

var logRetentions = []float64{
	0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

func createLogGroup(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(logGroupType, name) != nil {
		return "", fmt.Errorf("creating CloudWatch Logs Log Group (%s): ResourceAlreadyExistsException: "+
			"The specified log group already exists", name)
	}
	if !slices.Contains(logRetentions, out.Number("retentionInDays")) {
		return "", fmt.Errorf("creating CloudWatch Logs Log Group (%s): InvalidParameterException: "+
			"retentionInDays %v is not one of %v", name, out.Number("retentionInDays"), logRetentions)
	}
	out.fill(Properties{"arn": a.arn("logs", "log-group:"+name), "logGroupClass": "STANDARD"})
	return name, nil
}

// createMetricFilter takes another one of the same name over, as PutMetricFilter does.
func createMetricFilter(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(logGroupType, out.Text("logGroupName")) == nil {
		return "", fmt.Errorf("putting CloudWatch Logs Metric Filter (%s): ResourceNotFoundException: The specified log group does not exist", name)
	}
	return name, nil
}

func createAlarm(a *account, out Properties) (string, error) {
	name := out.Text("name")
	out.fill(Properties{"arn": a.arn("cloudwatch", "alarm:"+name), "evaluateLowSampleCountPercentiles": ""})
	return name, nil
}

func createTopic(a *account, out Properties) (string, error) {
	arn := a.arn("sns", out.Text("name"))
	out.fill(Properties{"arn": arn, "owner": a.id, "policy": "", "signatureVersion": 1.0, "tracingConfig": "PassThrough"})
	return arn, nil
}

func createSubscription(a *account, out Properties) (string, error) {
	topic := out.Text("topic")
	if a.cloud.get(topicType, topic) == nil {
		return "", fmt.Errorf("creating SNS Topic Subscription: NotFound: Topic does not exist (%s)", topic)
	}
	if out.Text("protocol") == "email" && !strings.Contains(out.Text("endpoint"), "@") {
		return "", fmt.Errorf("creating SNS Topic Subscription: InvalidParameter: Email address %q", out.Text("endpoint"))
	}
	arn := topic + ":" + digest(8, out.Text("protocol"), out.Text("endpoint"))
	out.fill(Properties{
		"arn": arn, "ownerId": a.id, "pendingConfirmation": out.Text("protocol") == "email",
		"confirmationWasAuthenticated": false, "filterPolicyScope": "",
	})
	return arn, nil
}

func createRole(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(roleType, name) != nil {
		return "", fmt.Errorf("creating IAM Role (%s): EntityAlreadyExists: Role with name %s already exists", name, name)
	}
	if len(name) > 64 {
		return "", fmt.Errorf("creating IAM Role (%s): ValidationError: roleName must have length less than or equal to 64", name)
	}
	out.fill(Properties{
		"arn": a.iamARN("role" + out.Text("path") + name), "createDate": "2025-01-01T00:00:00Z",
		"uniqueId": "AROA" + strings.ToUpper(digest(17, "role", name)), "managedPolicyArns": []any{}, "inlinePolicies": []any{},
	})
	return name, updateRole(a, nil, out)
}

func updateRole(_ *account, _, out Properties) error {
	return wellFormed(out.Text("name"), out.Text("assumeRolePolicy"))
}

// wellFormed refuses a policy that AWS would refuse, or that is not simulated.
func wellFormed(name, policy string) error {
	_, err := documentOf(name, policy)
	return err
}

// documentOf is a policy as AWS stores it; an error where wellFormed has one.
func documentOf(name, policy string) (iam.Document, error) {
	document, err := parsed(policy)
	if !json.Valid([]byte(policy)) || err == nil && len(document.Statement) == 0 {
		err = fmt.Errorf("IAM policy of %s: MalformedPolicyDocument: This policy contains invalid Json", name)
	}
	return document, err
}

// wellFormedFor is wellFormed for the policy of a resource, which says to whom each statement applies.
func wellFormedFor(resource, policy string) error {
	document, err := documentOf(resource, policy)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(document.Statement, func(s iam.Statement) bool { return s.Principal == nil }) {
		return fmt.Errorf("policy of %s: MalformedPolicyDocument: Missing required field Principal", resource)
	}
	return nil
}

func removeRole(a *account, name string, live Properties) error {
	of := func(o *Object) bool { return o.Properties.Text("role") == name }
	switch {
	case a.cloud.find(rolePolicyType, of) != nil && !live.Flag("forceDetachPolicies"):
		return fmt.Errorf("deleting IAM Role (%s): DeleteConflict: Cannot delete entity, must delete policies first", name)
	case a.cloud.find(roleAttachmentType, of) != nil && !live.Flag("forceDetachPolicies"):
		return fmt.Errorf("deleting IAM Role (%s): DeleteConflict: Cannot delete entity, must detach all policies first", name)
	}
	return nil
}

func createRolePolicy(a *account, out Properties) (string, error) {
	id := out.Text("role") + ":" + out.Text("name")
	if a.cloud.get(roleType, out.Text("role")) == nil {
		return "", fmt.Errorf("putting IAM Role Policy (%s): NoSuchEntity: The role with name %s cannot be found",
			id, out.Text("role"))
	}
	return id, updateRolePolicy(a, nil, out)
}

func updateRolePolicy(_ *account, _, out Properties) error {
	return wellFormed(out.Text("name"), out.Text("policy"))
}

func createRoleAttachment(a *account, out Properties) (string, error) {
	role := out.Text("role")
	if a.cloud.get(roleType, role) == nil {
		return "", fmt.Errorf("attaching IAM Policy (%s) to IAM Role (%s): NoSuchEntity: The role with name %s cannot be found",
			out.Text("policyArn"), role, role)
	}
	id, err := resource.NewUniqueHex(role+"-", 8, 0)
	return id, err
}
