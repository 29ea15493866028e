package simcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const (
	keyType               = "aws:kms/key:Key"
	aliasType             = "aws:kms/alias:Alias"
	topicPolicyType       = "aws:sns/topicPolicy:TopicPolicy"
	eventSubscriptionType = "aws:rds/eventSubscription:EventSubscription"
	dashboardType         = "aws:cloudwatch/dashboard:Dashboard"
	budgetType            = "aws:budgets/budget:Budget"
)

// createKey: KMS refuses a key policy that would not let the caller change it, unless the check is bypassed. The caller here is like
// the pipeline's deploy role, which may not change key policies.
func createKey(a *account, out Properties) (string, error) {
	if err := wellFormedFor("the key", out.Text("policy")); err != nil && out.has("policy") {
		return "", err
	}
	if out.Text("policy") != "" && !out.Flag("bypassPolicyLockoutSafetyCheck") {
		return "", fmt.Errorf("creating KMS Key: MalformedPolicyDocumentException: The new key policy will not allow you to update " +
			"the key policy in the future")
	}
	id := ""
	for n := 1; id == "" || a.cloud.get(keyType, id) != nil; n++ {
		id = fmt.Sprintf("%s-0000-4000-8000-%012d", digest(8, "key", a.id, out.Text("description")), n)
	}
	out.fill(Properties{"arn": a.arn("kms", "key/"+id), "keyId": id, "multiRegion": false, "policy": "", "rotationPeriodInDays": 365.0})
	return id, nil
}

func createAlias(a *account, out Properties) (string, error) {
	name := out.Text("name")
	switch {
	case !strings.HasPrefix(name, "alias/"):
		return "", fmt.Errorf("creating KMS Alias (%s): name must begin with 'alias/'", name)
	case a.cloud.get(aliasType, name) != nil:
		return "", fmt.Errorf("creating KMS Alias (%s): AlreadyExistsException: An alias with the name already exists", name)
	case a.cloud.get(keyType, out.Text("targetKeyId")) == nil:
		return "", fmt.Errorf("creating KMS Alias (%s): NotFoundException: Key '%s' does not exist", name, out.Text("targetKeyId"))
	}
	out.fill(Properties{"arn": a.arn("kms", name), "targetKeyArn": a.arn("kms", "key/"+out.Text("targetKeyId"))})
	return name, nil
}

func createTopicPolicy(a *account, out Properties) (string, error) {
	arn := out.Text("arn")
	if a.cloud.get(topicType, arn) == nil {
		return "", fmt.Errorf("setting SNS Topic policy (%s): NotFound: Topic does not exist", arn)
	}
	out.fill(Properties{"owner": a.id})
	return arn, wellFormedFor(arn, out.Text("policy"))
}

// hasTopic tells whether a topic is there. The account has topics of others, too.
func (a *account) hasTopic(arn string) bool {
	return a.cloud.get(topicType, arn) != nil || !strings.Contains(arn, ":mosaic-")
}

// getTopic looks a topic of the account up by its name, in all of the region. Source: provider, sns/topic_data_source.go.
func (a *account) getTopic(name string) (Properties, error) {
	arn := a.arn("sns", name)
	if !a.hasTopic(arn) {
		return nil, errors.New("no matching SNS Topic found")
	}
	return Properties{"id": arn, "arn": arn, "name": name, "tags": map[string]any{}}, nil
}

func createEventSubscription(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(eventSubscriptionType, name) != nil {
		return "", fmt.Errorf("creating RDS Event Subscription (%s): SubscriptionAlreadyExist: subscription already exists", name)
	}
	out.fill(Properties{"arn": a.arn("rds", "es:"+name), "customerAwsId": a.id})
	return name, updateEventSubscription(a, nil, out)
}

func updateEventSubscription(a *account, _, out Properties) error {
	topic := out.Text("snsTopic")
	if !a.hasTopic(topic) {
		return fmt.Errorf("RDS Event Subscription (%s): SNSTopicArnNotFound: %s", out.Text("name"), topic)
	}
	for _, id := range out.Texts("sourceIds") {
		found := map[string]bool{
			"db-instance":        a.instance(id) != nil || a.cloud.get(clusterInstanceType, id) != nil,
			"db-cluster":         a.cloud.get(clusterType, id) != nil,
			"db-parameter-group": a.cloud.get(parameterGroupType, id) != nil,
		}[out.Text("sourceType")]
		if !found {
			return fmt.Errorf("RDS Event Subscription (%s): SourceNotFound: %s %s", out.Text("name"), out.Text("sourceType"), id)
		}
	}
	return nil
}

func createDashboard(a *account, out Properties) (string, error) {
	var body struct{ Widgets []struct{ Type string } }
	if err := json.Unmarshal([]byte(out.Text("dashboardBody")), &body); err != nil || len(body.Widgets) == 0 {
		return "", fmt.Errorf("putting CloudWatch Dashboard (%s): InvalidParameterInput: The dashboard body is invalid", out.Text("dashboardName"))
	}
	out.fill(Properties{"dashboardArn": a.arn("cloudwatch", "dashboard/"+out.Text("dashboardName"))})
	return out.Text("dashboardName"), nil
}

func createBudget(a *account, out Properties) (string, error) {
	name := out.Text("name")
	id := a.id + ":" + name
	if a.cloud.get(budgetType, id) != nil {
		return "", fmt.Errorf("creating Budget (%s): DuplicateRecordException: the budget already exists", name)
	}
	out.fill(Properties{"accountId": a.id, "arn": "arn:aws:budgets::" + a.id + ":budget/" + name, "timePeriodStart": "2026-01-01_00:00"})
	return id, nil
}
