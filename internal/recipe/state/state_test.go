package state

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// An edit changes what it says, and nothing else: numbers keep their digits, and a resource without outputs gets none.
func TestEdit(t *testing.T) {
	state, err := Parse([]byte(`{"version": 3, "deployment": {"resources": [
		{"urn": "u", "type": "a", "inputs": {"n": 12345678901234567890, "x": "before"}}, {"urn": "v", "type": "b", "inputs": {"x": "before"}}]}}`))
	require.NoError(t, err)
	require.NoError(t, state.Edit(func(kind string, inputs, _ map[string]any) {
		if kind == "a" {
			inputs["x"] = "after"
		}
	}))
	text, err := state.Encode()
	require.NoError(t, err)
	assert.JSONEq(t, `{"version": 3, "deployment": {"resources": [
		{"urn": "u", "type": "a", "inputs": {"n": 12345678901234567890, "x": "after"}}, {"urn": "v", "type": "b", "inputs": {"x": "before"}}]}}`, string(text))
	assert.Contains(t, string(text), "12345678901234567890")
}
