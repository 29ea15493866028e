// Package pipeline makes the IAM policies of the pipeline's roles, from a table of the actions that each resource type and each
// lookup of the program needs.
package pipeline

import (
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// Need lists the actions that the AWS provider calls for one resource type, or for one lookup.
type Need struct {
	// Token is the type token of the resource, or the token of the lookup.
	Token string
	// Read is what a refresh needs, or the lookup itself.
	Read []Grant
	// Change is what creating and updating need; a replacement needs Delete too.
	Change []Grant
	Delete []Grant
	// Protected says that the pipeline may not delete it, because its data could not be restored. A person may, with the
	// removal policy.
	Protected bool
}

// Grant allows actions on resources, under a condition.
type Grant struct {
	Actions   []string
	Resources []string
	Condition iam.Condition
}

// to makes a grant without a condition.
func to(resource string, actions ...string) Grant {
	return Grant{Actions: actions, Resources: []string{resource}}
}

// and adds resources to a grant.
func (g Grant) and(resources ...string) Grant {
	g.Resources = append(g.Resources, resources...)
	return g
}

// when adds a condition to a grant: the key has to have one of the values.
func (g Grant) when(operator, key string, values ...string) Grant {
	condition := maps.Clone(g.Condition)
	if condition == nil {
		condition = iam.Condition{}
	}
	keys := map[string]iam.Values{key: values}
	maps.Copy(keys, condition[operator])
	condition[operator] = keys
	g.Condition = condition
	return g
}

// withOurTags limits a grant to resources that carry the tags of this environment. It is for resources whose names AWS chooses.
func (g Grant) withOurTags() Grant {
	return g.when("StringEquals", "aws:ResourceTag/Project", project).when("StringEquals", "aws:ResourceTag/Environment", environment)
}

// requestingOurTags limits a grant to requests that create a resource with these tags.
func (g Grant) requestingOurTags() Grant {
	return g.when("StringEquals", "aws:RequestTag/Project", project).when("StringEquals", "aws:RequestTag/Environment", environment)
}

// Needs is the table, with a row for every AWS resource type and every lookup of the program.
func Needs() []Need {
	return slices.Concat(lookups(), instance(), network(), copying(), aurora(), backup(), access(), alerting(), encryption())
}

func lookups() []Need {
	return []Need{
		{Token: "aws:eks/getCluster:getCluster", Read: []Grant{to(eksCluster, "eks:DescribeCluster")}},
		// The provider signs the token itself, and asks AWS for nothing.
		{Token: "aws:eks/getClusterAuth:getClusterAuth", Read: []Grant{to(anywhere, "sts:GetCallerIdentity")}},
		{Token: "aws:ec2/getVpc:getVpc", Read: []Grant{
			to(anywhere, "ec2:DescribeVpcs", "ec2:DescribeRouteTables"), to(vpcs, "ec2:DescribeVpcAttribute")}},
		{Token: "aws:ec2/getSubnet:getSubnet", Read: []Grant{to(anywhere, "ec2:DescribeSubnets")}},
		{Token: "aws:ec2/getSubnets:getSubnets", Read: []Grant{to(anywhere, "ec2:DescribeSubnets")}},
		{Token: "aws:ec2/getSecurityGroups:getSecurityGroups", Read: []Grant{to(anywhere, "ec2:DescribeSecurityGroups")}},
		{Token: "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider", Read: []Grant{
			to(anywhere, "iam:ListOpenIDConnectProviders"), to(oidcProviders, "iam:GetOpenIDConnectProvider")}},
		{Token: "aws:rds/getEngineVersion:getEngineVersion", Read: []Grant{to(anywhere, "rds:DescribeDBEngineVersions")}},
		{Token: "aws:rds/getOrderableDbInstance:getOrderableDbInstance", Read: []Grant{to(anywhere, "rds:DescribeOrderableDBInstanceOptions")}},
		{Token: "aws:rds/getInstance:getInstance", Read: []Grant{to(anyInstance, "rds:DescribeDBInstances")}},
		{Token: "aws:rds/getCluster:getCluster", Read: []Grant{to(anyCluster, "rds:DescribeDBClusters", "rds:ListTagsForResource")}},
		{Token: "aws:rds/getClusterSnapshot:getClusterSnapshot", Read: []Grant{to(anyCluster, "rds:DescribeDBClusterSnapshots").and(clusterSnapshots)}},
		{Token: "aws:sns/getTopic:getTopic", Read: []Grant{to(anywhere, "sns:ListTopics"), to(anyTopic, "sns:ListTagsForResource")}},
		{Token: "aws:rds/getSnapshot:getSnapshot", Read: []Grant{to(anyInstance, "rds:DescribeDBSnapshots").and(snapshots)}},
	}
}

// rdsTags is what every RDS resource needs for its tags.
func rdsTags(resource string) Grant {
	return to(resource, "rds:AddTagsToResource", "rds:RemoveTagsFromResource")
}

// managingMaster is what RDS does for the caller when it takes over the master user's password. The caller never reads it.
func managingMaster() Grant {
	return to(managedSecrets, "secretsmanager:CreateSecret", "secretsmanager:TagResource", "secretsmanager:RotateSecret")
}

// managingMasterKey is what it does with the key of that secret: AWS's own, or a customer managed one.
func managingMasterKey() Grant {
	return to(keys, "kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey").
		when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com", "secretsmanager."+region+".amazonaws.com")
}

func instance() []Need {
	// RDS also checks the groups that a new instance uses, and the backup that it is restored from.
	making := func(action string, from ...string) Grant {
		return to(instances, action).and(parameterGroups, subnetGroups, optionGroups).and(from...)
	}
	return []Need{
		{Token: "aws:rds/instance:Instance", Protected: true,
			// The provider finds an instance by its resource id, which is a filter on all instances.
			Read: []Grant{to(anyInstance, "rds:DescribeDBInstances"), to(instances, "rds:ListTagsForResource")},
			Change: []Grant{making("rds:CreateDBInstance"), making("rds:CreateDBInstanceReadReplica"), making("rds:ModifyDBInstance"),
				making("rds:RestoreDBInstanceFromDBSnapshot", snapshots), making("rds:RestoreDBInstanceToPointInTime", automatedBackups),
				rdsTags(instances),
				to(monitoringRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "monitoring.rds.amazonaws.com"),
				// For instances with a customer managed key. The condition allows only the calls that RDS makes for the role.
				to(keys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com"),
				managingMaster(), managingMasterKey()},
			// RDS takes the final snapshot with the permissions of the caller.
			Delete: []Grant{to(instances, "rds:DeleteDBInstance"), to(instances, "rds:CreateDBSnapshot", "rds:AddTagsToResource").and(finalSnapshots)}},
		{Token: "aws:rds/parameterGroup:ParameterGroup",
			Read: []Grant{to(parameterGroups, "rds:DescribeDBParameterGroups", "rds:DescribeDBParameters", "rds:ListTagsForResource")},
			Change: []Grant{to(parameterGroups, "rds:CreateDBParameterGroup", "rds:ModifyDBParameterGroup", "rds:ResetDBParameterGroup"),
				rdsTags(parameterGroups)},
			Delete: []Grant{to(parameterGroups, "rds:DeleteDBParameterGroup")}},
		{Token: "aws:rds/subnetGroup:SubnetGroup",
			Read:   []Grant{to(subnetGroups, "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource")},
			Change: []Grant{to(subnetGroups, "rds:CreateDBSubnetGroup", "rds:ModifyDBSubnetGroup"), rdsTags(subnetGroups)},
			Delete: []Grant{to(subnetGroups, "rds:DeleteDBSubnetGroup")}},
		{Token: "aws:cloudwatch/logGroup:LogGroup", Protected: true,
			Read: []Grant{to(anywhere, "logs:DescribeLogGroups"), to(logGroups, "logs:ListTagsForResource").and(clusterLogGroups)},
			Change: []Grant{to(logGroups, "logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy",
				"logs:TagResource", "logs:UntagResource").and(clusterLogGroups)},
			Delete: []Grant{to(logGroups, "logs:DeleteLogGroup").and(clusterLogGroups)}},
		{Token: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
			Read:   []Grant{to(logGroups, "logs:DescribeMetricFilters").and(clusterLogGroups)},
			Change: []Grant{to(logGroups, "logs:PutMetricFilter").and(clusterLogGroups)},
			Delete: []Grant{to(logGroups, "logs:DeleteMetricFilter").and(clusterLogGroups)}},
	}
}

func network() []Need {
	return []Need{
		{Token: "aws:ec2/securityGroup:SecurityGroup",
			Read: []Grant{to(anywhere, "ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules")},
			Change: []Grant{to(vpcs, "ec2:CreateSecurityGroup"), to(securityGroups, "ec2:CreateSecurityGroup").requestingOurTags(),
				to(securityGroups, "ec2:CreateTags").when("StringEquals", "ec2:CreateAction", "CreateSecurityGroup"),
				to(securityGroups, "ec2:CreateTags", "ec2:DeleteTags", "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress",
					"ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress").withOurTags()},
			// Before it deletes a group, the provider looks for network interfaces that still use it.
			Delete: []Grant{to(anywhere, "ec2:DescribeNetworkInterfaces"), to(securityGroups, "ec2:DeleteSecurityGroup").withOurTags()}},
	}
}

func access() []Need {
	bounded := func(actions ...string) Grant {
		return to(roles, actions...).when("StringEquals", "iam:PermissionsBoundary", boundary)
	}
	return []Need{
		{Token: "aws:secretsmanager/secret:Secret", Protected: true,
			Read: []Grant{to(secrets, "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy")},
			Change: []Grant{to(secrets, "secretsmanager:CreateSecret", "secretsmanager:UpdateSecret", "secretsmanager:TagResource",
				"secretsmanager:UntagResource", "secretsmanager:ReplicateSecretToRegions", "secretsmanager:RemoveRegionsFromReplication"),
				to(copyKeys, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey").when("StringEquals", "kms:ViaService", "secretsmanager."+copyRegion+".amazonaws.com"),
				// For secrets with a customer managed key. The condition allows only the calls that Secrets Manager makes for the role.
				to(keys, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey").when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com")},
			Delete: []Grant{to(secrets, "secretsmanager:DeleteSecret")}},
		{Token: "aws:secretsmanager/secretVersion:SecretVersion",
			Read: []Grant{to(secrets, "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
				to(keys, "kms:Decrypt").when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com")},
			Change: []Grant{to(secrets, "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")},
			Delete: []Grant{to(secrets, "secretsmanager:UpdateSecretVersionStage")}},
		{Token: "aws:iam/role:Role",
			Read: []Grant{to(roles, "iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies")},
			Change: []Grant{bounded("iam:CreateRole", "iam:PutRolePermissionsBoundary"),
				to(roles, "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:TagRole", "iam:UntagRole")},
			Delete: []Grant{to(roles, "iam:DeleteRole", "iam:ListInstanceProfilesForRole")}},
		{Token: "aws:iam/rolePolicy:RolePolicy",
			Read:   []Grant{to(roles, "iam:GetRolePolicy")},
			Change: []Grant{bounded("iam:PutRolePolicy")},
			Delete: []Grant{to(roles, "iam:DeleteRolePolicy")}},
		{Token: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
			Read: []Grant{to(roles, "iam:ListAttachedRolePolicies")},
			Change: []Grant{to(monitoringRoles, "iam:AttachRolePolicy").
				when("ArnEquals", "iam:PolicyARN", "arn:"+partition+":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
				to(secretsRoles, "iam:AttachRolePolicy").when("ArnEquals", "iam:PolicyARN", policyARNs).
					when("StringEquals", "iam:PermissionsBoundary", boundary)},
			// Any policy: what is detached is no longer in the stack file.
			Delete: []Grant{to(monitoringRoles, "iam:DetachRolePolicy").and(secretsRoles)}},
	}
}
