package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// checks has the check of each control, by its id. A check returns what is wrong in a graph, or "".
func checks() map[string]func(graph) string {
	is := func(field string, want any) func(map[string]any) bool {
		return func(in map[string]any) bool { return in[field] == want }
	}
	isSet := func(field string) func(map[string]any) bool {
		return func(in map[string]any) bool { return in[field] != nil && in[field] != "" }
	}
	atLeast := func(field string, least int) func(map[string]any) bool {
		return func(in map[string]any) bool {
			n, isNumber := in[field].(float64)
			return isNumber && n >= float64(least)
		}
	}
	instances := func(right func(map[string]any) bool) func(graph) string {
		return func(g graph) string { return g.instances(right) }
	}
	sources := func(right func(map[string]any) bool) func(graph) string {
		return func(g graph) string { return g.sources(right) }
	}
	each := func(kind string, right func(map[string]any) bool) func(graph) string {
		return func(g graph) string { return g.each(kind, right) }
	}
	subscription := func(kind string, categories ...any) func(graph) string {
		return func(g graph) string { return g.subscription(kind, categories...) }
	}
	return map[string]func(graph) string{
		"RDS.2": instances(is("publiclyAccessible", false)),
		"RDS.3": instances(is("storageEncrypted", true)),
		"RDS.5": sources(is("multiAz", true)),
		"RDS.6": instances(atLeast("monitoringInterval", 1)),
		"RDS.8": sources(is("deletionProtection", true)),
		"RDS.9": instances(func(in map[string]any) bool {
			return fmt.Sprint(in["enabledCloudwatchLogsExports"]) == map[bool]string{true: "[postgresql]", false: "[postgresql upgrade]"}[isCluster(in)]
		}),
		"RDS.10": instances(is("iamDatabaseAuthenticationEnabled", true)),
		"RDS.11": sources(atLeast("backupRetentionPeriod", 7)),
		"RDS.13": instances(is("autoMinorVersionUpgrade", true)),
		"RDS.17": instances(is("copyTagsToSnapshot", true)),
		"RDS.20": subscription("db-instance", "configuration change", "failure", "maintenance"),
		"RDS.21": func(g graph) string {
			if g.hasCluster() {
				return g.clusterEvents()
			}
			return g.subscription("db-parameter-group", "configuration change")
		},
		"RDS.22": subscription("db-security-group", "configuration change", "failure"),
		"RDS.23": instances(func(in map[string]any) bool { return in["port"] != 5432.0 }),
		"RDS.25": sources(func(in map[string]any) bool {
			return in["username"] == nil || !slices.Contains([]any{"postgres", "admin"}, in["username"])
		}),
		"RDS.26": graph.backedUp,
		"RDS.30": func(g graph) string {
			return g.needed("pulumi:providers:aws", func(in map[string]any) bool { return strings.Contains(fmt.Sprint(in["defaultTags"]), "Environment") })
		},
		"RDS.38": func(g graph) string {
			if problem := g.instances(isSet("parameterGroupName")); problem != "" {
				return problem
			}
			return g.parameter("rds.force_ssl", func(value string) bool { return value == "1" })
		},
		"CKV2_AWS_30": func(g graph) string {
			if problem := g.parameter("log_min_duration_statement", func(value string) bool { return value != "-1" }); problem != "" {
				return problem
			}
			return g.parameter("log_statement", func(value string) bool { return value != "none" })
		},
		"CKV_AWS_211": instances(func(in map[string]any) bool {
			return in["caCertIdentifier"] == nil || strings.HasSuffix(fmt.Sprint(in["caCertIdentifier"]), "-g1")
		}),
		// Checkov compares the text and does not accept "16", which is a version that the control accepts.
		"CKV_AWS_250": sources(func(in map[string]any) bool {
			major, _, _ := strings.Cut(fmt.Sprint(in["engineVersion"]), ".")
			return len(major) == 2 && major >= "14"
		}),
		"CKV_AWS_353": instances(is("performanceInsightsEnabled", true)),
		"CKV_AWS_354": instances(isSet("performanceInsightsKmsKeyId")),

		"SecretsManager.1": func(g graph) string {
			return g.needed("aws:secretsmanager/secretRotation:SecretRotation", isSet("secretId"))
		},
		"CKV_AWS_149": each("aws:secretsmanager/secret:Secret", isSet("kmsKeyId")),
		"KMS.4":       each("aws:kms/key:Key", is("enableKeyRotation", true)),
		"KMS.5": func(g graph) string {
			return g.statements("aws:kms/key:Key", "policy", func(s iam.Statement) bool { return !everybody(s.Principal) })
		},
		"CKV_AWS_26": func(g graph) string { return g.needed("aws:sns/topic:Topic", isSet("kmsMasterKeyId")) },
		"SNS.4":      topicsAreClosed,

		"IAM.1": func(g graph) string {
			return g.statements("aws:iam/rolePolicy:RolePolicy", "policy", func(s iam.Statement) bool {
				open := func(resource string) bool { return strings.Contains(resource, "*") && !namedByAWS(s, resource) }
				return !strings.Contains(fmt.Sprint(s.Action), "*") && !slices.ContainsFunc(s.Resource, open)
			})
		},
		"CKV_AWS_60": func(g graph) string {
			return g.statements("aws:iam/role:Role", "assumeRolePolicy", func(s iam.Statement) bool {
				return !everybody(s.Principal) && !strings.Contains(fmt.Sprint(s.Principal), ":root")
			})
		},
		"AwsSolutions-IAM4": each("aws:iam/rolePolicyAttachment:RolePolicyAttachment", func(in map[string]any) bool {
			arn := fmt.Sprint(in["policyArn"]) // a customer's own policies are not AWS managed
			return !strings.Contains(arn, ":iam::aws:policy/") || strings.HasSuffix(arn, ":policy/service-role/AmazonRDSEnhancedMonitoringRole")
		}),

		"AwsSolutions-EC23": each(securityGroupType, func(in map[string]any) bool {
			rules := fmt.Sprint(in["ingress"], in["egress"])
			return !strings.Contains(rules, "0.0.0.0/0") && !strings.Contains(rules, "::/0")
		}),
		"CKV_AWS_23": each(securityGroupType, func(in map[string]any) bool {
			rules, _ := in["ingress"].([]any)
			return in["description"] != nil && !slices.ContainsFunc(rules, func(rule any) bool { return rule.(map[string]any)["description"] == nil })
		}),
		"CKV2_AWS_5": instances(func(in map[string]any) bool { groups, _ := in["vpcSecurityGroupIds"].([]any); return len(groups) > 0 }),

		"CKV_AWS_158": each("aws:cloudwatch/logGroup:LogGroup", isSet("kmsKeyId")),
		"CKV_AWS_338": each("aws:cloudwatch/logGroup:LogGroup", atLeast("retentionInDays", 365)),
	}
}

