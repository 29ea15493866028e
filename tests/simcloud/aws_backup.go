package simcloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

const (
	vaultType     = "aws:backup/vault:Vault"
	planType      = "aws:backup/plan:Plan"
	selectionType = "aws:backup/selection:Selection"

	awsBackup = "backup.amazonaws.com"
	ofBackup  = "awsbackup:" // what the names of its snapshots begin with
)

// vaultName is the pattern of the API reference: CreateBackupVault.
var vaultName = regexp.MustCompile(`^[a-zA-Z0-9_-]{2,50}$`)

func createVault(a *account, out Properties) (string, error) {
	name := out.Text("name")
	refused := func(why string) (string, error) { return "", fmt.Errorf("creating Backup Vault (%s): %s", name, why) }
	switch {
	case !vaultName.MatchString(name):
		return refused("InvalidParameterValueException: Backup vault name " + name + " is not valid") // aws-cdk, an issue about names
	case a.cloud.get(vaultType, name) != nil:
		return refused("AlreadyExistsException: Backup vault with the same name already exists") // API reference: CreateBackupVault
	}
	out.fill(Properties{"arn": a.arn("backup", "backup-vault:"+name), "kmsKeyArn": a.arn("kms", "key/aws-backup"), "recoveryPoints": 0.0})
	return name, nil
}

// removeVault: AWS Backup deletes no vault that has something in it, in these words (aws-cdk and cloud-nuke, issues about it).
func removeVault(_ *account, name string, live Properties) error {
	if live.Number("recoveryPoints") > 0 {
		return fmt.Errorf("deleting Backup Vault (%s): InvalidRequestException: Backup vault cannot be deleted because it contains recovery points", name)
	}
	return nil
}

func createPlan(a *account, out Properties) (string, error) {
	if err := checkPlan(a, nil, out); err != nil {
		return "", fmt.Errorf("creating Backup Plan (%s): %w", out.Text("name"), err)
	}
	id := newUUID()
	out.fill(Properties{"arn": a.arn("backup", "backup-plan:"+id), "version": newUUID()})
	return id, nil
}

// checkPlan checks the rules of a plan. Source: API reference, BackupRuleInput and Lifecycle; of the vault, that it is not there is the
// error of its name.
func checkPlan(a *account, _, out Properties) error {
	for _, rule := range out.List("rules") {
		invalid := func(format string, args ...any) error {
			return fmt.Errorf("InvalidParameterValueException: Error in rule %s : %s", rule.Text("ruleName"), fmt.Sprintf(format, args...))
		}
		begin, end, days := rule.Number("startWindow"), rule.Number("completionWindow"), rule.Map("lifecycle").Number("deleteAfter")
		switch {
		case a.cloud.get(vaultType, rule.Text("targetVaultName")) == nil:
			return invalid("Backup vault name %s is not valid", rule.Text("targetVaultName"))
		case begin < 60:
			return invalid("StartWindowMinutes must be at least 60 minutes")
		case end < begin+60:
			return invalid("CompletionWindowMinutes must be at least 60 minutes greater than StartWindowMinutes")
		case days < 1 || days > 36500:
			return invalid("DeleteAfterDays must be from 1 to 36500")
		}
	}
	out["version"] = newUUID()
	return nil
}

// removePlan: the provider waits for these words (terraform-provider-aws, internal/service/backup/plan.go).
func removePlan(a *account, id string, _ Properties) error {
	if a.cloud.find(selectionType, func(o *Object) bool { return o.Properties.Text("planId") == id }) != nil {
		return fmt.Errorf("deleting Backup Plan (%s): InvalidRequestException: Related backup plan selections must be deleted prior to backup plan deletion", id)
	}
	return nil
}

// createSelection: AWS Backup tries the role when it is selected with. The provider knows these words (terraform-provider-aws,
// internal/service/backup/selection.go).
func createSelection(a *account, out Properties) (string, error) {
	refused := func(format string, args ...any) (string, error) {
		return "", fmt.Errorf("creating Backup Selection (%s): InvalidParameterValueException: %s", out.Text("name"), fmt.Sprintf(format, args...))
	}
	arn := out.Text("iamRoleArn")
	role := a.cloud.roleByARN(arn)
	switch {
	case a.cloud.get(planType, out.Text("planId")) == nil:
		return refused("Cannot find Backup plan with ID %s", out.Text("planId"))
	case role == nil || !trusts(role, awsBackup):
		return refused("IAM Role %s cannot be assumed by AWS Backup", arn)
	case a.cloud.backupMay(role, a.region, "tag:GetResources", "*") != nil:
		return refused("IAM Role %s is not authorized to call tag:GetResources", arn)
	}
	return newUUID(), nil
}

// trusts tells whether a service may assume a role.
func trusts(role *Object, service string) bool {
	document, err := parsed(role.Properties.Text("assumeRolePolicy"))
	return err == nil && slices.ContainsFunc(document.Statement, func(s iam.Statement) bool {
		return s.Effect == iam.Allow && slices.Contains(s.Action, "sts:AssumeRole") && slices.Contains(s.Principal["Service"], service)
	})
}

// backupMay returns nil if the role lets AWS Backup do something.
func (c *Cloud) backupMay(role *Object, region, name, resource string) error {
	by := caller{role, "AWSBackup", region}
	return c.authorize(action{by: by, name: name, resource: resource, context: map[string]string{"aws:PrincipalArn": by.roleARN()}})
}

// BackUp is a night: AWS Backup takes a snapshot of everything that a plan selects, in the vault of its rule. It returns the ARNs of the
// recovery points, which for RDS are those of the snapshots (AWS Backup Developer Guide: Amazon Resource Names of recovery points).
func (c *Cloud) BackUp() ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var points []string
	for _, selection := range c.all(selectionType, nil) {
		plan, role := c.get(planType, selection.Properties.Text("planId")), c.roleByARN(selection.Properties.Text("iamRoleArn"))
		for _, arn := range selection.Properties.Texts("resources") {
			point, err := c.takePoint(role, arn)
			if err != nil {
				return nil, err
			}
			points = append(points, point)
			for _, rule := range plan.Properties.List("rules") {
				vault := c.get(vaultType, rule.Text("targetVaultName")).Properties
				vault["recoveryPoints"] = vault.Number("recoveryPoints") + 1
			}
		}
	}
	return points, c.save()
}

// takePoint takes the snapshot of an instance or a cluster. It has the tags and the key of what it is of.
func (c *Cloud) takePoint(role *Object, arn string) (string, error) {
	of := c.find("", func(o *Object) bool {
		return (o.Kind == instanceType || o.Kind == clusterType) && o.Properties.Text("arn") == arn
	})
	if of == nil || role == nil {
		return "", fmt.Errorf("AWS Backup: no %s, or no role to take it with", arn)
	}
	_, region, _ := rules.Place(arn)
	kind, taken, action, database := SnapshotType, ":snapshot:", "rds:CreateDBSnapshot", of.Properties.clone()
	if of.Kind == clusterType {
		kind, taken, action, database = ClusterSnapshotType, ":cluster-snapshot:", "rds:CreateDBClusterSnapshot", databaseOf(of.Properties)
	}
	id := ofBackup + "job-" + newUUID()
	point := strings.Join(strings.SplitN(arn, ":", 6)[:5], ":") + taken + id
	for _, on := range []string{arn, point} {
		if err := c.backupMay(role, region, action, on); err != nil {
			return "", err
		}
	}
	properties := of.Properties.clone()
	properties["arn"] = point
	c.put(&Object{Kind: kind, ID: id, Properties: properties})
	return point, c.databases().Snapshot(database, id)
}
