package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// bench is a sandbox with a copy of the engine's small test project.
type bench struct {
	sandbox
	out, errs bytes.Buffer
}

func newBench(t *testing.T, program pulumi.RunFunc) *bench {
	t.Helper()
	b := &bench{sandbox: sandbox{project: t.TempDir(), version: "v1.2.3", program: program}}
	b.stdout, b.stderr = &b.out, &b.errs
	require.NoError(t, os.CopyFS(b.project, os.DirFS(filepath.Join("..", "engine", "testdata", "project"))))
	return b
}

// run calls the command line; the output is that of this call only.
func (b *bench) run(t *testing.T, args ...string) error {
	t.Helper()
	b.out.Reset()
	b.errs.Reset()
	cmd := newCommand(&b.sandbox)
	cmd.SetArgs(args)
	return cmd.ExecuteContext(t.Context())
}

func TestArguments(t *testing.T) {
	b := newBench(t, nil)
	require.NoError(t, os.WriteFile(filepath.Join(b.project, "Pulumi.prod.yaml"), nil, 0o600))
	for name, test := range map[string]struct {
		args []string
		want []string
	}{
		"unknown verb":        {[]string{"destory", "dev"}, []string{`unknown command "destory"`, "destroy"}},
		"no stack":            {[]string{"up"}, []string{"up needs a stack, one of: dev, prod"}},
		"unknown stack":       {[]string{"up", "prd"}, []string{"Pulumi.prd.yaml", "dev, prod"}},
		"stack outside":       {[]string{"reset", "../dev"}, []string{`"../dev"`}},
		"too many":            {[]string{"up", "dev", "tier=ha"}, []string{"one stack", "-c path=value"}},
		"no value":            {[]string{"up", "dev", "-c", "tier"}, []string{`"tier"`, "path=value"}},
		"no path":             {[]string{"up", "dev", "-c", "=ha"}, []string{`"=ha"`, "path=value"}},
		"unknown format":      {[]string{"cost", "dev", "--format", "csv"}, []string{`"csv"`, "text, markdown or json"}},
		"no values in flight": {[]string{"destroy", "dev", "-c", "tier=ha"}, []string{"unknown shorthand flag", "destroy --help"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := b.run(t, test.args...)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			assert.Equal(t, 2, b.code(err), "wrong use")
			assert.NoDirExists(t, filepath.Join(b.project, ".sandbox"), "it began to run")
		})
	}
}

func TestOverrideEndsItsPathAtTheFirstEqualsSign(t *testing.T) {
	got, err := parseOverride("database.parameters.search=a=b")
	require.NoError(t, err)
	assert.Equal(t, engine.Override{Path: "database.parameters.search", Value: "a=b"}, got)
	got, err = parseOverride("cluster.context=")
	require.NoError(t, err)
	assert.Equal(t, engine.Override{Path: "cluster.context"}, got)
}

// guarded registers a component that is protected unless the configuration turns that off.
func guarded(ctx *pulumi.Context) error {
	database, _ := ctx.GetConfig("tiny:database")
	off := strings.Contains(database, `"deletionProtection":false`)
	var thing struct{ pulumi.ResourceState }
	ctx.Export("password", pulumi.ToSecret(pulumi.String("hush-hush-hush")))
	return ctx.RegisterComponentResource("tiny:index:Thing", "thing", &thing, pulumi.Protect(!off))
}