// everybody tells whether a principal is "*".
func everybody(principal any) bool { return strings.Contains(fmt.Sprint(principal), "*") }

// topicsAreClosed checks that the policy of every topic allows only services of the account, and refuses connections without TLS.
func topicsAreClosed(g graph) string {
	refuses := false
	problem := g.statements("aws:sns/topicPolicy:TopicPolicy", "policy", func(s iam.Statement) bool {
		refuses = refuses || s.Effect == iam.Deny && everybody(s.Principal)
		return s.Effect == iam.Deny || !everybody(s.Principal)
	})
	if problem == "" && !refuses {
		return "no policy of a topic refuses what does not come by TLS"
	}
	return problem
}

// breach is an edit of the inputs of a resource type that breaks a control.
type breach struct {
	id, kind string
	edit     func(map[string]any)
}

func breaches() []breach {
	const (
		group        = "aws:rds/parameterGroup:ParameterGroup"
		subscription = "aws:rds/eventSubscription:EventSubscription"
		key          = "aws:kms/key:Key"
	)
	set := func(field string, value any) func(map[string]any) {
		return func(in map[string]any) { in[field] = value }
	}
	open := `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}`
	return []breach{
		{"RDS.2", instanceType, set("publiclyAccessible", true)},
		{"RDS.3", instanceType, set("storageEncrypted", false)},
		{"RDS.5", instanceType, set("multiAz", false)},
		{"RDS.6", instanceType, set("monitoringInterval", 0.0)},
		{"RDS.8", instanceType, set("deletionProtection", false)},
		{"RDS.9", instanceType, set("enabledCloudwatchLogsExports", []any{"postgresql"})},
		{"RDS.10", instanceType, set("iamDatabaseAuthenticationEnabled", nil)},
		{"RDS.11", instanceType, set("backupRetentionPeriod", 6.0)},
		{"RDS.13", instanceType, set("autoMinorVersionUpgrade", false)},
		{"RDS.17", instanceType, set("copyTagsToSnapshot", nil)},
		{"RDS.20", subscription, set("eventCategories", []any{"failure"})},
		{"RDS.21", subscription, set("sourceType", "db-snapshot")},
		{"RDS.22", subscription, set("eventCategories", []any{})},
		{"RDS.25", instanceType, set("username", "postgres")},
		{"RDS.26", "aws:backup/selection:Selection", set("resources", []any{"arn:aws:mock:us-east-1:123456789012:aws:rds/instance:Instance/another"})},
		{"RDS.30", "pulumi:providers:aws", set("defaultTags", nil)},
		{"RDS.38", instanceType, set("parameterGroupName", "")},
		{"RDS.38", group, set("parameters", []any{map[string]any{"name": "rds.force_ssl", "value": "0"}})},
		{"CKV_AWS_149", "aws:secretsmanager/secret:Secret", set("kmsKeyId", nil)},
		{"CKV_AWS_211", instanceType, set("caCertIdentifier", "rds-ca-2019")},
		{"CKV_AWS_250", instanceType, set("engineVersion", "13.4")},
		{"CKV_AWS_353", instanceType, set("performanceInsightsEnabled", false)},
		{"KMS.4", key, set("enableKeyRotation", nil)},
		{"KMS.5", key, set("policy", open)},
		{"CKV_AWS_26", "aws:sns/topic:Topic", set("kmsMasterKeyId", nil)},
		{"SNS.4", "aws:sns/topicPolicy:TopicPolicy", set("policy", open)},
		{"IAM.1", "aws:iam/rolePolicy:RolePolicy", set("policy", open)},
		{"CKV_AWS_60", roleType, set("assumeRolePolicy", open)},
		{"CKV_AWS_60", roleType, set("assumeRolePolicy", `{"Statement": [{"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]}`)},
		{"AwsSolutions-IAM4", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", set("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess")},
		{"AwsSolutions-EC23", securityGroupType, set("egress", []any{map[string]any{"cidrBlocks": []any{"0.0.0.0/0"}}})},
		{"CKV_AWS_23", securityGroupType, set("ingress", []any{map[string]any{}})},
		{"CKV2_AWS_5", instanceType, set("vpcSecurityGroupIds", []any{})},
	}
}
