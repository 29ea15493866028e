package existing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// The types of the objects whose id AWS makes.
const (
	TypeInstance        = "aws:rds/instance:Instance"
	typeCluster         = "aws:rds/cluster:Cluster"
	TypeSecurityGroup   = "aws:ec2/securityGroup:SecurityGroup"
	TypeSecret          = "aws:secretsmanager/secret:Secret"
	TypeSecretVersion   = "aws:secretsmanager/secretVersion:SecretVersion"
	TypeMetricFilter    = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	typeClusterInstance = "aws:rds/clusterInstance:ClusterInstance"
	typeKey             = "aws:kms/key:Key"
	typeSubscription    = "aws:sns/topicSubscription:TopicSubscription"
	typeCopies          = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
	typePlan            = "aws:backup/plan:Plan"
	typeSelection       = "aws:backup/selection:Selection"
)

// Ask makes a call of the AWS CLI that describes something, and returns what it prints; "" if that does not exist.
type Ask func(args ...string) (string, error)

// In asks AWS.
func In(ask Ask, target pipeline.Target) Lookup {
	return func(c state.Creation) (string, error) {
		args := question(c, target)
		if slices.Contains(args, "") { // an input that is not known yet
			return "", nil
		}
		found, err := ask(slices.Concat(args, in(c, target), []string{"--output", "text"})...)
		if err != nil {
			return "", err
		}
		ids := strings.Fields(found)
		switch {
		case len(ids) > 1:
			return "", fmt.Errorf("%s may be any of several objects: %s; delete those that nothing uses", report.Resource(c.URN), strings.Join(ids, ", "))
		case len(ids) == 0, ids[0] == "None", ids[0] == "PendingConfirmation": // SNS has one subscription for each address
			return "", nil
		}
		return idOf(c, ids[0]), nil
	}
}

// in are the arguments of a call about what is in the region of the copies; none of anything else.
func in(c state.Creation, target pipeline.Target) []string {
	if c.Type == typeCopies || strings.HasSuffix(c.URN, "::"+naming.CopiesKey(target.Environment)) {
		return []string{"--region", target.CopyRegion} // the last one counts
	}
	return nil
}

// question is the call that prints what AWS knows the object by.
func question(c state.Creation, target pipeline.Target) []string {
	switch c.Type {
	case TypeInstance:
		return []string{"rds", "describe-db-instances", "--db-instance-identifier", c.Text("identifier"), "--query", "DBInstances[].DbiResourceId"}
	case typeCluster:
		return []string{"rds", "describe-db-clusters", "--db-cluster-identifier", c.Text("clusterIdentifier"), "--query", "DBClusters[].DBClusterIdentifier"}
	case typeClusterInstance:
		return []string{"rds", "describe-db-instances", "--db-instance-identifier", c.Text("identifier"), "--query", "DBInstances[].DBInstanceIdentifier"}
	case TypeSecurityGroup:
		return []string{"ec2", "describe-security-groups", "--filters", "Name=group-name,Values=" + c.Text("name"),
			"Name=vpc-id,Values=" + c.Text("vpcId"), "--query", "SecurityGroups[].GroupId"}
	case TypeSecret:
		return []string{"secretsmanager", "describe-secret", "--secret-id", c.Text("name"), "--query", "ARN"}
	case TypeSecretVersion:
		return []string{"secretsmanager", "list-secret-version-ids", "--secret-id", c.Text("secretId"),
			"--query", "Versions[?contains(VersionStages, 'AWSCURRENT')].VersionId"}
	case typeSubscription:
		return []string{"sns", "list-subscriptions-by-topic", "--topic-arn", c.Text("topic"),
			"--query", fmt.Sprintf("Subscriptions[?Endpoint=='%s'].SubscriptionArn", c.Text("endpoint"))}
	case typeCopies:
		return []string{"rds", "describe-db-instance-automated-backups",
			"--query", fmt.Sprintf("DBInstanceAutomatedBackups[?DBInstanceArn=='%s' && Status=='replicating'].DBInstanceAutomatedBackupsArn", c.Text("sourceDbInstanceArn"))}
	case typePlan:
		return []string{"backup", "list-backup-plans", "--query", fmt.Sprintf("BackupPlansList[?BackupPlanName=='%s'].BackupPlanId", c.Text("name"))}
	case typeSelection:
		return []string{"backup", "list-backup-selections", "--backup-plan-id", c.Text("planId"),
			"--query", fmt.Sprintf("BackupSelectionsList[?SelectionName=='%s'].SelectionId", c.Text("name"))}
	default: // a key has no name, only the tags of the stack
		return []string{"resourcegroupstaggingapi", "get-resources", "--resource-type-filters", "kms:key",
			"--tag-filters", "Key=Database,Values=" + naming.Instance(target.Environment), "Key=ManagedBy,Values=pulumi",
			"--query", "ResourceTagMappingList[].ResourceARN"}
	}
}

// Wait is the call that waits until RDS has made a server, because until then RDS does not say where it is; nil for anything else.
func Wait(c state.Creation) []string {
	switch c.Type {
	case TypeInstance, typeClusterInstance:
		return []string{"rds", "wait", "db-instance-available", "--db-instance-identifier", c.Text("identifier")}
	case typeCluster:
		return []string{"rds", "wait", "db-cluster-available", "--db-cluster-identifier", c.Text("clusterIdentifier")}
	default:
		return nil
	}
}

// idOf is the provider's id of the object that AWS knows by found.
func idOf(c state.Creation, found string) string {
	switch c.Type {
	case TypeSecretVersion:
		return c.Text("secretId") + "|" + found
	case typeKey:
		return found[strings.LastIndex(found, "/")+1:]
	default:
		return found
	}
}
