package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// Resource is a resource in the state, with what it depends on.
type Resource struct {
	URN, Type, Parent, Provider string
	Protect                     bool
	Dependencies                []string
}

// Resources lists the resources in the state, each after those that it depends on.
func (l *Stack) Resources() []Resource {
	l.T.Helper()
	text, err := l.Export(l.T.Context())
	require.NoError(l.T, err)
	var state struct {
		Deployment struct{ Resources []Resource }
	}
	require.NoError(l.T, json.Unmarshal([]byte(text), &state))
	return state.Deployment.Resources
}

// ResourcesByLabel has the resources in the state by type::name.
func (l *Stack) ResourcesByLabel() map[string]Resource {
	l.T.Helper()
	of := map[string]Resource{}
	for _, r := range l.Resources() {
		of[recorder.ShortURN(r.URN)] = r
	}
	return of
}

// EditState changes the state's resources, as an earlier version of the program would have left them.
func (l *Stack) EditState(edit func(resource map[string]any)) {
	l.T.Helper()
	l.ReplaceState(func(text string) string {
		var state map[string]any
		require.NoError(l.T, json.Unmarshal([]byte(text), &state))
		for _, resource := range state["deployment"].(map[string]any)["resources"].([]any) {
			edit(resource.(map[string]any))
		}
		content, err := json.Marshal(state)
		require.NoError(l.T, err)
		return string(content)
	})
}

// ReplaceState edits the text of the state.
func (l *Stack) ReplaceState(edit func(text string) string) {
	l.T.Helper()
	text, err := l.Export(l.T.Context())
	require.NoError(l.T, err)
	file := filepath.Join(l.T.TempDir(), "state.json")
	require.NoError(l.T, os.WriteFile(file, []byte(edit(text)), 0o600))
	l.CLI("stack", "import", "--file", file)
}

// Adopt imports an object that exists into the state.
func (l *Stack) Adopt(r Resource, id string) {
	l.T.Helper()
	_, name, _ := strings.Cut(recorder.ShortURN(r.URN), "::")
	provider := r.Provider[:strings.LastIndex(r.Provider, "::")]
	l.CLI("import", r.Type, name, id, "--parent", "component="+r.Parent, "--provider", "provider="+provider,
		"--generate-code=false", "--skip-preview", "--yes")
}

// CLI runs the Pulumi CLI on the stack as a user does in a shell, and returns what it printed.
func (l *Stack) CLI(args ...string) string {
	l.T.Helper()
	cli, err := engine.CLI(l.T.Context(), os.Stderr)
	require.NoError(l.T, err)
	stdout, stderr, _, err := cli.Run(l.T.Context(), l.WorkDir(), nil, nil, nil, l.Environ(), args...)
	l.said.WriteString(stdout + stderr)
	require.NoError(l.T, err, "%s\n%s", stdout, stderr)
	return stdout + stderr
}
