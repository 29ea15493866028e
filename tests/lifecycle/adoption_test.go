package lifecycle

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// stackFile is the content of the stack file.
func (h *house) stackFile() string {
	h.T.Helper()
	text, err := os.ReadFile(filepath.Join(h.WorkDir(), "Pulumi.prod.yaml"))
	require.NoError(h.T, err)
	return string(text)
}

// announced are the changes that db-adopt says the first up makes, as a preview names them.
func announced(said string) []string {
	var all []string
	for line := range strings.Lines(said) {
		for verb, op := range map[string]string{"  changes ": "update ", "  makes ": "create "} {
			if of, found := strings.CutPrefix(strings.TrimSuffix(line, "\n"), verb); found && !strings.HasPrefix(of, "pulumi:") {
				all = append(all, op+strings.Replace(of, " ", "::", 1))
			}
		}
	}
	slices.Sort(all)
	return all
}

// TestAdoption: a database that CDK made is taken over. The first up does what was announced, nothing that holds data is replaced, and the
// password stays.
func TestAdoption(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Cloud.Withdrawn = []string{h.One(live.InstanceType).Properties.Text("instanceClass")} // RDS has it no more for a new instance
	before, was, cloud := h.One(live.InstanceType), h.stackFile(), h.Cloud.Objects("")
	said, err := h.adopt("no")
	require.Error(t, err)
	assert.Contains(t, said, "stopped here: the answer was not yes")
	assert.Equal(t, was, h.stackFile())
	assert.Empty(t, h.Resources())

	said, err = h.adopt("yes")
	require.NoError(t, err, said)
	assert.Contains(t, said, "continue with: just db-deploy prod")
	assert.NotContains(t, said, before.Properties.Text("password"))
	for _, unchanged := range []string{"engineVersion", "dbSubnetGroupName", "instanceClass", "allocatedStorage", "monitoringInterval", "retentionInDays"} {
		assert.NotContains(t, said, "    "+unchanged+": ", "the stack file keeps it")
	}
	assert.Equal(t, cloud, h.Cloud.Objects(""), "nothing in AWS changes")
	assert.Contains(t, h.stackFile(), "rds.force_ssl: ")
	state, err := h.Export(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, state, before.Properties.Text("password"), "it is encrypted")
	changes := h.MustPreview()
	slices.Sort(changes)
	assert.Equal(t, announced(said), changes)
	var updates []string
	for _, change := range changes {
		assert.NotRegexp(t, "^(replace|delete)", change)
		if of, found := strings.CutPrefix(change, "update "); found {
			updates = append(updates, of)
		}
	}
	assert.Equal(t, []string{"aws:iam/role:Role::mosaic-prod-core-api-secrets-role", "aws:rds/instance:Instance::mosaic-prod-db",
		"aws:rds/subnetGroup:SubnetGroup::mosaic-prod-db"}, updates)

	h.MustUp()
	after := h.One(live.InstanceType)
	assert.Equal(t, before.ID, after.ID)
	for _, kept := range []string{"password", "dbSubnetGroupName", "instanceClass", "engineVersionActual", "allocatedStorage", "kmsKeyId", "monitoringInterval"} {
		assert.Equal(t, before.Properties[kept], after.Properties[kept], kept)
	}
	assert.Contains(t, h.connection(), ":"+before.Properties.Text("password")+"@")
	assert.Empty(t, h.MustUp(), "a further run changes nothing")

	said, err = h.adopt("yes")
	require.Error(t, err)
	assert.Contains(t, said, "prod has its instance already")
}

// connection is the content of the connection secret.
func (h *house) connection() string {
	h.T.Helper()
	for _, version := range h.Cloud.Objects(live.SecretVersionType) {
		if strings.Contains(version.Properties.Text("secretId"), "rds/connection") {
			return version.Properties.Text("secretString")
		}
	}
	return ""
}

// TestAdoptionIsInterrupted: an adoption that was killed anywhere is run again, and ends as if it had not been.
func TestAdoptionIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, at := range []struct{ word, when string }{
		{"import --file", "before"}, {"import --file", "after"}, {"stack import", "before"}, {"stack import", "after"}, {"config set-all", "after"},
	} {
		t.Run(at.when+" "+at.word, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			before := h.One(live.InstanceType)
			h.killing(at.word, at.when)
			_, err := h.adopt("yes")
			require.Error(t, err)
			said, err := h.adopt("yes")
			require.NoError(t, err, said)
			for _, change := range h.MustUp() {
				assert.NotRegexp(t, "^(replace|delete)", change)
			}
			assert.Equal(t, before.ID, h.One(live.InstanceType).ID)
			assert.Equal(t, before.Properties.Text("password"), h.One(live.InstanceType).Properties.Text("password"))
			h.One(live.SubnetGroupType)
		})
	}
}

// TestAdoptionIsRefused: what cannot be taken over as it is stops the adoption before anything is imported, all at once.
func TestAdoptionIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	was := h.stackFile()
	h.account.instance = map[string]any{"StorageEncrypted": false, "MasterUserSecret": map[string]any{"SecretArn": "arn"},
		"TagList": []any{map[string]any{"Key": "aws:cloudformation:stack-name", "Value": "MosaicDatabaseStack"}}}
	h.account.first = []answer{
		{"describe-stack-resources", []any{map[string]any{"ResourceType": "AWS::RDS::DBInstance", "PhysicalResourceId": "mosaic-prod-db"}}},
		{"get-template", map[string]any{"Resources": map[string]any{
			"Database": map[string]any{"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot"}, "Group": map[string]any{"Type": "AWS::EC2::SecurityGroup", "DeletionPolicy": "Retain"},
		}}},
	}
	said, err := h.adopt("yes")
	require.Error(t, err)
	for _, part := range []string{"the storage is not encrypted", "RDS manages the password", "MosaicDatabaseStack would delete when it is removed: Database (AWS::RDS::DBInstance);"} {
		assert.Contains(t, said, part)
	}
	assert.Equal(t, was, h.stackFile())
	assert.Empty(t, h.Resources())

	h.account.instance = nil
	require.NoError(t, h.Cloud.Edit(live.ParameterGroupType, "mosaicdatabasestack-parameters-abc", func(p simcloud.Properties) {
		p["parameters"] = []any{map[string]any{"name": "shared_buffers", "value": "{DBInstanceClassMemory}"}}
	}))
	said, err = h.adopt("yes")
	require.Error(t, err)
	assert.Contains(t, said, "mosaic-database:database.parameters.shared_buffers: {DBInstanceClassMemory}")
	assert.NotContains(t, said, `"steps"`, "it is for a person to read")
	assert.Equal(t, was, h.stackFile())
}
