package recovery

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
)

// Lookup asks the cloud for the id of an object whose id the cloud has made; "" if there is none.
type Lookup func(Creation) (string, error)

// ID is the id that the object of an interrupted creation has, if it was made: most follow from the inputs. "" means that there is
// none, or that the resource exists in the state alone.
func (c Creation) ID(target pipeline.Target, look Lookup) (string, error) {
	switch c.Type {
	case "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:iam/role:Role", "aws:kms/alias:Alias",
		"aws:rds/eventSubscription:EventSubscription", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/subnetGroup:SubnetGroup":
		return c.text("name"), nil
	case "aws:cloudwatch/dashboard:Dashboard":
		return c.text("dashboardName"), nil
	case "aws:budgets/budget:Budget":
		return target.Account + ":" + c.text("name"), nil
	case "aws:iam/rolePolicy:RolePolicy":
		return c.text("role") + ":" + c.text("name"), nil
	case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
		return c.text("role") + "/" + c.text("policyArn"), nil
	case "aws:sns/topic:Topic":
		return fmt.Sprintf("arn:%s:sns:%s:%s:%s", target.Partition, target.Region, target.Account, c.text("name")), nil
	case "aws:sns/topicPolicy:TopicPolicy":
		return c.text("arn"), nil
	case typeInstance, typeSecurityGroup, typeSecret, typeSecretVersion, typeKey, typeSubscription:
		return look(c)
	}
	provider, _, _ := strings.Cut(c.Type, ":")
	switch {
	case !isRead(provider):
		return "", nil
	case provider == "kubernetes":
		metadata, _ := c.Inputs["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if namespace, ok := metadata["namespace"].(string); ok {
			name = namespace + "/" + name
		}
		return name, nil
	}
	return "", fmt.Errorf("%s was interrupted, and this recipe cannot find it: if it exists, import it with pulumi import", report.Resource(c.URN))
}

// isRead tells whether the resources of a provider exist outside the state, where a refresh reads them.
func isRead(provider string) bool { return provider == "aws" || provider == "kubernetes" }

// text is an input that is a text; "" if it is none.
func (c Creation) text(input string) string {
	text, _ := c.Inputs[input].(string)
	return text
}
