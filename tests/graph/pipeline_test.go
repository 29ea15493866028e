package graph

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestPipelineNeedsAreTheProgram: the table of what the pipeline's roles need has a row for each AWS resource type that
// the program registers and for each lookup that it makes, and no other.
func TestPipelineNeedsAreTheProgram(t *testing.T) {
	all := variants(t)
	for name, restore := range map[string]string{
		"snapshot":      `{"snapshotIdentifier": "mosaic-prod-db-final-0badcafe"}`,
		"point in time": `{"useLatestRestorableTime": true, "sourceInstanceIdentifier": "mosaic-prod-db"}`,
		"copies":        `{"useLatestRestorableTime": true, "sourceAutomatedBackupsArn": "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1"}`,
	} {
		values := recorder.StackFile(t, "prod")
		values["mosaic-database:restore"] = restore
		all = append(all, variant{name, "prod", values})
		if name == "copies" { // of an instance alone
			continue
		}
		aurora := maps.Clone(values)
		aurora["mosaic-database:tier"] = "serverless"
		all = append(all, variant{name + " of a cluster", "prod", aurora})
	}
	notifying := recorder.StackFile(t, "prod")
	notifying["mosaic-database:alerts"] = `{"topicArn": "arn:aws:sns:us-east-1:` + recorder.Account + `:on-call"}`
	all = append(all, variant{"an existing topic", "prod", notifying})
	used := map[string]bool{}
	for _, v := range all {
		recording := recorder.Up(t, v.stack, v.values)
		for _, one := range recording.Registrations {
			if strings.HasPrefix(one.Type, "aws:") {
				used[one.Type] = true
			}
		}
		for _, call := range recording.Calls {
			used[call] = true
		}
	}
	rows := map[string]bool{}
	for _, need := range pipeline.Needs() {
		assert.False(t, rows[need.Token], "%s has two rows", need.Token)
		rows[need.Token] = true
		assert.NotEmpty(t, need.Read, need.Token)
	}
	assert.Equal(t, slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(rows)), "the program and the table of internal/pipeline")
}

// TestRolesAreWithinTheirBoundary: the permissions boundary allows everything in the policy of every role that the program makes.
// Otherwise AWS would deny it at run time, and the preview would not say so.
func TestRolesAreWithinTheirBoundary(t *testing.T) {
	within := map[string]bool{}
	for _, statement := range pipeline.Policies()["boundary"].Statement {
		for _, action := range statement.Action {
			within[action] = true
		}
	}
	found := false
	for _, v := range variants(t) {
		all := recorder.Up(t, v.stack, v.values).Registrations
		for _, one := range all {
			if one.Type == "aws:iam/role:Role" && v.values["mosaic-database:permissionsBoundary"] != "" {
				assert.Equal(t, "arn:aws:iam::"+recorder.Account+":policy/"+pipeline.Boundary, one.Inputs["permissionsBoundary"], one.Key())
				assert.Equal(t, v.values["mosaic-database:rolePath"], one.Inputs["path"], one.Key())
			}
			if one.Type != "aws:iam/rolePolicy:RolePolicy" {
				continue
			}
			var policy iam.Document
			require.NoError(t, json.Unmarshal([]byte(one.Inputs["policy"].(string)), &policy))
			for _, statement := range policy.Statement {
				for _, action := range statement.Action {
					assert.True(t, within[action], "%s: %s is outside of policies/boundary.json", one.Key(), action)
					found = true
				}
			}
		}
	}
	assert.True(t, found, "no role has a policy")
}
