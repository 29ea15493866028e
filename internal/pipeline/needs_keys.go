package pipeline

// encryption lists the keys of the alarms' topic and of the copies of the backups, which are in another region.
func encryption() []Need {
	return []Need{
		{Token: "aws:kms/key:Key", Protected: true,
			Read: []Grant{to(keys, "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags").and(copyKeys).withOurTags()},
			Change: []Grant{to(anywhere, "kms:CreateKey").requestingOurTags(), to(keys, "kms:TagResource").and(copyKeys).requestingOurTags(),
				to(keys, "kms:UntagResource", "kms:EnableKeyRotation", "kms:UpdateKeyDescription").and(copyKeys).withOurTags()},
			// A role that may tag keys could make any key ours, so only a person may change a key policy, too.
			Delete: []Grant{to(keys, "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy").withOurTags()}},
		{Token: "aws:kms/alias:Alias",
			Read:   []Grant{to(anywhere, "kms:ListAliases")},
			Change: []Grant{to(aliases, "kms:CreateAlias", "kms:UpdateAlias").and(copyAliases), to(keys, "kms:CreateAlias", "kms:UpdateAlias").and(copyKeys).withOurTags()},
			Delete: []Grant{to(aliases, "kms:DeleteAlias").and(copyAliases), to(keys, "kms:DeleteAlias").and(copyKeys).withOurTags()}},
	}
}

// copying lists the copies of the backups in another region. The copies that a change or the end of the copying leaves, RDS retains.
func copying() []Need {
	return []Need{
		{Token: "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
			Read: []Grant{to(copiedBackups, "rds:DescribeDBInstanceAutomatedBackups")},
			Change: []Grant{to(instances, "rds:StartDBInstanceAutomatedBackupsReplication").and(copiedBackups),
				to(copyKeys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+copyRegion+".amazonaws.com")},
			// The provider asks the instance whether it is still copied.
			Delete: []Grant{to(instances, "rds:StopDBInstanceAutomatedBackupsReplication")}},
	}
}
