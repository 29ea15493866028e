//go:build prove

package faults

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/debug"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/leaks"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// holders are the kinds that have to contain the password, and where.
var holders = map[string][]string{
	live.InstanceType:      {"password"},
	simcloud.SnapshotType:  {"password"},
	live.SecretVersionType: {"secretString"},
	live.KubeSecretType:    {"data"},
}

// passwordLeaks looks for the password, and for the previous one, in everything that prod prints and stores over its lifetime.
func passwordLeaks(t *testing.T) [][]string {
	l := live.Start(t, "prod")
	var passwords []string
	texts := map[string]string{}
	keep := func(where string, result *engine.Result) {
		events, err := json.Marshal(result.Events)
		require.NoError(t, err)
		texts[where] += result.Stdout + result.Stderr
		texts["events of the engine"] += string(events)
	}
	run := func(where string) func(*engine.Result, error) {
		return func(result *engine.Result, err error) {
			require.NoError(t, err)
			keep(where, result)
		}
	}
	run("preview --diff, and up --diff")(l.Preview(t.Context(), optpreview.Diff()))
	run("preview, up, refresh and destroy")(l.Up(t.Context()))
	passwords = append(passwords, l.One(live.InstanceType).Properties.Text("password"))
	l.MustSet("database.passwordVersion", "2")
	run("preview --diff, and up --diff")(l.Preview(t.Context(), optpreview.Diff()))
	run("preview --diff, and up --diff")(l.Up(t.Context(), optup.Diff()))
	passwords = append(passwords, l.One(live.InstanceType).Properties.Text("password"))
	require.NotEqual(t, passwords[0], passwords[1])
	run("preview, up, refresh and destroy")(l.Refresh(t.Context()))

	l.Cloud.JobResult = func(string) error { return errors.New("alembic: can't locate revision") }
	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	result, err := l.Up(t.Context())
	require.Error(t, err)
	keep("messages of a migration that fails, and of an API that refuses", result)
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.InstanceType && op.Op == "update" {
			return errors.New("simulated: the API is not available")
		}
		return nil
	})
	l.MustSet("database.instanceClass", "db.t3.small")
	result, err = l.Up(t.Context())
	require.Error(t, err)
	keep("messages of a migration that fails, and of an API that refuses", result)
	l.Cloud.Fail(nil)
	l.Cloud.JobResult = nil

	// Quiet, because what -v=9 prints is long.
	l = l.Reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{
		{Path: "database.passwordVersion", Value: "2"}, {Path: "database.instanceClass", Value: "db.t3.small"},
	}})
	level := uint(8)
	run("verbose log, -v=8")(l.Up(t.Context(), optup.DebugLogging(debug.LoggingOptions{LogLevel: &level, LogToStdErr: true})))
	level = 9
	l.MustSet("tags.CostCenter", "database")
	run("verbose log, -v=9")(l.Up(t.Context(), optup.DebugLogging(debug.LoggingOptions{LogLevel: &level, LogToStdErr: true, Debug: true})))

	texts["state (`pulumi stack export`)"], err = l.Export(t.Context())
	require.NoError(t, err)
	texts["outputs (`pulumi stack output --json`)"], err = l.Outputs(t.Context())
	require.NoError(t, err)
	everything := l.Cloud.Objects("")
	for _, o := range everything {
		for _, name := range holders[o.Kind] {
			delete(o.Properties, name)
		}
		content, err := json.Marshal(o)
		require.NoError(t, err)
		texts["AWS and Kubernetes: names, tags, policies, specs, annotations, conditions"] += string(content)
	}
	l.MustSet("database.deletionProtection", "false")
	l.MustUp()
	run("preview, up, refresh and destroy")(l.Destroy(t.Context()))

	texts["golden files of the tests"] = goldenFiles(t)
	passwords = append(passwords, recorder.Password)

	var rows [][]string
	for _, where := range slices.Sorted(maps.Keys(texts)) {
		t.Run(where, func(t *testing.T) {
			found := "nowhere"
			require.NotEmpty(t, texts[where])
			for _, password := range passwords {
				require.GreaterOrEqual(t, len(password), 24)
				if leaks.Found(texts[where], password) {
					found = "**in plain text**: the engine prints what it sends to the providers"
				}
			}
			if where != "verbose log, -v=9" {
				assert.Equal(t, "nowhere", found)
			}
			faultsPage.HasRow(t, []string{where, found})
			rows = append(rows, []string{where, found})
		})
	}
	if len(rows) < len(texts) {
		return nil
	}
	return rows
}

// goldenFiles is the text of all golden files.
func goldenFiles(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"graph/testdata/*.golden", "manifests/testdata/*.yaml"} {
		files, err := filepath.Glob(filepath.Join(live.Root(t), "tests", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			all.Write(content)
		}
	}
	return all.String()
}
