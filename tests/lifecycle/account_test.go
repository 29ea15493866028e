package lifecycle

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// answer is what the AWS CLI prints for calls that have some words among their arguments.
type answer struct {
	words string
	says  any // as JSON, or as --output text
}

// account is an aws that answers from the simulated cloud. What is not there is an error of the CLI.
type account struct {
	cloud    *simcloud.Cloud
	first    []answer       // before all others
	instance map[string]any // over what the cloud has of the instance
}

// script is the command, for as long as the cloud stays as it is.
func (a *account) script() string {
	answers := append(a.first, answer{"get-caller-identity text", "123456789012"}, answer{"kms describe-key", "AWS"})
	for _, o := range a.cloud.Objects("") {
		if strings.HasPrefix(o.Kind, "aws:") {
			answers = append(answers, a.about(o)...)
		}
	}
	answers = append(answers, answer{"secretsmanager list-secrets", a.secrets()})
	var script strings.Builder
	script.WriteString("case \"$* \" in\n")
	for _, answer := range answers {
		text, isText := answer.says.(string)
		if !isText || !strings.Contains(answer.words, " text") {
			said, _ := json.Marshal(answer.says)
			text = string(said)
		}
		fmt.Fprintf(&script, "*%q*) cat <<'END'\n%s\nEND\n;;\n", strings.TrimSuffix(answer.words, " text")+" ", text)
	}
	script.WriteString("*) echo \"An error occurred: $* does not exist\" >&2; exit 254;;\nesac\n")
	return script.String()
}

// about are the answers about an object.
func (a *account) about(o simcloud.Object) []answer {
	p, id := o.Properties, o.ID
	named := func(words string) []answer { return []answer{{words + " " + id + " text", id}} }
	switch o.Kind {
	case live.InstanceType:
		return []answer{{"describe-db-instances --db-instance-identifier " + p.Text("identifier"), a.describe(o)}}
	case live.SubnetGroupType:
		return named("--db-subnet-group-name")
	case live.ParameterGroupType:
		var parameters []any
		for _, parameter := range p.List("parameters") {
			parameters = append(parameters, map[string]any{"ParameterName": parameter["name"], "ParameterValue": parameter["value"]})
		}
		return []answer{{"describe-db-parameters --db-parameter-group-name " + id + " --source user", parameters},
			{"describe-db-parameters --db-parameter-group-name " + id, "1"}, {"describe-db-parameter-groups --db-parameter-group-name " + id, p["description"]}}
	case live.SecurityGroupType:
		return []answer{{"--group-ids " + id, []any{group(o)}}}
	case live.SecretVersionType:
		return []answer{{"get-secret-value --secret-id " + p.Text("secretId"), p["secretString"]}}
	case live.RoleType:
		inline := []string{}
		for _, policy := range a.cloud.Objects(live.RolePolicyType) {
			if policy.Properties.Text("role") == id {
				inline = append(inline, policy.Properties.Text("name"))
			}
		}
		return append(named("get-role --role-name"), answer{"list-role-policies --role-name " + id, inline})
	case live.RolePolicyType:
		return []answer{{"get-role-policy --role-name " + p.Text("role") + " --policy-name " + p.Text("name") + " text", p["name"]}}
	case live.LogGroupType:
		return []answer{{"describe-log-groups --log-group-name-prefix " + id + " --query logGroups[?logGroupName=='" + id + "'].retentionInDays | [0]", p["retentionInDays"]},
			{"describe-log-groups --log-group-name-prefix " + id + " text", id}}
	case live.AlarmType:
		return named("--alarm-names")
	case "aws:cloudwatch/dashboard:Dashboard":
		return named("--dashboard-name")
	case "aws:rds/eventSubscription:EventSubscription":
		return named("--subscription-name")
	case "aws:budgets/budget:Budget":
		return []answer{{"--budget-name " + p.Text("name") + " text", p["name"]}}
	case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
		return []answer{{"list-attached-role-policies --role-name " + p.Text("role") + " text", p["policyArn"]}}
	case "aws:kms/alias:Alias":
		return []answer{{"AliasName=='" + id + "'].AliasName text", id}}
	case "aws:kms/key:Key":
		return []answer{{"get-resources --resource-type-filters kms:key text", p["arn"]}}
	case "aws:sns/topic:Topic":
		return named("get-topic-attributes --topic-arn")
	case "aws:sns/topicSubscription:TopicSubscription":
		return []answer{{"Subscriptions[?Endpoint=='" + p.Text("endpoint") + "'].SubscriptionArn text", id}}
	}
	return nil
}

