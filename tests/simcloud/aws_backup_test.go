package simcloud

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	trustBackup = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`
	trustRDS    = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}]}`
	findOnly    = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "tag:GetResources", "Resource": "*"}]}`
)

func dailyRule(vault string) Properties {
	return Properties{"ruleName": "daily", "targetVaultName": vault, "startWindow": 60.0, "completionWindow": 180.0, "lifecycle": map[string]any{"deleteAfter": 35.0}}
}

// What AWS Backup refuses of a plan, in its own words.
func TestBackupPlanRules(t *testing.T) {
	w := newWorld(t)
	w.aws.must(vaultType, Properties{"name": "v1"})
	_, _, err := w.aws.create(vaultType, Properties{"name": "v1"})
	wantError(t, err, "AlreadyExistsException")
	_, _, err = w.aws.create(vaultType, Properties{"name": "a vault"})
	wantError(t, err, "Backup vault name a vault is not valid")
	for name, test := range map[string]struct {
		change Properties
		want   string
	}{
		"right":                      {nil, ""},
		"a vault that is not there":  {Properties{"targetVaultName": "v2"}, "Backup vault name v2 is not valid"},
		"too little time to begin":   {Properties{"startWindow": 30.0}, "at least 60 minutes"},
		"too little time to end":     {Properties{"completionWindow": 90.0}, "60 minutes greater than StartWindowMinutes"},
		"longer than AWS Backup can": {Properties{"lifecycle": map[string]any{"deleteAfter": 36501.0}}, "from 1 to 36500"},
	} {
		_, _, err := w.aws.create(planType, Properties{"name": "p", "rules": []any{map[string]any(dailyRule("v1").with(test.change))}})
		if test.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, test.want, name)
		}
	}
}

// A selection needs a role that AWS Backup can assume and that lets it look; a night needs one that lets it take snapshots. A vault with
// something in it stays, and so does a plan with a selection.
func TestBackups(t *testing.T) {
	w := newWorld(t)
	w.network()
	_, instance := w.aws.must(instanceType, w.instance)
	vault, _ := w.aws.must(vaultType, Properties{"name": "v1"})
	plan, _ := w.aws.must(planType, Properties{"name": "p", "rules": []any{map[string]any(dailyRule("v1"))}})
	selection := func(role Properties) Properties {
		return Properties{"name": "s", "planId": plan, "iamRoleArn": role["arn"], "resources": texts(instance.Text("arn"))}
	}
	_, stranger := w.aws.must(roleType, Properties{"name": "stranger", "assumeRolePolicy": trustRDS})
	_, _, err := w.aws.create(selectionType, selection(stranger))
	wantError(t, err, "role/stranger cannot be assumed by AWS Backup")
	_, role := w.aws.must(roleType, Properties{"name": "backup", "assumeRolePolicy": trustBackup})
	_, _, err = w.aws.create(selectionType, selection(role))
	wantError(t, err, "is not authorized to call tag:GetResources")
	w.aws.must(rolePolicyType, Properties{"role": "backup", "name": "find", "policy": findOnly})
	id, _ := w.aws.must(selectionType, selection(role))
	wantError(t, w.aws.remove(planType, plan), "Related backup plan selections must be deleted prior to backup plan")

	_, err = w.cloud.BackUp()
	wantError(t, err, "is not authorized to perform: rds:CreateDBSnapshot")
	w.aws.must(rolePolicyType, Properties{"role": "backup", "name": "take",
		"policy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:CreateDBSnapshot", "Resource": ["` + instance.Text("arn") + `", "arn:aws:rds:us-east-1:*:snapshot:awsbackup:*"]}]}`})
	points, err := w.cloud.BackUp()
	require.NoError(t, err)
	assert.Len(t, points, 1)
	wantError(t, w.aws.remove(vaultType, vault), "Backup vault cannot be deleted because it contains recovery points")
	require.NoError(t, w.aws.remove(selectionType, id))
	require.NoError(t, w.aws.remove(planType, plan))
}
