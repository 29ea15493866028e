package pipeline

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

func TestTarget(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(text), 0o600))
	}
	write(`secretsprovider: awskms://alias/x
config:
  aws:region: us-gov-west-1
  aws:allowedAccountIds:
    - "012345678901"
  mosaic-database:environment: live
  mosaic-database:cluster: {name: apps}
`)
	target, err := ReadTarget(dir, "prod")
	require.NoError(t, err)
	assert.Equal(t, `environment=live
account=012345678901
region=us-gov-west-1
partition=aws-us-gov
cluster=apps
namespace=mosaic-live
own_namespace=false
bucket=mosaic-state-012345678901-us-gov-west-1
backend=s3://mosaic-state-012345678901-us-gov-west-1?region=us-gov-west-1
key=alias/mosaic-live-state
preview_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-preview
deploy_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-deploy
drill_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-drill
`, target.Lines())

	for _, wrong := range []string{"config: {}", "config: {aws:region: us-east-1}", "config: [", `config: {aws:region: us-east-1, aws:allowedAccountIds: ["1", "2"]}`,
		`config: {aws:region: us-isox-east-1, aws:allowedAccountIds: ["1"]}`} {
		write(wrong)
		_, err := ReadTarget(dir, "prod")
		assert.ErrorContains(t, err, "Pulumi.prod.yaml", wrong)
	}
	for _, stack := range []string{"dev", "prod"} {
		target, err := ReadTarget(root, stack)
		require.NoError(t, err)
		assert.Equal(t, "mosaic-"+stack, target.Cluster, "of the committed stack file")
		assert.Equal(t, stack == "dev", target.OwnNamespace)
	}
}

// TestThePipelineAttachesThePoliciesOfTheStack: the statement that allows attaching has the policies of all applications, or is not there.
func TestThePipelineAttachesThePoliciesOfTheStack(t *testing.T) {
	const a, b = "arn:aws:iam::123456789012:policy/a", "arn:aws:iam::123456789012:policy/b"
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(`config:
  aws:region: us-east-1
  aws:allowedAccountIds: ["123456789012"]
  mosaic-database:app: {policyArns: [`+b+`]}
  mosaic-database:additionalApps: {worker: {policyArns: [`+a+`, `+b+`]}, billing: {}}
`), 0o600))
	target, err := ReadTarget(dir, "prod")
	require.NoError(t, err)
	assert.Equal(t, []string{a, b}, target.PolicyArns)

	template, err := Policies()["deploy-access"].JSON()
	require.NoError(t, err)
	attached := func(arns []string) (all []iam.Values) {
		text, err := Target{PolicyArns: arns}.Fitted([]byte(template))
		require.NoError(t, err)
		assert.NotContains(t, string(text), policyARNs)
		var document iam.Document
		require.NoError(t, json.Unmarshal(text, &document))
		for _, s := range document.Statement {
			if slices.Contains(s.Action, "iam:AttachRolePolicy") && slices.Contains(s.Resource, secretsRoles) {
				all = append(all, s.Condition["ArnEquals"]["iam:PolicyARN"])
			}
		}
		return all
	}
	assert.Equal(t, []iam.Values{{a, b}}, attached(target.PolicyArns))
	assert.Empty(t, attached(nil))

	other, err := Policies()["boundary"].JSON()
	require.NoError(t, err)
	same, err := target.Fitted([]byte(other))
	require.NoError(t, err)
	assert.JSONEq(t, other, string(same), "no other policy changes")
	_, err = target.Fitted([]byte("{"))
	assert.Error(t, err)
}

// The pipeline may do with an instance that was taken over what it may do with one of its own; and no more with anybody else's.
func TestThePipelineReachesWhatWasAdopted(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(`config:
  aws:region: us-east-1
  aws:allowedAccountIds: ["123456789012"]
  mosaic-database:database: {instanceIdentifier: legacy, readReplicaIdentifiers: [reader]}
  mosaic-database:network: {subnetGroupName: "their group"}
`), 0o600))
	target, err := ReadTarget(dir, "prod")
	require.NoError(t, err)
	resources := func(target Target, role string, actions ...string) (all []string) {
		for _, name := range Roles()[role] {
			text, err := Policies()[name].JSON()
			require.NoError(t, err)
			fitted, err := target.Fitted([]byte(filled(role, name).Replace(text)))
			require.NoError(t, err)
			var document iam.Document
			require.NoError(t, json.Unmarshal(fitted, &document))
			for _, s := range document.Statement {
				if len(actions) == 0 || slices.Contains(s.Action, actions[0]) {
					all = append(all, s.Resource...)
				}
			}
		}
		return all
	}
	const rds, logs = "arn:aws:rds:us-east-1:123456789012:", "arn:aws:logs:us-east-1:123456789012:log-group:/aws/rds/instance/"
	deploy := resources(target, "deploy")
	for _, arn := range []string{rds + "db:legacy*", rds + "db:reader*", rds + "db:mosaic-prod-db*", rds + "pg:legacy*", rds + "subgrp:their group",
		logs + "legacy*", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:legacy*"} {
		assert.Contains(t, deploy, arn)
	}
	assert.Contains(t, resources(target, "drill", "rds:RestoreDBInstanceToPointInTime"), rds+"db:legacy*")
	assert.NotContains(t, resources(target, "drill", "rds:DeleteDBInstance"), rds+"db:legacy*")
	own := Target{Environment: "prod", Instance: "mosaic-prod-db"}
	for _, role := range slices.Sorted(maps.Keys(Roles())) {
		assert.NotContains(t, strings.Join(resources(own, role), " "), "legacy")
	}
}
