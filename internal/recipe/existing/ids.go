// Package existing finds the object in the cloud that a resource of the program is.
package existing

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// Lookup asks the cloud for the id of an object whose id the cloud has made; "" if there is none.
type Lookup func(state.Creation) (string, error)

// ID is the id that the object of a creation has, if it was made: most follow from the inputs. "" means that there is none, that an input
// is missing, or that the resource exists in the state alone.
func ID(c state.Creation, target pipeline.Target, look Lookup) (string, error) {
	switch c.Type {
	case "aws:backup/vault:Vault", "aws:cloudwatch/logGroup:LogGroup", TypeMetricFilter, "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:iam/role:Role", "aws:kms/alias:Alias",
		"aws:rds/eventSubscription:EventSubscription", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup", "aws:rds/subnetGroup:SubnetGroup":
		return c.Text("name"), nil
	case "aws:cloudwatch/dashboard:Dashboard":
		return c.Text("dashboardName"), nil
	case "aws:budgets/budget:Budget":
		return target.Account + ":" + c.Text("name"), nil
	case "aws:iam/rolePolicy:RolePolicy":
		return joined(c.Text("role"), ":", c.Text("name")), nil
	case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
		return joined(c.Text("role"), "/", c.Text("policyArn")), nil
	case "aws:sns/topic:Topic":
		return fmt.Sprintf("arn:%s:sns:%s:%s:%s", target.Partition, target.Region, target.Account, c.Text("name")), nil
	case "aws:sns/topicPolicy:TopicPolicy":
		return c.Text("arn"), nil
	case TypeInstance, typeCluster, typeClusterInstance, TypeSecurityGroup, TypeSecret, TypeSecretVersion, typeKey, typeSubscription, typeCopies, typePlan, typeSelection:
		return look(c)
	}
	provider, _, _ := strings.Cut(c.Type, ":")
	switch {
	case !state.IsRead(provider):
		return "", nil
	case provider == "kubernetes":
		metadata, _ := c.Inputs["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		if namespace, ok := metadata["namespace"].(string); ok {
			name = namespace + "/" + name
		}
		return name, nil
	}
	return "", fmt.Errorf("this recipe cannot find %s: if it exists, import it with pulumi import", report.Resource(c.URN))
}

// joined is an id of two parts; "" if one of them is missing.
func joined(first, separator, second string) string {
	if first == "" || second == "" {
		return ""
	}
	return first + separator + second
}
