package pipeline

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// backup lists what AWS Backup has: a vault, and a plan with what it selects. The program deletes no vault: it stays with what is in it.
func backup() []Need {
	const tag, untag = "backup:TagResource", "backup:UntagResource"
	return []Need{
		{Token: "aws:backup/vault:Vault", Protected: true,
			Read: []Grant{to(vaults, "backup:DescribeBackupVault", "backup:ListTags")},
			Change: []Grant{to(vaults, "backup:CreateBackupVault", tag, untag), to(anywhere, "backup-storage:MountCapsule"),
				// A vault has a key, AWS's own. The condition allows only the calls that AWS Backup makes for the role.
				to(keys, "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant").
					when("StringEquals", "kms:ViaService", "backup."+region+".amazonaws.com")},
			Delete: []Grant{to(vaults, "backup:DeleteBackupVault")}},
		{Token: "aws:backup/plan:Plan",
			Read: []Grant{to(plans, "backup:GetBackupPlan", "backup:ListTags").withOurTags()},
			Change: []Grant{to(plans, "backup:CreateBackupPlan").requestingOurTags(), to(plans, tag).requestingOurTags(),
				to(plans, "backup:UpdateBackupPlan", tag, untag).withOurTags()},
			Delete: []Grant{to(plans, "backup:DeleteBackupPlan").withOurTags()}},
		{Token: "aws:backup/selection:Selection",
			Read: []Grant{to(plans, "backup:GetBackupSelection").withOurTags()},
			Change: []Grant{to(plans, "backup:CreateBackupSelection").withOurTags(),
				to(backupRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "backup.amazonaws.com")},
			Delete: []Grant{to(plans, "backup:DeleteBackupSelection").withOurTags()}},
	}
}

// boundsOfBackup is the part of the permissions boundary for AWS Backup's role, and for no other: its snapshots of any environment, and what
// it needs to find and encrypt them.
func boundsOfBackup() []Grant {
	all := []Grant{
		to(rdsARN+"*", "rds:DescribeDBClusterAutomatedBackups", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:DescribeDBInstances",
			"rds:DescribeDBSnapshots", "rds:ListTagsForResource"),
		to(recoveryPoints, "rds:CreateDBSnapshot").and(ourInstances), to(clusterRecoveryPoints, "rds:CreateDBClusterSnapshot").and(ourClusters),
		to(recoveryPoints, "rds:AddTagsToResource").and(clusterRecoveryPoints, ourInstances, ourClusters),
		to(recoveryPoints, "rds:DeleteDBSnapshot"), to(clusterRecoveryPoints, "rds:DeleteDBClusterSnapshot"),
		to(keys, "kms:DescribeKey"), to(keys, "kms:CreateGrant").when("Bool", "kms:GrantIsForAWSResource", "true"),
		to(anywhere, "tag:GetResources"),
	}
	for i := range all {
		all[i] = all[i].when("ArnLike", "aws:PrincipalArn", iamARN+"role/*"+naming.Prefix+"-*-backup-role")
	}
	return all
}
