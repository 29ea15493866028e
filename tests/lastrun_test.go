package tests

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// TestWhatPulumiShows: what does not change is not shown, neither in a preview nor by what an up prints of the outputs: the
// preview fits on half a screen, the up, with the outputs, on one.
func TestWhatPulumiShows(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	preview, err := l.Preview(t.Context(), optpreview.Diff())
	require.NoError(t, err)
	up, err := l.Up(t.Context())
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(preview.Stdout, "\n"), 30, preview.Stdout)
	assert.LessOrEqual(t, strings.Count(up.Stdout, "\n"), 60, up.Stdout)
	for name, shown := range map[string]string{"the preview": preview.Stdout, "the up": up.Stdout} {
		for _, hidden := range []string{"StackReference", "__lastRun", "network.vpcId", "monthlyUsd"} {
			assert.NotContains(t, shown, hidden, name)
		}
	}
	assert.NotContains(t, preview.Stdout, "securityGroupId", "an output that does not change")
	l.set("tier", "small")
	changed, err := l.Preview(t.Context(), optpreview.Diff())
	require.NoError(t, err)
	assert.NotContains(t, changed.Stdout, "__lastRun")
	assert.Contains(t, changed.Stdout, `estimatedMonthlyCost: "18.41 USD" => "31.55 USD"`)
}

// TestARefusalIsItsReport: nothing is before it but Pulumi's headline, and nothing behind it but the count.
func TestARefusalIsItsReport(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	l.set("tier", "huge")
	result, err := l.Preview(t.Context(), optpreview.Diff())
	require.Error(t, err)
	assert.Equal(t, `error: the configuration has 1 problem; nothing was changed:

  1. mosaic-database:tier: huge
     rule: one of mvp, small, medium, ha, scale
     write: one of mvp, small, medium, ha, scale

`, result.Stderr)
	assert.NotContains(t, result.Stdout, "utputs")
	assert.LessOrEqual(t, strings.Count(result.Stdout, "\n"), 6, result.Stdout)
}

// TestTheProgramInItsProcess has main.go as Pulumi runs it: compiled, in a process of its own.
func TestTheProgramInItsProcess(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "program")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-C", root, "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	l := startIn(t, engine.Options{Stack: "prod", Binary: binary})
	l.set("tier", "huge")
	result, err := l.Preview(t.Context(), optpreview.Diff())
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(result.Stderr, "error: the configuration has 1 problem; nothing was changed:\n"), result.Stderr)
	assert.True(t, strings.HasSuffix(strings.TrimSpace(result.Stderr), "write: one of mvp, small, medium, ha, scale"), result.Stderr)
	assert.Empty(t, l.Cloud.Log())

	l.set("tier", "mvp")
	l.up()
	assert.Empty(t, l.up())
}

// TestTheFormerOutputs: a stack that an earlier version of the program brought up has in two outputs, and a reference to
// itself, what is in one now. It is guarded by them, and the next run moves them.
func TestTheFormerOutputs(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	text, err := l.Export(t.Context())
	require.NoError(t, err)
	var state map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &state))
	for _, r := range state["deployment"].(map[string]any)["resources"].([]any) {
		if outputs, ok := r.(map[string]any)["outputs"].(map[string]any); ok && outputs["__lastRun"] != nil {
			left := outputs["__lastRun"].(map[string]any)
			outputs["settled"], outputs["estimatedMonthlyCostLines"] = left["settled"], left["bill"]
			delete(outputs, "__lastRun")
		}
	}
	content, err := json.Marshal(state)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	l.cli("stack", "import", "--file", file)
	require.Contains(t, l.outputs(), "settled")

	l.set("database.username", "somebody")
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "settled when the database was made, as mosaicadmin")
	l.set("database.username", "mosaicadmin")
	same, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, all(same), "no line changes")
	assert.Empty(t, l.up())
	outputs := l.outputs()
	assert.Contains(t, outputs, "__lastRun")
	assert.NotContains(t, outputs, "settled")
	assert.NotContains(t, outputs, "estimatedMonthlyCostLines")
	require.NoError(t, l.Set(t.Context(), engine.Override{Path: "environment", Value: "other"}))
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "settled when the database was made, as prod")
}
