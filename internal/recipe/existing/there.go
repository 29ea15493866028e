package existing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// There tells whether the object with an id that [ID] returned exists. What was looked up does.
func There(ask Ask, target pipeline.Target, c state.Creation, id string) (bool, error) {
	args := byName(c, id)
	if args == nil {
		return true, nil
	}
	found, err := ask(slices.Concat(args, in(c, target), []string{"--output", "text"})...)
	return found != "" && found != "None", err
}

// byName is the call that prints something of an object whose id is known before it is made; nil if AWS makes the id.
func byName(c state.Creation, id string) []string {
	equal := func(list, field, value string) string {
		return fmt.Sprintf("%s[?%s=='%s'].%s", list, field, value, field)
	}
	switch c.Type {
	case "aws:budgets/budget:Budget":
		account, name, _ := strings.Cut(id, ":")
		return []string{"budgets", "describe-budget", "--account-id", account, "--budget-name", name, "--query", "Budget.BudgetName"}
	case "aws:cloudwatch/dashboard:Dashboard":
		return []string{"cloudwatch", "get-dashboard", "--dashboard-name", id, "--query", "DashboardName"}
	case "aws:cloudwatch/logGroup:LogGroup":
		return []string{"logs", "describe-log-groups", "--log-group-name-prefix", id, "--query", equal("logGroups", "logGroupName", id)}
	case "aws:cloudwatch/metricAlarm:MetricAlarm":
		return []string{"cloudwatch", "describe-alarms", "--alarm-names", id, "--query", "MetricAlarms[].AlarmName"}
	case "aws:iam/role:Role":
		return []string{"iam", "get-role", "--role-name", id, "--query", "Role.RoleName"}
	case "aws:iam/rolePolicy:RolePolicy":
		return []string{"iam", "get-role-policy", "--role-name", c.Text("role"), "--policy-name", c.Text("name"), "--query", "PolicyName"}
	case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
		return []string{"iam", "list-attached-role-policies", "--role-name", c.Text("role"), "--query", equal("AttachedPolicies", "PolicyArn", c.Text("policyArn"))}
	case "aws:kms/alias:Alias":
		return []string{"kms", "list-aliases", "--query", equal("Aliases", "AliasName", id)}
	case "aws:rds/eventSubscription:EventSubscription":
		return []string{"rds", "describe-event-subscriptions", "--subscription-name", id, "--query", "EventSubscriptionsList[].CustSubscriptionId"}
	case "aws:rds/parameterGroup:ParameterGroup":
		return []string{"rds", "describe-db-parameter-groups", "--db-parameter-group-name", id, "--query", "DBParameterGroups[].DBParameterGroupName"}
	case "aws:rds/subnetGroup:SubnetGroup":
		return []string{"rds", "describe-db-subnet-groups", "--db-subnet-group-name", id, "--query", "DBSubnetGroups[].DBSubnetGroupName"}
	case "aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy": // a topic has a policy always
		return []string{"sns", "get-topic-attributes", "--topic-arn", id, "--query", "Attributes.TopicArn"}
	}
	return nil
}
