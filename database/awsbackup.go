package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/backup"
	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/role"
)

// awsBackup is the plan by which AWS Backup backs up every instance once a day.
type awsBackup struct {
	vault   pulumi.StringOutput // name
	planID  pulumi.StringInput
	roleArn pulumi.StringInput
	policy  pulumi.Resource // of the role: without it AWS Backup accepts no selection
}

// awsBackup registers the vault, the role and the plan; nil: AWS Backup backs up nothing. Vault and role have a random suffix, because they
// stay when the stack forgets them: what is in the vault is kept for its days, and without the role AWS Backup could not delete it then. The
// vault has AWS's own key, which encrypts nothing of RDS: a snapshot has the key of its instance.
func (b *builder) awsBackup() (*awsBackup, error) {
	if !b.cfg.Backups.AWSBackup() {
		return nil, nil //nolint:nilnil // without it there is none
	}
	name := b.name + "-backup"
	suffix, err := random.NewRandomId(b.ctx, name, &random.RandomIdArgs{ByteLength: pulumi.Int(4)}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the suffix %s: %w", name, err)
	}
	stays := pulumi.RetainOnDelete(true)
	of := &awsBackup{vault: suffix.Hex.ApplyT(func(hex string) string { return naming.BackupVault(b.cfg.Environment, hex) }).(pulumi.StringOutput)}
	vault, err := backup.NewVault(b.ctx, name, &backup.VaultArgs{Name: of.vault}, b.parent, stays)
	if err != nil {
		return nil, fmt.Errorf("registering the vault %s: %w", name, err)
	}
	if err := b.backupRole(of, stays); err != nil {
		return nil, err
	}
	plan, err := b.backupPlan(vault.Name)
	if err != nil {
		return nil, err
	}
	of.planID = plan.ID().ToStringOutput()
	return of, nil
}

// vaultName is the name of the vault; "": there is none.
func (a *awsBackup) vaultName() pulumi.StringOutput {
	if a == nil {
		return pulumi.String("").ToStringOutput()
	}
	return a.vault
}

// backupRole registers the role with which AWS Backup works, and its policy.
func (b *builder) backupRole(of *awsBackup, stays pulumi.ResourceOption) error {
	name := naming.BackupRole(b.name)
	trust, permissions, err := b.backupPolicies()
	if err != nil {
		return err
	}
	made, err := role.New(b.ctx, &role.Args{
		Config: b.cfg, Name: name, Physical: of.vault.ApplyT(naming.BackupRole).(pulumi.StringOutput),
		Description: "AWS Backup of " + b.name, TrustPolicy: trust,
	}, b.parent, stays)
	if err != nil {
		return err
	}
	policy, err := awsiam.NewRolePolicy(b.ctx, name, &awsiam.RolePolicyArgs{Role: made.Name, Name: pulumi.String("backup"), Policy: pulumi.String(permissions)}, b.parent, stays)
	if err != nil {
		return fmt.Errorf("registering the policy of the role %s: %w", name, err)
	}
	of.roleArn, of.policy = made.Arn, policy
	return nil
}

// backupPlan registers the plan, with one rule: a snapshot a day. It takes no continuous backups, because AWS Backup would then set the
// backup window and the days of the instance's automated backups itself, and each run would set them back.
func (b *builder) backupPlan(vault pulumi.StringInput) (*backup.Plan, error) {
	const (
		name        = "daily"
		beginWithin = 60      // minutes; the least that AWS Backup takes
		endWithin   = 24 * 60 // minutes; the first snapshot has all of the data
	)
	hour, minute, _ := b.cfg.Database.AWSBackupStart()
	plan, err := backup.NewPlan(b.ctx, b.name, &backup.PlanArgs{
		Name: pulumi.String(b.name),
		Rules: backup.PlanRuleArray{backup.PlanRuleArgs{
			RuleName:        pulumi.String(name),
			TargetVaultName: vault,
			Schedule:        pulumi.Sprintf("cron(%d %d * * ? *)", minute, hour),
			StartWindow:     pulumi.Int(beginWithin), CompletionWindow: pulumi.Int(endWithin),
			EnableContinuousBackup: pulumi.Bool(false),
			Lifecycle:              backup.PlanRuleLifecycleArgs{DeleteAfter: pulumi.Int(b.cfg.Backups.AWSBackupRetentionDays)},
		}},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the backup plan %s: %w", b.name, err)
	}
	return plan, nil
}

// backUp registers that AWS Backup backs up an instance or a cluster: each has a selection of its own, which begins and ends with it. What
// AWS Backup has taken of it stays in the vault. Replicas have none; they hold what their source has.
func (b *builder) backUp(of *awsBackup, arn pulumi.StringInput, identifier string) error {
	if of == nil {
		return nil
	}
	_, err := backup.NewSelection(b.ctx, identifier, &backup.SelectionArgs{
		Name: pulumi.String(identifier), PlanId: of.planID, IamRoleArn: of.roleArn, Resources: pulumi.StringArray{arn},
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{of.policy}))
	if err != nil {
		return fmt.Errorf("registering the selection %s: %w", identifier, err)
	}
	return nil
}
