package pipeline

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// What a policy is made for. scripts/bootstrap puts the values in.
const (
	partition   = "PARTITION"
	region      = "REGION"
	account     = "ACCOUNT"
	environment = "ENVIRONMENT"
	cluster     = "CLUSTER"
	bucket      = "STATE_BUCKET"
	stateKey    = "STATE_KEY"
	repository  = "REPOSITORY"      // as GitHub spells it, with its owner
	numbered    = "NUMBERED"        // the same with the ids that GitHub gave them: owner@1/name@2
	project     = "mosaic-database" // of Pulumi.yaml, and the tag Project
)

// Boundary is the name of the policy that bounds every role that the program makes, in all environments of an account.
const Boundary = "mosaic-database-boundary"

const (
	anywhere = "*"
	prefix   = naming.Prefix + "-" + environment

	rdsARN         = "arn:" + partition + ":rds:" + region + ":" + account + ":"
	ec2ARN         = "arn:" + partition + ":ec2:" + region + ":" + account + ":"
	iamARN         = "arn:" + partition + ":iam::" + account + ":"
	kmsARN         = "arn:" + partition + ":kms:" + region + ":" + account + ":"
	cloudwatchARN  = "arn:" + partition + ":cloudwatch:" + region + ":" + account + ":"
	instances      = rdsARN + "db:" + prefix + "-db*"
	anyInstance    = rdsARN + "db:*"
	snapshots      = rdsARN + "snapshot:*" // any backup may be restored, not only those that this program named
	finalSnapshots = rdsARN + "snapshot:" + prefix + "-db*"

	automatedBackups   = rdsARN + "auto-backup:*" // named by AWS
	parameterGroups    = rdsARN + "pg:" + prefix + "-db*"
	subnetGroups       = rdsARN + "subgrp:" + prefix + "-db*"
	optionGroups       = rdsARN + "og:default:postgres-*"
	eventSubscriptions = rdsARN + "es:" + prefix + "-*"

	vpcs           = ec2ARN + "vpc/*"
	securityGroups = ec2ARN + "security-group/*" // named by AWS; the tags say whose it is

	// The roles of the pipeline itself do not end in -role, so that it cannot change them.
	roles           = iamARN + "role/" + prefix + "-*-role"
	monitoringRoles = iamARN + "role/" + prefix + "-db*-monitoring-role"
	oidcProviders   = iamARN + "oidc-provider/*"
	boundary        = iamARN + "policy/" + Boundary

	secrets = "arn:" + partition + ":secretsmanager:" + region + ":" + account + ":secret:" + naming.Prefix + "/" + environment + "/*"
	keys    = kmsARN + "key/*" // named by AWS; tags or the service in between say whose it is

	peoplesLogins = "arn:" + partition + ":rds-db:" + region + ":" + account + ":dbuser:*/*_people"
	aliases       = kmsARN + "alias/" + prefix + "-*"

	eksCluster = "arn:" + partition + ":eks:" + region + ":" + account + ":cluster/" + cluster
	logGroups  = "arn:" + partition + ":logs:" + region + ":" + account + ":log-group:/aws/rds/instance/" + prefix + "-db*"
	anyAlarm   = cloudwatchARN + "alarm:*"
	alarms     = cloudwatchARN + "alarm:" + prefix + "-*"
	dashboards = "arn:" + partition + ":cloudwatch::" + account + ":dashboard/" + prefix + "-*"
	topics     = "arn:" + partition + ":sns:" + region + ":" + account + ":" + prefix + "-*"
	budgets    = "arn:" + partition + ":budgets::" + account + ":budget/" + prefix + "-*"

	stateBucket = "arn:" + partition + ":s3:::" + bucket
)

// Wide is every resource pattern that is not held to the environment by its name, and why.
func Wide() map[string]string {
	return map[string]string{
		anyInstance:      "the provider finds an instance by its resource id, a filter on all instances; only for Describe",
		anyAlarm:         "the provider lists alarms; only for Describe",
		snapshots:        "a restore takes any backup of the account that the stack file names; only for Describe and Restore",
		automatedBackups: "AWS names them; only for a restore",
		optionGroups:     "the default option groups of the engine, which AWS makes",
		vpcs:             "the cluster's VPC is found by the program; a security group is made in it, nothing in it is changed",
		securityGroups:   "AWS names them; held by the tags Project and Environment",
		oidcProviders:    "the cluster's provider is found by its issuer; only for Get",
		keys:             "AWS names them; held by the tags, or by the service that uses the key for the caller",
		peoplesLogins:    "AWS names the instances; the login is the one for people, and the role's own policy names the instance",
	}
}

// Unscoped is every action that AWS lets nobody restrict to a resource, with what it does.
func Unscoped() map[string]string {
	return map[string]string{
		"ec2:DescribeVpcs":               "lists networks",
		"ec2:DescribeRouteTables":        "lists routes",
		"ec2:DescribeSubnets":            "lists subnets",
		"ec2:DescribeSecurityGroups":     "lists security groups",
		"ec2:DescribeSecurityGroupRules": "lists their rules",
		"ec2:DescribeNetworkInterfaces":  "lists what still uses a security group",
		"iam:ListOpenIDConnectProviders": "lists identity providers",
		"logs:DescribeLogGroups":         "lists log groups",
		"kms:ListAliases":                "lists names of keys",
		"kms:CreateKey":                  "makes a key; held by the tags that it must be made with",
		"sts:GetCallerIdentity":          "says who is logged in",
	}
}
