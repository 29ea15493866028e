package pipeline

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// The placeholders of the policies. scripts/bootstrap replaces them.
const (
	partition   = "PARTITION"
	region      = "REGION"
	copyRegion  = "COPY_REGION" // backups.copyToRegion; see [Target.Fitted]
	account     = "ACCOUNT"
	environment = "ENVIRONMENT"
	cluster     = "CLUSTER"
	bucket      = "STATE_BUCKET"
	stateKey    = "STATE_KEY"
	repository  = "REPOSITORY"      // as GitHub spells it, with its owner
	numbered    = "NUMBERED"        // the same with GitHub's ids: owner@1/name@2
	policyARNs  = "POLICY_ARNS"     // of the stack's policyArns; see [Target.Fitted]
	project     = "mosaic-database" // the project of Pulumi.yaml, and the value of the tag Project
)

// Boundary is the name of the permissions boundary of every role that the program makes, in all environments of an account.
const Boundary = "mosaic-database-boundary"

const (
	anywhere = "*"
	prefix   = naming.Prefix + "-" + environment

	rdsARN         = "arn:" + partition + ":rds:" + region + ":" + account + ":"
	ec2ARN         = "arn:" + partition + ":ec2:" + region + ":" + account + ":"
	iamARN         = "arn:" + partition + ":iam::" + account + ":"
	kmsARN         = "arn:" + partition + ":kms:" + region + ":" + account + ":"
	backupARN      = "arn:" + partition + ":backup:" + region + ":" + account + ":"
	cloudwatchARN  = "arn:" + partition + ":cloudwatch:" + region + ":" + account + ":"
	instances      = rdsARN + "db:" + prefix + "-db*"
	anyInstance    = rdsARN + "db:*"
	snapshots      = rdsARN + "snapshot:*" // any snapshot may be restored, not only those that this program made
	finalSnapshots = rdsARN + "snapshot:" + prefix + "-db*"

	// The snapshots that AWS Backup takes.
	recoveryPoints        = rdsARN + "snapshot:awsbackup:*"
	clusterRecoveryPoints = rdsARN + "cluster-snapshot:awsbackup:*"
	// The databases of all environments.
	ourInstances = rdsARN + "db:" + naming.Prefix + "-*"
	ourClusters  = rdsARN + "cluster:" + naming.Prefix + "-*"

	clusters               = rdsARN + "cluster:" + prefix + "-db*"
	anyCluster             = rdsARN + "cluster:*"
	globalClusters         = "arn:" + partition + ":rds::" + account + ":global-cluster:*"
	clusterSnapshots       = rdsARN + "cluster-snapshot:*" // as of instances
	finalClusterSnapshots  = rdsARN + "cluster-snapshot:" + prefix + "-db*"
	clusterParameterGroups = rdsARN + "cluster-pg:" + prefix + "-db*"
	clusterBackups         = rdsARN + "cluster-auto-backup:*" // named by AWS

	automatedBackups   = rdsARN + "auto-backup:*" // named by AWS
	copiedBackups      = "arn:" + partition + ":rds:" + copyRegion + ":" + account + ":auto-backup:*"
	parameterGroups    = rdsARN + "pg:" + prefix + "-db*"
	subnetGroups       = rdsARN + "subgrp:" + prefix + "-db*"
	optionGroups       = rdsARN + "og:default:*postgres*"
	eventSubscriptions = rdsARN + "es:" + prefix + "-*"

	vaults = backupARN + "backup-vault:" + prefix + "-db-*"
	plans  = backupARN + "backup-plan:*" // named by AWS; limited by tags

	vpcs           = ec2ARN + "vpc/*"
	securityGroups = ec2ARN + "security-group/*" // named by AWS; limited by tags

	// The names of the pipeline's own roles do not end in -role, so that it cannot change them.
	roles           = iamARN + "role/" + prefix + "-*-role"
	monitoringRoles = iamARN + "role/" + prefix + "-db*-monitoring-role"
	backupRoles     = iamARN + "role/" + prefix + "-db-*-backup-role"
	secretsRoles    = iamARN + "role/" + prefix + "-*-secrets-role"
	oidcProviders   = iamARN + "oidc-provider/*"
	boundary        = iamARN + "policy/" + Boundary

	secrets = "arn:" + partition + ":secretsmanager:" + region + ":" + account + ":secret:" + naming.Prefix + "/" + environment + "/*"
	// Those that RDS makes for master users; it chooses the rest of their names.
	managedSecrets = "arn:" + partition + ":secretsmanager:" + region + ":" + account + ":secret:" + naming.ManagedSecrets + "*"

	keys = kmsARN + "key/*" // named by AWS; limited by tags, or by the service that makes the call

	copyKMS     = "arn:" + partition + ":kms:" + copyRegion + ":" + account + ":"
	copyKeys    = copyKMS + "key/*"
	copyAliases = copyKMS + "alias/" + prefix + "-*"

	iamUserLogins = "arn:" + partition + ":rds-db:" + region + ":" + account + ":dbuser:*/*_people"
	aliases       = kmsARN + "alias/" + prefix + "-*"

	eksCluster = "arn:" + partition + ":eks:" + region + ":" + account + ":cluster/" + cluster
	logGroups  = "arn:" + partition + ":logs:" + region + ":" + account + ":log-group:/aws/rds/instance/" + prefix + "-db*"

	clusterLogGroups = "arn:" + partition + ":logs:" + region + ":" + account + ":log-group:/aws/rds/cluster/" + prefix + "-db*"

	anyAlarm   = cloudwatchARN + "alarm:*"
	alarms     = cloudwatchARN + "alarm:" + prefix + "-*"
	dashboards = "arn:" + partition + ":cloudwatch::" + account + ":dashboard/" + prefix + "-*"
	topics     = "arn:" + partition + ":sns:" + region + ":" + account + ":" + prefix + "-*"
	anyTopic   = "arn:" + partition + ":sns:" + region + ":" + account + ":*"
	budgets    = "arn:" + partition + ":budgets::" + account + ":budget/" + prefix + "-*"

	stateBucket = "arn:" + partition + ":s3:::" + bucket
)

