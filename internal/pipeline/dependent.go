package pipeline

import "slices"

// DependentAction is a permission that the caller needs beside the action that it calls, because of an argument of the call, as
// with iam:PassRole. The provider does not call it, so no list of its calls has it.
type DependentAction struct {
	Role   string // the role that makes the calls
	Calls  []string
	With   string // the argument that requires it
	Needs  Grant  // the permission
	Waived string // why the role does without it; "": the role has it
	Source string // the page of AWS's documentation
}

const reference = "Service Authorization Reference: "

// DependentActions lists all that AWS documents for the calls of the pipeline's roles.
func DependentActions() []DependentAction {
	var all []DependentAction
	for _, part := range [][]DependentAction{dependentOfRDS(), dependentOfKMS(), dependentOfBackup(), dependentOfTags()} {
		all = append(all, part...)
	}
	return all
}

func dependentOfRDS() []DependentAction {
	making := []string{"rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime"}
	const managing = "Amazon RDS User Guide: Password management with Amazon RDS and AWS Secrets Manager, permissions"
	makingClusters := []string{"rds:CreateDBCluster", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime"}
	return []DependentAction{
		{Role: "deploy", Calls: append([]string{"rds:ModifyDBInstance"}, making...), With: "the role of enhanced monitoring",
			Needs:  to(monitoringRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "monitoring.rds.amazonaws.com"),
			Source: "Amazon RDS User Guide: Setting up and enabling Enhanced Monitoring"},
		{Role: "deploy", Calls: making, With: "a customer managed key",
			Needs:  to(keys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com"),
			Source: "Amazon RDS User Guide: AWS KMS key management"},
		{Role: "deploy", Calls: makingClusters, With: "a customer managed key",
			Needs:  to(keys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com"),
			Source: "Amazon Aurora User Guide: AWS KMS key management"},
		{Role: "deploy", Calls: slices.Concat([]string{"rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:CreateDBCluster"}, making[:1]),
			With: "the management of the master user's password", Needs: managingMaster(), Source: managing},
		{Role: "deploy", Calls: slices.Concat([]string{"rds:ModifyDBInstance", "rds:ModifyDBCluster", "rds:CreateDBCluster"}, making[:1]),
			With: "the key of the secret of the master user", Needs: managingMasterKey(), Source: managing},
		{Role: "drill", Calls: []string{"rds:DeleteDBCluster"}, With: "a final snapshot",
			Needs: to(finalClusterSnapshots, "rds:CreateDBClusterSnapshot", "rds:AddTagsToResource").and(clusters), Source: reference + "Amazon RDS"},
		{Role: "deploy", Calls: making[:1], With: "nothing: the account's first instance",
			Needs: to(iamARN+"role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS", "iam:CreateServiceLinkedRole").
				when("StringEquals", "iam:AWSServiceName", "rds.amazonaws.com"),
			Waived: "`just bootstrap` makes the role",
			Source: "Amazon RDS User Guide: Using service-linked roles for Amazon RDS"},
		{Role: "deploy", Calls: []string{"rds:StartDBInstanceAutomatedBackupsReplication"}, With: "the key of the copies",
			Needs:  to(copyKeys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+copyRegion+".amazonaws.com"),
			Source: "Amazon RDS API Reference: StartDBInstanceAutomatedBackupsReplication; Amazon RDS User Guide: AWS KMS key management"},
		{Role: "drill", Calls: []string{"rds:DeleteDBInstance"}, With: "a final snapshot",
			Needs: to(finalSnapshots, "rds:CreateDBSnapshot", "rds:AddTagsToResource").and(instances), Source: reference + "Amazon RDS"},
	}
}

func dependentOfKMS() []DependentAction {
	bySecrets := func(actions ...string) Grant {
		return to(keys, actions...).when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com")
	}
	return []DependentAction{
		{Role: "deploy", Calls: []string{"kms:CreateKey"}, With: "a key policy", Needs: to(keys, "kms:PutKeyPolicy").withOurTags(),
			Waived: "the key is made with `bypassPolicyLockoutSafetyCheck`; its policy leaves the rest to the account",
			Source: "AWS KMS API Reference: CreateKey"},
		{Role: "deploy", Calls: []string{"kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias"}, With: "the key behind the alias",
			Needs: to(keys, "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias").withOurTags(), Source: "AWS KMS Developer Guide: Controlling access to aliases"},
		{Role: "deploy", Calls: []string{"secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"}, With: "a customer managed key",
			Needs: bySecrets("kms:Decrypt", "kms:GenerateDataKey"), Source: "AWS Secrets Manager API Reference: CreateSecret, PutSecretValue"},
		{Role: "deploy", Calls: []string{"secretsmanager:UpdateSecret"}, With: "a customer managed key",
			Needs: bySecrets("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), Source: "AWS Secrets Manager API Reference: UpdateSecret"},
		{Role: "deploy", Calls: []string{"secretsmanager:ReplicateSecretToRegions"}, With: "a customer managed key",
			Needs:  to(copyKeys, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey").when("StringEquals", "kms:ViaService", "secretsmanager."+copyRegion+".amazonaws.com"),
			Source: "AWS Secrets Manager API Reference: ReplicateSecretToRegions"},
		{Role: "deploy", Calls: []string{"secretsmanager:CreateSecret"}, With: "a replica", Needs: to(secrets, "secretsmanager:ReplicateSecretToRegions"),
			Source: "AWS Secrets Manager API Reference: CreateSecret"},
		{Role: "preview", Calls: []string{"secretsmanager:GetSecretValue"}, With: "nothing: a secret with a customer managed key",
			Needs: bySecrets("kms:Decrypt"), Source: "AWS Secrets Manager API Reference: GetSecretValue"},
	}
}

func dependentOfBackup() []DependentAction {
	const permissions = "AWS Backup Developer Guide: Access control, API permissions"
	return []DependentAction{
		{Role: "deploy", Calls: []string{"backup:CreateBackupVault"}, With: "nothing: its storage", Needs: to(anywhere, "backup-storage:MountCapsule"), Source: permissions},
		{Role: "deploy", Calls: []string{"backup:CreateBackupVault"}, With: "nothing: AWS's own key",
			Needs: to(keys, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant").
				when("StringEquals", "kms:ViaService", "backup."+region+".amazonaws.com"), Source: permissions},
		{Role: "deploy", Calls: []string{"backup:CreateBackupSelection"}, With: "the role of AWS Backup",
			Needs: to(backupRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "backup.amazonaws.com"), Source: permissions},
		{Role: "deploy", Calls: []string{"backup:CreateBackupSelection"}, With: "nothing: the account's first",
			Needs: to(iamARN+"role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup", "iam:CreateServiceLinkedRole").
				when("StringEquals", "iam:AWSServiceName", "backup.amazonaws.com"),
			Waived: "`just bootstrap` makes the role",
			Source: "AWS Backup Developer Guide: Using roles to back up and copy"},
	}
}

// dependentOfTags lists what it takes to tag a resource in the call that creates it.
func dependentOfTags() []DependentAction {
	tagging := func(source string, grant Grant, calls ...string) DependentAction {
		return DependentAction{Role: "deploy", Calls: calls, With: "tags", Needs: grant, Source: source}
	}
	return []DependentAction{
		tagging(reference+"Amazon RDS", to(instances, "rds:AddTagsToResource").and(parameterGroups, subnetGroups, eventSubscriptions),
			"rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica", "rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime",
			"rds:CreateDBParameterGroup", "rds:CreateDBSubnetGroup", "rds:CreateEventSubscription"),
		tagging(reference+"Amazon RDS", to(clusters, "rds:AddTagsToResource").and(clusterParameterGroups),
			"rds:CreateDBCluster", "rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime", "rds:CreateDBClusterParameterGroup"),
		tagging(reference+"AWS Backup", to(vaults, "backup:TagResource"), "backup:CreateBackupVault"),
		tagging(reference+"AWS Backup", to(plans, "backup:TagResource").requestingOurTags(), "backup:CreateBackupPlan"),
		tagging("Amazon EC2 User Guide: Grant permission to tag Amazon EC2 resources during creation",
			to(securityGroups, "ec2:CreateTags").when("StringEquals", "ec2:CreateAction", "CreateSecurityGroup"), "ec2:CreateSecurityGroup"),
		tagging("IAM User Guide: Tag IAM roles", to(roles, "iam:TagRole"), "iam:CreateRole"),
		tagging("AWS Secrets Manager API Reference: CreateSecret", to(secrets, "secretsmanager:TagResource"), "secretsmanager:CreateSecret"),
		tagging("AWS KMS API Reference: CreateKey", to(keys, "kms:TagResource").requestingOurTags(), "kms:CreateKey"),
		tagging("Amazon CloudWatch Logs API Reference: CreateLogGroup", to(logGroups, "logs:TagResource"), "logs:CreateLogGroup"),
		tagging("Amazon CloudWatch API Reference: PutMetricAlarm", to(alarms, "cloudwatch:TagResource"), "cloudwatch:PutMetricAlarm"),
		tagging("Amazon SNS API Reference: CreateTopic", to(topics, "sns:TagResource"), "sns:CreateTopic"),
		tagging(reference+"AWS Budget Service", to(budgets, "budgets:TagResource"), "budgets:ModifyBudget"),
	}
}
