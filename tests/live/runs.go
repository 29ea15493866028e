package live

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/leaks"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// MustPreview previews, and returns the operations that would change something, "create aws:…::name".
func (l *Stack) MustPreview() []string {
	l.T.Helper()
	result, err := l.Preview(l.T.Context())
	require.NoError(l.T, err)
	return l.Hear(result)
}

// MustUp runs an up, and returns the operations that changed something.
func (l *Stack) MustUp() []string {
	l.T.Helper()
	result, err := l.Up(l.T.Context())
	require.NoError(l.T, err)
	return l.Hear(result)
}

// MustFail expects a run to fail, and returns its errors.
func (l *Stack) MustFail(result *engine.Result, err error) string {
	l.T.Helper()
	require.Error(l.T, err)
	l.Hear(result)
	return err.Error()
}

// MustWaitInVain expects an up to wait for an object that does not become ready, and returns its errors. It is not as patient as others.
func (l *Stack) MustWaitInVain() string {
	l.T.Helper()
	patience := l.Cloud.Patience
	l.Cloud.Patience = 5 * time.Second
	defer func() { l.Cloud.Patience = patience }()
	return l.MustFail(l.Up(l.T.Context()))
}

// MustSet sets a value in the stack file, for the runs that follow.
func (l *Stack) MustSet(path, value string) {
	l.T.Helper()
	require.NoError(l.T, l.Set(l.T.Context(), engine.Override{Path: path, Value: value}))
}

// MustUnset removes a key from the stack file, for the runs that follow.
func (l *Stack) MustUnset(path string) {
	l.T.Helper()
	require.NoError(l.T, l.Unset(l.T.Context(), path))
}

// MustOutputs is the stack's outputs.
func (l *Stack) MustOutputs() map[string]any {
	l.T.Helper()
	text, err := l.Outputs(l.T.Context())
	require.NoError(l.T, err)
	l.said.WriteString(text)
	var outputs map[string]any
	require.NoError(l.T, json.Unmarshal([]byte(text), &outputs))
	return outputs
}

// Remove turns the protection off and destroys the stack.
func (l *Stack) Remove() {
	l.T.Helper()
	l.MustSet("database.deletionProtection", "false")
	l.MustUp()
	result, err := l.Destroy(l.T.Context())
	require.NoError(l.T, err)
	l.Hear(result)
	assert.Empty(l.T, l.Cloud.Objects(InstanceType))
}

// RestoreLatest sets a point-in-time restore of the first instance, to the latest possible time.
func (l *Stack) RestoreLatest() {
	l.T.Helper()
	l.MustSet("restore.generation", "2")
	l.MustSet("restore.useLatestRestorableTime", "true")
	l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
}

// Hear records the output of a run, and returns the operations that changed something.
func (l *Stack) Hear(result *engine.Result) []string {
	l.T.Helper()
	events, err := json.Marshal(result.Events)
	require.NoError(l.T, err)
	l.said.WriteString(result.Stdout + result.Stderr + string(events))
	var changes []string
	for _, step := range result.Steps() {
		if step.Op != apitype.OpSame && step.Op != apitype.OpRead && !strings.HasPrefix(step.Type, "pulumi:") {
			changes = append(changes, string(step.Op)+" "+recorder.ShortURN(step.URN))
		}
	}
	slices.Sort(changes)
	return changes
}

// Changes is Hear for a run that has to succeed, without the reads of a refresh.
func (l *Stack) Changes(result *engine.Result, err error) []string {
	l.T.Helper()
	require.NoError(l.T, err)
	return slices.DeleteFunc(l.Hear(result), func(change string) bool {
		return strings.HasPrefix(change, string(apitype.OpRefresh)+" ")
	})
}

// Everything is all output of a run: what it printed, and its messages in full, because the printed progress shortens them.
func Everything(result *engine.Result) string {
	text := result.Stdout + result.Stderr
	for _, event := range result.Events {
		if event.DiagnosticEvent != nil {
			text += colors.Never.Colorize(event.DiagnosticEvent.Message)
		}
	}
	return text
}

// NoLeak expects the password neither in the output of the runs nor in the state.
func (l *Stack) NoLeak(password string) {
	l.T.Helper()
	require.GreaterOrEqual(l.T, len(password), 32)
	state, err := l.Export(l.T.Context())
	require.NoError(l.T, err)
	for where, text := range map[string]string{"the state": state, "what the runs said": l.said.String()} {
		assert.False(l.T, leaks.Found(text, password), "the password is in %s", where)
	}
}
