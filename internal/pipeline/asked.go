package pipeline

// Asked is what AWS asks of the caller because of an argument, beside the action that is called. No list of the calls that
// the provider makes shows it.
type Asked struct {
	Role  string // that makes the calls
	Calls []string
	With  string // the argument
	For   Grant  // what is asked of the role
	// Unmet says why the role gets along without it; "": it has it.
	Unmet  string
	Source string // the page of AWS's documentation
}

const reference = "Service Authorization Reference: "

// AskedOfCallers is all of them, as far as AWS documents them.
func AskedOfCallers() []Asked {
	var all []Asked
	for _, part := range [][]Asked{askedByRDS(), askedByKMS(), askedForTags()} {
		all = append(all, part...)
	}
	return all
}

func askedByRDS() []Asked {
	making := []string{"rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime"}
	return []Asked{
		{Role: "deploy", Calls: append([]string{"rds:ModifyDBInstance"}, making...), With: "the role of enhanced monitoring",
			For:    to(monitoringRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "monitoring.rds.amazonaws.com"),
			Source: "Amazon RDS User Guide: Setting up and enabling Enhanced Monitoring"},
		{Role: "deploy", Calls: making, With: "a customer key",
			For:    to(keys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com"),
			Source: "Amazon RDS User Guide: AWS KMS key management"},
		{Role: "deploy", Calls: making[:1], With: "nothing: the account's first instance",
			For: to(iamARN+"role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", "iam:CreateServiceLinkedRole").
				when("StringEquals", "iam:AWSServiceName", "rds.amazonaws.com"),
			Unmet:  "`just bootstrap` makes the role",
			Source: "Amazon RDS User Guide: Using service-linked roles for Amazon RDS"},
		{Role: "drill", Calls: []string{"rds:DeleteDBInstance"}, With: "a final snapshot",
			For: to(finalSnapshots, "rds:CreateDBSnapshot", "rds:AddTagsToResource").and(instances), Source: reference + "Amazon RDS"},
	}
}

func askedByKMS() []Asked {
	bySecrets := func(actions ...string) Grant {
		return to(keys, actions...).when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com")
	}
	return []Asked{
		{Role: "deploy", Calls: []string{"kms:CreateKey"}, With: "a key policy", For: to(keys, "kms:PutKeyPolicy").ours(),
			Unmet:  "the key is made with `bypassPolicyLockoutSafetyCheck`; its policy leaves the rest to the account",
			Source: "AWS KMS API Reference: CreateKey"},
		{Role: "deploy", Calls: []string{"kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"}, With: "the key behind the alias",
			For: to(keys, "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias").ours(), Source: "AWS KMS Developer Guide: Controlling access to aliases"},
		{Role: "deploy", Calls: []string{"secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"}, With: "a customer key",
			For: bySecrets("kms:Decrypt", "kms:GenerateDataKey"), Source: "AWS Secrets Manager API Reference: CreateSecret, PutSecretValue"},
		{Role: "deploy", Calls: []string{"secretsmanager:UpdateSecret"}, With: "a customer key",
			For: bySecrets("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), Source: "AWS Secrets Manager API Reference: UpdateSecret"},
		{Role: "preview", Calls: []string{"secretsmanager:GetSecretValue"}, With: "nothing: a secret with a customer key",
			For: bySecrets("kms:Decrypt"), Source: "AWS Secrets Manager API Reference: GetSecretValue"},
	}
}

// askedForTags is for tags that are given with what makes something.
func askedForTags() []Asked {
	tagging := func(source string, grant Grant, calls ...string) Asked {
		return Asked{Role: "deploy", Calls: calls, With: "tags", For: grant, Source: source}
	}
	return []Asked{
		tagging(reference+"Amazon RDS", to(instances, "rds:AddTagsToResource").and(parameterGroups, subnetGroups, eventSubscriptions),
			"rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime",
			"rds:CreateDBParameterGroup", "rds:CreateDBSubnetGroup", "rds:CreateEventSubscription"),
		tagging("Amazon EC2 User Guide: Grant permission to tag Amazon EC2 resources during creation",
			to(securityGroups, "ec2:CreateTags").when("StringEquals", "ec2:CreateAction", "CreateSecurityGroup"), "ec2:CreateSecurityGroup"),
		tagging("IAM User Guide: Tag IAM roles", to(roles, "iam:TagRole"), "iam:CreateRole"),
		tagging("AWS Secrets Manager API Reference: CreateSecret", to(secrets, "secretsmanager:TagResource"), "secretsmanager:CreateSecret"),
		tagging("AWS KMS API Reference: CreateKey", to(keys, "kms:TagResource").asOurs(), "kms:CreateKey"),
		tagging("Amazon CloudWatch Logs API Reference: CreateLogGroup", to(logGroups, "logs:TagResource"), "logs:CreateLogGroup"),
		tagging("Amazon CloudWatch API Reference: PutMetricAlarm", to(alarms, "cloudwatch:TagResource"), "cloudwatch:PutMetricAlarm"),
		tagging("Amazon SNS API Reference: CreateTopic", to(topics, "sns:TagResource"), "sns:CreateTopic"),
		tagging(reference+"AWS Budget Service", to(budgets, "budgets:TagResource"), "budgets:ModifyBudget"),
	}
}
