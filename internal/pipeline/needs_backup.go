package pipeline

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
