package recovery

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// Every type of resource that the program registers can be found, or exists in the state alone.
func TestEveryTypeHasAnID(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "tests", "graph", "testdata", "*.golden"))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range regexp.MustCompile(`(?m)^\s*- type: (\w+:\S+:\w+)$`).FindAllSubmatch(text, -1) {
			seen[string(match[1])] = true
		}
	}
	require.Greater(t, len(seen), 30)
	for kind := range seen {
		if regexp.MustCompile(`^(mosaic-database|random|pulumi):`).MatchString(kind) {
			continue
		}
		c := Creation{Type: kind, Inputs: map[string]any{
			"name": "n", "dashboardName": "n", "role": "r", "arn": "a", "policyArn": "p", "metadata": map[string]any{"name": "n"},
		}}
		id, err := c.ID(pipeline.Target{Account: "1"}, func(Creation) (string, error) { return "looked up", nil })
		assert.NoError(t, err, kind)
		assert.NotEmpty(t, id, kind)
	}
}

func TestIDs(t *testing.T) {
	target := pipeline.Target{Account: "123456789012", Region: "us-gov-west-1", Partition: "aws-us-gov", Environment: "prod"}
	for want, c := range map[string]Creation{
		"123456789012:b": {Type: "aws:budgets/budget:Budget", Inputs: map[string]any{"name": "b"}},
		"r:p":            {Type: "aws:iam/rolePolicy:RolePolicy", Inputs: map[string]any{"role": "r", "name": "p"}},
		"arn:aws-us-gov:sns:us-gov-west-1:123456789012:t": {Type: "aws:sns/topic:Topic", Inputs: map[string]any{"name": "t"}},
		"mosaic-prod/core-api":                            {Type: "kubernetes:core/v1:ServiceAccount", Inputs: map[string]any{"metadata": map[string]any{"namespace": "mosaic-prod", "name": "core-api"}}},
		"mosaic-prod":                                     {Type: "kubernetes:core/v1:Namespace", Inputs: map[string]any{"metadata": map[string]any{"name": "mosaic-prod"}}},
		"":                                                {Type: "random:index/randomPassword:RandomPassword"},
	} {
		id, err := c.ID(target, nil)
		require.NoError(t, err)
		assert.Equal(t, want, id)
	}
	_, err := Creation{Type: "aws:s3/bucket:Bucket", URN: "urn:pulumi:prod::mosaic-database::aws:s3/bucket:Bucket::b"}.ID(target, nil)
	assert.ErrorContains(t, err, "aws:s3/bucket:Bucket b was interrupted")
	assert.Equal(t, "a|v", Creation{Type: typeSecretVersion, Inputs: map[string]any{"secretId": "a"}}.idOf("v"))
	assert.Equal(t, "k", Creation{Type: typeKey}.idOf("arn:aws:kms:us-east-1:1:key/k"))
}

const pending = `{"version": 3, "deployment": {"manifest": {"time": "now"}, "metadata": {},
	"resources": [{"urn": "urn:pulumi:prod::p::t$aws:iam/role:Role::old", "custom": true, "id": "old", "type": "aws:iam/role:Role",
		"inputs": {"name": "old"}, "outputs": {"name": "old", "arn": "a"}}%s],
	"pending_operations": [{"type": "creating", "resource": {"urn": "urn:pulumi:prod::p::t$aws:iam/role:Role::r", "custom": true,
		"type": "aws:iam/role:Role", "parent": "urn:pulumi:prod::p::t::c",
		"inputs": {"name": "r", "n": 12345678901234567890, "__defaults": ["name"]}}}]}}`

// A resource that is taken keeps its inputs, its parent and the names that were generated. Nothing else in the state changes.
func TestTake(t *testing.T) {
	before := strings.ReplaceAll(pending, "%s", "")
	state, err := Parse([]byte(before))
	require.NoError(t, err)
	creations, err := state.Creations()
	require.NoError(t, err)
	require.Len(t, creations, 1)
	assert.True(t, state.Take(creations[0], "r"))
	text, err := state.Encode()
	require.NoError(t, err)
	resource, err := json.Marshal(state.resources[1])
	require.NoError(t, err)
	assert.JSONEq(t, `{"urn": "urn:pulumi:prod::p::t$aws:iam/role:Role::r", "custom": true, "id": "r", "type": "aws:iam/role:Role",
		"parent": "urn:pulumi:prod::p::t::c", "inputs": {"name": "r", "n": 12345678901234567890, "__defaults": ["name"]},
		"outputs": {"name": "r", "n": 12345678901234567890, "__defaults": ["name"]}}`, string(resource))
	assert.Contains(t, string(text), "12345678901234567890", "numbers keep their digits")
	assert.Contains(t, string(text), `"time": "now"`)

	state, err = Parse(text)
	require.NoError(t, err)
	assert.Equal(t, []string{creations[0].URN}, state.Interrupted(), "until it is read")
}

// The object of a replacement is not taken while the old one is there, and takes its place where that was deleted before.
func TestTakeOfAReplacement(t *testing.T) {
	const urn = `, {"urn": "urn:pulumi:prod::p::t$aws:iam/role:Role::r", "type": "aws:iam/role:Role", "id": "before"`
	for name, test := range map[string]struct {
		existing string
		id       string
		taken    bool
	}{
		"created before the old one is deleted": {existing: urn + "}", id: "r"},
		"deleted before":                        {existing: urn + `, "pendingReplacement": true}`, id: "r", taken: true},
		"taken before":                          {existing: urn + "}", id: "before", taken: true},
	} {
		state, err := Parse([]byte(strings.ReplaceAll(pending, "%s", test.existing)))
		require.NoError(t, err)
		creations, err := state.Creations()
		require.NoError(t, err)
		assert.Equal(t, test.taken, state.Take(creations[0], test.id), name)
		assert.Len(t, state.resources, 2, name)
	}
}
