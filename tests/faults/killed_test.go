//go:build prove

package faults

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// kills kills the CLI after the cloud has created a resource, and before the engine knows. What db-recover does then finds the resource, if
// there is one, and takes it into the state; the next run goes on.
func kills(t *testing.T, l *live.Stack, tried func(kind string) bool, whole []string) map[string]string {
	outcome := map[string]string{}
	for {
		there := l.Cloud.Objects("")
		name, result, err := l.KillAtCreate(func(op simcloud.Operation) bool { return tried(op.Type) && outcome[live.Label(op)] == "" })
		assert.NotContains(t, live.Everything(result), "interrupted while creating", "nothing is left of the kill before")
		if name == "" {
			require.NoError(t, err)
			break
		}
		l.CLI("cancel", "--yes")
		kind, _, _ := strings.Cut(name, "::")
		made := added(there, l.Cloud.Objects(""), kind)
		outcome[name] = "`up`: create" // only the provider knew the value
		if recovers(l, made) {
			outcome[name] = "`just db-recover`"
		}
		assert.Equal(t, made != nil, outcome[name] == "`just db-recover`", name)
	}
	result, err := l.Up(t.Context())
	assert.Empty(t, l.Changes(result, err), "a further run changes nothing")
	assert.Equal(t, whole, l.Inventory(), "nothing is there twice, nothing is missing")
	return outcome
}

// recovers does what db-recover does, and returns whether the resource is in the state. Only the object that was made answers the question
// for an id.
func recovers(l *live.Stack, made *simcloud.Object) bool {
	l.T.Helper()
	interrupted := exported(l)
	creations, err := interrupted.Creations()
	require.NoError(l.T, err)
	require.Len(l.T, creations, 1)
	c := creations[0]
	look := func(state.Creation) (string, error) { return made.ID, nil }
	id, err := existing.ID(c, pipeline.Target{Partition: "aws", Account: "123456789012", Region: "us-east-1", Environment: "dev"}, look)
	require.NoError(l.T, err)
	if id != "" {
		require.True(l.T, interrupted.Take(c, id))
	}
	imported(l, interrupted)
	if id != "" {
		require.Contains(l.T, exported(l).Interrupted(), c.URN, "a recovery that is killed here is repeated")
		l.CLI("refresh", "--yes", "--skip-preview", "--target", c.URN)
	}
	return exported(l).Has(c.URN)
}

func exported(l *live.Stack) *state.State {
	l.T.Helper()
	text, err := l.Export(l.T.Context())
	require.NoError(l.T, err)
	read, err := state.Parse([]byte(text))
	require.NoError(l.T, err)
	return read
}

func imported(l *live.Stack, changed *state.State) {
	l.T.Helper()
	text, err := changed.Encode()
	require.NoError(l.T, err)
	l.ReplaceState(func(string) string { return string(text) })
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
