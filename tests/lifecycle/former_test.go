package lifecycle

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestTheFormerKey: a key of the topic that an earlier version created is not updated.
func TestTheFormerKey(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	found := false
	l.EditState(func(r map[string]any) {
		if r["type"] == "aws:kms/key:Key" {
			for _, properties := range []any{r["inputs"], r["outputs"]} {
				found = found || properties.(map[string]any)["bypassPolicyLockoutSafetyCheck"] == true
				properties.(map[string]any)["bypassPolicyLockoutSafetyCheck"] = false // the provider's default
			}
		}
	})
	require.True(t, found, "the key was made without the check")
	assert.Empty(t, l.MustPreview())
}

// TestTheNamespaceIsFound: earlier versions created the namespace as a child of the application's access. It is moved, and nothing is
// created again.
func TestTheNamespaceIsFound(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "mosaic-own"})
	l.ReplaceState(func(text string) string { return namespaceOfAccess(t, text) })
	begun := len(l.Cloud.Log())
	l.MustUp()
	for _, op := range l.Cloud.Log()[begun:] {
		assert.False(t, op.Type == live.NamespaceType && (op.Op == "create" || op.Op == "delete"), "%v", op)
	}
	assert.Empty(t, l.MustPreview())
}

// namespaceOfAccess is a state in which the namespace is a child of the application's access.
func namespaceOfAccess(t *testing.T, text string) string {
	t.Helper()
	const (
		access = "urn:pulumi:prod::mosaic-database::mosaic-database:k8s:Access::mosaic-prod-core-api-access"
		now    = "urn:pulumi:prod::mosaic-database::kubernetes:core/v1:Namespace::mosaic-own"
		once   = "urn:pulumi:prod::mosaic-database::mosaic-database:k8s:Access$kubernetes:core/v1:Namespace::mosaic-own"
	)
	require.Contains(t, text, now)
	var state struct {
		Version    int            `json:"version"`
		Deployment map[string]any `json:"deployment"`
	}
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(text, now, once)), &state))
	resources := state.Deployment["resources"].([]any)
	index := func(urn string) int {
		return slices.IndexFunc(resources, func(r any) bool { return r.(map[string]any)["urn"] == urn })
	}
	namespace := resources[index(once)]
	namespace.(map[string]any)["parent"] = access
	resources = slices.Delete(resources, index(once), index(once)+1)
	state.Deployment["resources"] = slices.Insert(resources, index(access)+1, namespace) // after its parent
	content, err := json.Marshal(state)
	require.NoError(t, err)
	return string(content)
}