// describe is an instance as RDS describes it.
func (a *account) describe(o simcloud.Object) map[string]any {
	p := o.Properties
	subnets, groups, replicas := []any{}, []any{}, []string{}
	for _, other := range a.cloud.Objects("") {
		if other.Kind == live.SubnetGroupType && other.ID == p.Text("dbSubnetGroupName") {
			for _, id := range other.Properties.Texts("subnetIds") {
				subnets = append(subnets, map[string]any{"SubnetIdentifier": id})
			}
		}
		if other.Kind == live.InstanceType && other.Properties.Text("replicateSourceDb") == p.Text("identifier") {
			replicas = append(replicas, other.Properties.Text("identifier"))
		}
	}
	for _, id := range p.Texts("vpcSecurityGroupIds") {
		groups = append(groups, map[string]any{"VpcSecurityGroupId": id})
	}
	described := map[string]any{
		"DBInstanceIdentifier": p["identifier"], "DBInstanceStatus": "available", "DbiResourceId": o.ID, "Engine": "postgres",
		"EngineVersion": p["engineVersionActual"], "MasterUsername": p["username"], "DBName": p["dbName"],
		"DBInstanceClass": p["instanceClass"], "StorageType": p["storageType"], "Iops": p["iops"], "StorageThroughput": p["storageThroughput"],
		"AllocatedStorage": p["allocatedStorage"], "MaxAllocatedStorage": p["maxAllocatedStorage"], "StorageEncrypted": true,
		"KmsKeyId": p["kmsKeyId"], "MultiAZ": p["multiAz"], "DeletionProtection": p["deletionProtection"], "AutoMinorVersionUpgrade": p["autoMinorVersionUpgrade"],
		"IAMDatabaseAuthenticationEnabled": p["iamDatabaseAuthenticationEnabled"], "BackupRetentionPeriod": p["backupRetentionPeriod"],
		"PreferredBackupWindow": p["backupWindow"], "PreferredMaintenanceWindow": p["maintenanceWindow"],
		"PerformanceInsightsEnabled": p["performanceInsightsEnabled"], "PerformanceInsightsRetentionPeriod": p["performanceInsightsRetentionPeriod"],
		"MonitoringInterval": p["monitoringInterval"], "Endpoint": map[string]any{"Port": p["port"]},
		"DBSubnetGroup":     map[string]any{"DBSubnetGroupName": p["dbSubnetGroupName"], "VpcId": vpc(a.cloud), "Subnets": subnets},
		"VpcSecurityGroups": groups, "DBParameterGroups": []any{map[string]any{"DBParameterGroupName": p["parameterGroupName"]}},
		"OptionGroupMemberships": []any{map[string]any{"OptionGroupName": "default:postgres-16"}}, "ReadReplicaDBInstanceIdentifiers": replicas,
	}
	if p.Text("replicateSourceDb") == "" {
		maps.Copy(described, a.instance)
	}
	return described
}

func vpc(cloud *simcloud.Cloud) string {
	return cloud.Objects(live.SecurityGroupType)[0].Properties.Text("vpcId")
}

// group is a security group as EC2 describes it.
func group(o simcloud.Object) map[string]any {
	var rules []any
	for _, rule := range o.Properties.List("ingress") {
		var ranges []any
		for _, cidr := range rule.Texts("cidrBlocks") {
			ranges = append(ranges, map[string]any{"CidrIp": cidr})
		}
		rules = append(rules, map[string]any{"IpProtocol": rule["protocol"], "FromPort": rule["fromPort"], "ToPort": rule["toPort"], "IpRanges": ranges})
	}
	return map[string]any{"GroupId": o.ID, "Description": o.Properties["description"], "IpPermissions": rules}
}

// secrets are the secrets as Secrets Manager lists them.
func (a *account) secrets() []any {
	all := []any{}
	for _, o := range a.cloud.Objects(live.SecretType) {
		all = append(all, map[string]any{"Name": o.Properties["name"], "ARN": o.ID, "KmsKeyId": nil, "Deleted": false})
	}
	return all
}