func TestLifeOfAProtectedStack(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	b := newBench(t, guarded)
	log := filepath.Join(t.TempDir(), "events")
	require.NoError(t, b.run(t, "preview", "dev", "--event-log", log))
	events, err := os.ReadFile(log)
	require.NoError(t, err)
	assert.Contains(t, string(events), `"summaryEvent":{`)
	require.NoError(t, b.run(t, "up", "dev"))
	assert.Contains(t, b.out.String(), "2 created")
	lines := strings.Split(strings.TrimSpace(b.errs.String()), "\n")
	assert.Contains(t, lines[0], "real Pulumi engine v1.2.3, simulated AWS")
	assert.Contains(t, lines[len(lines)-1], "up dev succeeded")
	assert.Contains(t, lines[len(lines)-1], "simulated")

	require.NoError(t, b.run(t, "outputs", "dev"))
	outputs := map[string]string{}
	require.NoError(t, json.Unmarshal(b.out.Bytes(), &outputs), "standard output is for JSON alone")
	assert.Equal(t, map[string]string{"password": "[secret]"}, outputs)

	require.ErrorIs(t, b.run(t, "destroy", "dev"), errReported)
	all := b.out.String() + b.errs.String()
	assert.Contains(t, all, "because it is protected", "Pulumi's own words")
	assert.NotContains(t, all, "Destroying (dev)", "it deletes what it can")
	steps := []string{}
	for line := range strings.Lines(b.errs.String()) {
		if step, ok := strings.CutPrefix(strings.TrimSpace(line), goRun+" "); ok {
			steps = append(steps, step)
		}
	}
	require.Len(t, steps, 2)
	for _, step := range steps {
		require.NoError(t, b.run(t, strings.Fields(step)...), step)
	}
	assert.Contains(t, b.out.String(), "2 deleted")

	require.NoError(t, b.run(t, "reset", "dev"))
	require.NoError(t, b.run(t, "outputs", "dev"))
	assert.JSONEq(t, "{}", b.out.String())
}

func TestFailureIsToldOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	b := newBench(t, func(*pulumi.Context) error { return errors.New("no such luck") })
	err := b.run(t, "up", "dev")
	require.ErrorIs(t, err, errReported)
	assert.Equal(t, 1, b.code(err))
	// Pulumi prints the error where it occurs, and again among the diagnostics.
	assert.NotContains(t, b.errs.String(), "no such luck")
	assert.Contains(t, b.out.String(), "no such luck")
	assert.NotContains(t, b.out.String(), "Updating (dev)", "the preview has refused it")
	assert.Contains(t, b.errs.String(), "up dev failed")

	require.ErrorIs(t, b.run(t, "up", "dev", "-c", "size[=1"), errReported)
	assert.Equal(t, 1, strings.Count(b.errs.String(), "configuration overrides"))
	assert.NotContains(t, b.errs.String(), "stdout:", "the long text of the Automation API")
}

// The estimate needs only the stack file; another folder has the version that it is compared with.
func TestCost(t *testing.T) {
	b := &bench{sandbox: sandbox{project: filepath.Join("..", "..")}}
	b.stdout, b.stderr = &b.out, &b.errs
	base := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml"} {
		content, err := os.ReadFile(filepath.Join(b.project, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(base, name), content, 0o600))
	}
	require.NoError(t, b.run(t, "cost", "prod"))
	assert.Contains(t, b.out.String(), fmt.Sprintf("Estimated cost of prod in us-east-1: %.2f USD a month", recorder.Estimate(t, "prod")))
	assert.NotContains(t, b.out.String(), "change")

	require.NoError(t, b.run(t, "cost", "prod", "-c", "tier=small", "--base", base, "--format", "json"))
	var report struct {
		Change struct {
			DifferenceUSD float64 `json:"differenceUsd"`
		} `json:"change"`
	}
	require.NoError(t, json.Unmarshal(b.out.Bytes(), &report))
	us, err := prices.Of("us-east-1")
	require.NoError(t, err)
	assert.InDelta(t, (us.InstanceHour["db.t3.small"].SingleAz-us.InstanceHour["db.t3.micro"].SingleAz)*730, report.Change.DifferenceUSD, 0.005)

	require.NoError(t, b.run(t, "cost", "prod", "--base", base, "--format", "markdown"))
	assert.Contains(t, b.out.String(), "No line changes.")

	require.NoError(t, b.run(t, "cost", "prod", "--base", t.TempDir()))
	assert.Contains(t, b.errs.String(), "nothing to compare with: reading the project's file")
	assert.NotContains(t, b.out.String(), "change")

	require.ErrorContains(t, b.run(t, "cost", "prod", "--format", "xml"), "write text, markdown or json")
	err = b.run(t, "cost", "prod", "-c", "tier=huge")
	require.ErrorContains(t, err, "mosaic-database:tier: huge")
	require.ErrorContains(t, b.run(t, "cost", "prod", "-c", "tier"), "write path=value")
}
