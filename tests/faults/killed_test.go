//go:build prove

package faults

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// kills kills the CLI after the cloud has created a resource, and before the engine knows. The runs that follow warn of the resource
// by name. If it exists, the user imports or deletes it; otherwise the next run creates it.
func kills(t *testing.T, l *live.Stack, whole []string, of map[string]live.Resource) map[string]string {
	outcome := map[string]string{}
	for {
		there := l.Cloud.Objects("")
		name, result, err := l.KillAtCreate(func(op simcloud.Operation) bool { return outcome[live.Label(op)] == "" })
		for resource := range outcome {
			assert.Contains(t, live.Everything(result), of[resource].URN+", interrupted while creating", "the run warns of the pending operation")
		}
		if name == "" {
			require.NoError(t, err)
			break
		}
		l.CLI("cancel", "--yes")
		kind, _, _ := strings.Cut(name, "::")
		made := added(there, l.Cloud.Objects(""), kind)
		switch {
		case made == nil: // only the provider knew the value
			outcome[name] = "`up`: create"
		case live.IsGenerated(made.Properties.Text("name")) && !strings.Contains(kind, "Alarm"):
			require.NoError(t, l.Cloud.Remove(kind, made.ID))
			outcome[name] = "deleted by hand, `up`: create"
		default:
			l.Adopt(of[name], made.ID)
			outcome[name] = "`import`"
		}
	}
	_, err := l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)
	result, err := l.Up(t.Context())
	assert.Empty(t, l.Changes(result, err), "a further run changes nothing")
	assert.NotContains(t, live.Everything(result), "interrupted", "nor does it warn any more")
	assert.Equal(t, whole, l.Inventory(), "nothing is there twice, nothing is missing")
	return outcome
}

// added is the new object of a kind; nil if there is none.
func added(before, after []simcloud.Object, kind string) *simcloud.Object {
	for _, o := range after {
		was := slices.ContainsFunc(before, func(b simcloud.Object) bool { return b.Kind == o.Kind && b.ID == o.ID && b.Cluster == o.Cluster })
		if o.Kind == kind && !was {
			return &o
		}
	}
	return nil
}
