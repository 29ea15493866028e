package database

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// backupPolicies are the trust policy of AWS Backup's role, and what it may do: take snapshots of this stack's instances and clusters, and
// delete those again. AWS's managed policy for it would also let it change machines, file systems and clusters of the account. Source of
// the actions: AWSBackupServiceRolePolicyForBackup, as far as it is about RDS and takes no continuous backups and no copies.
func (b *builder) backupPolicies() (trust, permissions string, err error) {
	trust, err = iam.Policy(iam.Statement{
		Effect: iam.Allow, Action: iam.Values{"sts:AssumeRole"}, Principal: iam.Principal{"Service": {"backup.amazonaws.com"}},
	}).Encode(iam.TerseSorted)
	if err != nil {
		return "", "", err
	}
	inRegion := func(service, resource string) string {
		return fmt.Sprintf("arn:%s:%s:%s:%s:%s", b.cfg.Partition(), service, b.cfg.Region, b.cfg.AccountID, resource)
	}
	statements := []iam.Statement{
		// AWS Backup chooses the names of its snapshots, and finds them in lists.
		{Effect: iam.Allow, Resource: iam.Values{inRegion("rds", "*")}, Action: iam.Values{
			"rds:DescribeDBClusterAutomatedBackups", "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:DescribeDBInstances",
			"rds:DescribeDBSnapshots", "rds:ListTagsForResource",
		}},
		{Effect: iam.Allow, Resource: iam.Values{"*"}, Action: iam.Values{"tag:GetResources"}},
		{Effect: iam.Allow, Resource: iam.Values{inRegion("kms", "key/*")}, Action: iam.Values{"kms:DescribeKey"}},
		{
			Effect: iam.Allow, Resource: iam.Values{inRegion("kms", "key/*")}, Action: iam.Values{"kms:CreateGrant"},
			Condition: iam.Condition{"Bool": {"kms:GrantIsForAWSResource": {"true"}}},
		},
	}
	servers := map[config.Engine]iam.Values{}
	for _, one := range append([]config.Retained{{Identifier: b.cfg.Instance(), Engine: b.cfg.Database.Engine}}, b.cfg.Retained()...) {
		servers[one.Engine] = append(servers[one.Engine], one.Identifier)
	}
	for _, kind := range []struct { // both, so that what was taken of a former engine is deleted in time, too
		engine           config.Engine
		server, snapshot string // in an ARN
		take, remove     string
	}{
		{config.PostgreSQL, "db:", "snapshot:awsbackup:*", "rds:CreateDBSnapshot", "rds:DeleteDBSnapshot"},
		{config.AuroraPostgreSQL, "cluster:", "cluster-snapshot:awsbackup:*", "rds:CreateDBClusterSnapshot", "rds:DeleteDBClusterSnapshot"},
	} {
		on := iam.Values{inRegion("rds", kind.snapshot)}
		for _, identifier := range servers[kind.engine] {
			on = append(on, inRegion("rds", kind.server+identifier))
		}
		statements = append(statements,
			iam.Statement{Effect: iam.Allow, Resource: on, Action: iam.Values{kind.take, "rds:AddTagsToResource"}},
			iam.Statement{
				Effect: iam.Allow, Resource: on[:1], Action: iam.Values{kind.remove}, // with the tags of their instance
				Condition: iam.Condition{"StringEquals": {"aws:ResourceTag/" + config.DatabaseTag: {b.cfg.ResourceTags()[config.DatabaseTag]}}},
			})
	}
	permissions, err = iam.Policy(statements...).Encode(iam.TerseSorted)
	return trust, permissions, err
}
