package awsbackup

import (
	"fmt"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/role"
)

// role registers the role with which AWS Backup works, and its policy.
func (p *Plan) role(stays pulumi.ResourceOption) error {
	name := naming.BackupRole(p.name)
	trust, permissions, err := p.policies()
	if err != nil {
		return err
	}
	made, err := role.New(p.ctx, &role.Args{
		Config: p.cfg, Name: name, Physical: p.vault.ApplyT(naming.BackupRole).(pulumi.StringOutput),
		Description: "AWS Backup of " + p.name, TrustPolicy: trust,
	}, p.parent, stays)
	if err != nil {
		return err
	}
	policy, err := awsiam.NewRolePolicy(p.ctx, name, &awsiam.RolePolicyArgs{Role: made.Name, Name: pulumi.String("backup"), Policy: pulumi.String(permissions)}, p.parent, stays)
	if err != nil {
		return fmt.Errorf("registering the policy of the role %s: %w", name, err)
	}
	p.roleArn, p.policy = made.Arn, policy
	return nil
}

// policies are the trust policy of AWS Backup's role, and what it may do: take snapshots of this stack's instances and clusters, and
// delete those again. AWS's managed policy for it would also let it change machines, file systems and clusters of the account. Source of
// the actions: AWSBackupServiceRolePolicyForBackup, as far as it is about RDS and takes no continuous backups and no copies.
func (p *Plan) policies() (trust, permissions string, err error) {
	trust, err = iam.Policy(iam.Statement{
		Effect: iam.Allow, Action: iam.Values{"sts:AssumeRole"}, Principal: iam.Principal{"Service": {"backup.amazonaws.com"}},
	}).Encode(iam.TerseSorted)
	if err != nil {
		return "", "", err
	}
	inRegion := func(service, resource string) string {
		return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.cfg.Partition(), service, p.cfg.Region, p.cfg.AccountID, resource)
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
	for _, one := range append([]config.Retained{{Identifier: p.cfg.Instance(), Engine: p.cfg.Database.Engine}}, p.cfg.Retained()...) {
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
				Condition: iam.Condition{"StringEquals": {"aws:ResourceTag/" + config.DatabaseTag: {p.cfg.ResourceTags()[config.DatabaseTag]}}},
			})
	}
	permissions, err = iam.Policy(statements...).Encode(iam.TerseSorted)
	return trust, permissions, err
}
