package pipeline

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// bounds is the permissions boundary: the most that a role of the program may do, whatever its policy says.
func bounds() []Grant {
	osMetrics := "arn:" + partition + ":logs:" + region + ":" + account + ":log-group:RDSOSMetrics*"
	return []Grant{
		to("arn:"+partition+":secretsmanager:"+region+":"+account+":secret:mosaic/*", "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret").
			and(managedSecrets),
		to(keys, "kms:Decrypt").when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com"),
		// IAM users log in with a token, as the login that is made for them.
		to(iamUserLogins, "rds-db:connect"),
		// Enhanced monitoring.
		to(osMetrics, "logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:CreateLogStream", "logs:PutLogEvents",
			"logs:DescribeLogStreams", "logs:GetLogEvents"),
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