// Wide lists every resource pattern that is not limited to the environment by its name, with the reason.
func Wide() map[string]string {
	return map[string]string{
		anyInstance:           "the provider finds an instance by its resource id, a filter on all instances; only for Describe",
		anyCluster:            "the program looks up the cluster that the stack file names for a restore, and the provider that of an instance; only for Describe and tags",
		globalClusters:        "the provider asks whether a cluster is a member of one; only for Describe",
		clusterSnapshots:      "as the snapshots of instances: only for Describe and Restore",
		clusterBackups:        "AWS chooses the names; only for a restore",
		rdsARN + "*":          "AWS Backup finds its snapshots in lists; only for Describe and tags, within the boundary",
		recoveryPoints:        "AWS Backup chooses the names; the role's own policy asks for the tags of the environment",
		clusterRecoveryPoints: "the same of clusters",
		ourInstances:          "the boundary is one for all environments; the role's own policy names the instances",
		ourClusters:           "the same of clusters",
		anyAlarm:              "the provider lists alarms; only for Describe",
		snapshots:             "the stack file may name any snapshot of the account for a restore; only for Describe and Restore",
		automatedBackups:      "AWS chooses the names; only for Describe and a restore",
		copiedBackups:         "AWS chooses the names; only for Describe, and to start the copying from an instance of the environment",
		copyKeys:              "AWS chooses the names; limited by the tags, or by the service that uses the key for the caller",
		managedSecrets:        "RDS chooses the names; only to make, tag and rotate them, which it does for the caller, and in the boundary to read them, where the role's own policy names one",
		anyTopic:              "the stack file may name any topic of the account for its alarms; only to read what topics and subscriptions are like",
		optionGroups:          "the default option groups of the engine, which AWS creates",
		plans:                 "AWS chooses the names; limited by the tags Project and Environment",
		vpcs:                  "the program looks up the VPC of the cluster; it creates a security group in it, and changes nothing else",
		securityGroups:        "AWS chooses the names; limited by the tags Project and Environment",
		oidcProviders:         "the program finds the provider of the cluster by its issuer; only for Get",
		keys:                  "AWS chooses the names; limited by the tags, or by the service that uses the key for the caller",
		iamUserLogins:         "AWS chooses the ids of instances; limited to the login of IAM users, and the role's own policy names the instance",
	}
}

// Unscoped lists every action that AWS cannot limit to a resource, with what it does.
func Unscoped() map[string]string {
	return map[string]string{
		"backup-storage:MountCapsule":            "gives a new vault its storage",
		"sns:ListTopics":                         "lists topics",
		"ec2:DescribeVpcs":                       "lists networks",
		"ec2:DescribeRouteTables":                "lists routes",
		"ec2:DescribeSubnets":                    "lists subnets",
		"ec2:DescribeSecurityGroups":             "lists security groups",
		"ec2:DescribeSecurityGroupRules":         "lists their rules",
		"ec2:DescribeNetworkInterfaces":          "lists what still uses a security group",
		"iam:ListOpenIDConnectProviders":         "lists identity providers",
		"logs:DescribeLogGroups":                 "lists log groups",
		"rds:DescribeDBEngineVersions":           "lists the versions that RDS has",
		"rds:DescribeOrderableDBInstanceOptions": "lists the instance classes that RDS has",
		"kms:ListAliases":                        "lists names of keys",
		"kms:CreateKey":                          "creates a key; limited by the tags that the request must have",
		"tag:GetResources":                       "lists resources by their tags",
		"sts:GetCallerIdentity":                  "says who is logged in",
	}
}
