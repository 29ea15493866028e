// Package awsbackup registers what AWS Backup needs to back up a database: a vault, a role, and a plan with what it selects.
package awsbackup

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/backup"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Plan is the plan by which AWS Backup backs up every instance once a day. nil: it backs up nothing.
type Plan struct {
	ctx    *pulumi.Context
	cfg    *config.Config
	name   string // of the database, such as mosaic-prod-db
	parent pulumi.ResourceOption

	vault   pulumi.StringOutput // name
	id      pulumi.StringInput
	roleArn pulumi.StringInput
	policy  pulumi.Resource // of the role: without it AWS Backup accepts no selection
}

// New registers the vault, the role and the plan; nil: AWS Backup backs up nothing. Vault and role have a random suffix, because they
// stay when the stack forgets them: what is in the vault is kept for its days, and without the role AWS Backup could not delete it then. The
// vault has AWS's own key, which encrypts nothing of RDS: a snapshot has the key of its instance.
func New(ctx *pulumi.Context, cfg *config.Config, parent pulumi.ResourceOption) (*Plan, error) {
	if !cfg.Backups.AWSBackup() {
		return nil, nil //nolint:nilnil // without it there is none
	}
	p := &Plan{ctx: ctx, cfg: cfg, name: naming.Instance(cfg.Environment), parent: parent}
	name := p.name + "-backup"
	suffix, err := random.NewRandomId(ctx, name, &random.RandomIdArgs{ByteLength: pulumi.Int(4)}, parent)
	if err != nil {
		return nil, fmt.Errorf("registering the suffix %s: %w", name, err)
	}
	stays := pulumi.RetainOnDelete(true)
	p.vault = suffix.Hex.ApplyT(func(hex string) string { return naming.BackupVault(cfg.Environment, hex) }).(pulumi.StringOutput)
	vault, err := backup.NewVault(ctx, name, &backup.VaultArgs{Name: p.vault}, parent, stays)
	if err != nil {
		return nil, fmt.Errorf("registering the vault %s: %w", name, err)
	}
	if err := p.role(stays); err != nil {
		return nil, err
	}
	return p, p.plan(vault.Name)
}

// Vault is the name of the vault; "": there is none.
func (p *Plan) Vault() pulumi.StringOutput {
	if p == nil {
		return pulumi.String("").ToStringOutput()
	}
	return p.vault
}

// Select registers that AWS Backup backs up an instance or a cluster: each has a selection of its own, which begins and ends with it. What
// AWS Backup has taken of it stays in the vault. Replicas have none; they hold what their source has.
func (p *Plan) Select(arn pulumi.StringInput, identifier string) error {
	if p == nil {
		return nil
	}
	_, err := backup.NewSelection(p.ctx, identifier, &backup.SelectionArgs{
		Name: pulumi.String(identifier), PlanId: p.id, IamRoleArn: p.roleArn, Resources: pulumi.StringArray{arn},
	}, p.parent, pulumi.DependsOn([]pulumi.Resource{p.policy}))
	if err != nil {
		return fmt.Errorf("registering the selection %s: %w", identifier, err)
	}
	return nil
}

// plan registers the plan, with one rule: a snapshot a day. It takes no continuous backups, because AWS Backup would then set the
// backup window and the days of the instance's automated backups itself, and each run would set them back.
func (p *Plan) plan(vault pulumi.StringInput) error {
	const (
		rule        = "daily"
		beginWithin = 60      // minutes; the least that AWS Backup takes
		endWithin   = 24 * 60 // minutes; the first snapshot has all of the data
	)
	hour, minute, _ := p.cfg.Database.AWSBackupStart()
	made, err := backup.NewPlan(p.ctx, p.name, &backup.PlanArgs{
		Name: pulumi.String(p.name),
		Rules: backup.PlanRuleArray{backup.PlanRuleArgs{
			RuleName:        pulumi.String(rule),
			TargetVaultName: vault,
			Schedule:        pulumi.Sprintf("cron(%d %d * * ? *)", minute, hour),
			StartWindow:     pulumi.Int(beginWithin), CompletionWindow: pulumi.Int(endWithin),
			EnableContinuousBackup: pulumi.Bool(false),
			Lifecycle:              backup.PlanRuleLifecycleArgs{DeleteAfter: pulumi.Int(p.cfg.Backups.AWSBackupRetentionDays)},
		}},
	}, p.parent)
	if err != nil {
		return fmt.Errorf("registering the backup plan %s: %w", p.name, err)
	}
	p.id = made.ID().ToStringOutput()
	return nil
}
