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
rotate_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-rotate
`, target.Lines())

	for _, wrong := range []string{"config: {}", "config: {aws:region: us-east-1}", "config: [", `config: {aws:region: us-east-1, aws:allowedAccountIds: ["1", "2"]}`,
		`config: {aws:region: us-isox-east-1, aws:allowedAccountIds: ["1"]}`} {
		write(wrong)
		_, err := ReadTarget(dir, "prod")
		assert.ErrorContains(t, err, "Pulumi.prod.yaml", wrong)
	}
	const right = "config: {aws:region: us-east-1, aws:allowedAccountIds: ['123456789012'], cluster: {name: apps}"
	for lines, want := range map[string]string{
		"environment: " + strings.Repeat("e", 60):                                           "the name of the application's role",
		"app: {name: a}, environment: " + strings.Repeat("e", 41):                           "the name of the pipeline's role",
		"database: {readReplicaIdentifiers: [a]}":                                           "at most as many as readReplicas, 0",
		"database: {instanceIdentifier: x, readReplicas: 1, readReplicaIdentifiers: [x]}":   "not the identifier of another instance",
		"database: {instanceIdentifier: mosaic-prod-db-2}, restore: {generation: 2}":        "not the identifier of another instance",
		"additionalApps: {worker: {policyArns: ['arn:aws-cn:iam::123456789012:policy/x']}}": "a policy of the stack's account",
		"permissionsBoundary: policy/team/b":                                                "write: team/b",
	} {
		write(right + ", " + lines + "}")
		_, err := ReadTarget(dir, "prod")
		assert.ErrorContains(t, err, want, lines)
	}
	write("environment: [shared]\n" + right + ", environment: live, permissionsBoundary: team/b}")
	_, err = ReadTarget(dir, "prod")
	for _, key := range []string{"app: {}", "additionalApps: {}", "database: {}", "network: {}", "backups: {}", "rolePath: \"/\""} {
		assert.ErrorContains(t, err, "where none has it: "+key)
	}
	write("environment: [shared]\n" + right + ", environment: live, permissionsBoundary: team/b, app: {}, additionalApps: {}, database: {}, network: {}, backups: {}, rolePath: /}")
	_, err = ReadTarget(dir, "prod")
	require.NoError(t, err)
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
  mosaic-database:cluster: {name: apps}
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
  mosaic-database:cluster: {name: apps}
  mosaic-database:database: {instanceIdentifier: legacy, readReplicas: 1, readReplicaIdentifiers: [reader]}
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
	promoted := Target{Environment: "prod", Instance: "orders-primary", Replicas: []string{"orders"}}
	assert.Subset(t, resources(promoted, "deploy"), []string{rds + "db:orders*", rds + "pg:orders-primary*"}, "one name begins with the other")
	own := Target{Environment: "prod", Instance: "mosaic-prod-db"}
	for _, role := range slices.Sorted(maps.Keys(Roles())) {
		assert.NotContains(t, strings.Join(resources(own, role), " "), "legacy")
	}
}

// The pipeline makes roles where the stack file says, within the boundary that it names, and cannot do so elsewhere.
func TestThePipelineFollowsThePathAndTheBoundary(t *testing.T) {
	const account = "\n  aws:region: us-east-1\n  aws:allowedAccountIds: ['123456789012']\n  cluster: {name: apps}\n"
	read := func(lines string) Target {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte("config:"+account+lines), 0o600))
		target, err := ReadTarget(dir, "prod")
		require.NoError(t, err)
		return target
	}
	for written, arn := range map[string]string{
		"mosaic-database-boundary":                            "arn:aws:iam::123456789012:policy/mosaic-database-boundary",
		"team/boundary":                                       "arn:aws:iam::123456789012:policy/team/boundary",
		"/team/a=b/boundary":                                  "arn:aws:iam::123456789012:policy/team/a=b/boundary",
		"arn:aws:iam::123456789012:policy/team/boundary":      "arn:aws:iam::123456789012:policy/team/boundary",
		"arn:aws:iam::aws:policy/job-function/ViewOnlyAccess": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
	} {
		target := read("  permissionsBoundary: " + written + "\n")
		assert.Equal(t, arn, target.Boundary, written)
		assert.Equal(t, written == Boundary, target.HasOwnBoundary(), written)
	}
	assert.True(t, read("").HasOwnBoundary(), "it goes into the stack file after the bootstrap")

	target := read("  permissionsBoundary: team/boundary\n  rolePath: /team/x/\n")
	assert.Equal(t, "arn:aws:iam::123456789012:role/team/x/mosaic-prod-pipeline-deploy", target.Role("deploy"))
	assert.Contains(t, target.Lines(), "\npreview_role=arn:aws:iam::123456789012:role/team/x/mosaic-prod-pipeline-preview\n")
	for _, of := range []struct{ role, prefix string }{{"deploy", "mosaic-prod-"}, {"drill", "mosaic-prod-drill-"}, {"preview", "mosaic-prod-"}} {
		var reached int
		for _, name := range Roles()[of.role] {
			text, err := Policies()[name].JSON()
			require.NoError(t, err)
			fitted, err := target.Fitted([]byte(filled(of.role, name).Replace(text)))
			require.NoError(t, err)
			var document iam.Document
			require.NoError(t, json.Unmarshal(fitted, &document))
			for _, s := range document.Statement {
				if bound, is := s.Condition["StringEquals"]["iam:PermissionsBoundary"]; is {
					assert.Equal(t, iam.Values{"arn:aws:iam::123456789012:policy/team/boundary"}, bound)
				}
				for _, resource := range s.Resource {
					if _, role, is := strings.Cut(resource, ":role/"); is && !strings.HasPrefix(role, "aws-service-role/") {
						assert.True(t, strings.HasPrefix(role, "team/x/"+of.prefix), "%s: %s", name, resource)
						reached++
					}
				}
			}
		}
		assert.NotZero(t, reached, of.role)
	}
}
