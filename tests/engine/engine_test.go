package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const hush = "hush-hush-hush"

// tiny registers one component and exports its configuration as outputs.
func tiny(ctx *pulumi.Context) error {
	var thing struct{ pulumi.ResourceState }
	if err := ctx.RegisterComponentResource("tiny:index:Thing", "thing", &thing); err != nil {
		return err
	}
	for _, key := range []string{"greeting", "size"} {
		value, _ := ctx.GetConfig("tiny:" + key)
		ctx.Export(key, pulumi.String(value))
	}
	ctx.Export("secret", pulumi.ToSecret(pulumi.String(hush)))
	return nil
}

// options are the options for testdata/project in a new folder.
func options(t *testing.T, program pulumi.RunFunc) Options {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	return Options{
		Dir: t.TempDir(), Project: filepath.Join("testdata", "project"), Stack: "dev",
		Program: program, Stderr: os.Stderr,
	}
}

func open(t *testing.T, opts Options) *Environment {
	t.Helper()
	env, err := New(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(env.Close)
	return env
}

// outputs are the stack's outputs, all of which are strings here.
func outputs(t *testing.T, env *Environment) map[string]string {
	t.Helper()
	text, err := env.Outputs(t.Context())
	require.NoError(t, err)
	got := map[string]string{}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	return got
}

// TestLife also shows that the inline program replaces the project's Go runtime, whose plugin is not installed, and that the simulation
// replaces its secrets provider.
func TestLife(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	opts := options(t, tiny)
	env := open(t, opts)

	preview, err := env.Preview(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[apitype.OpType]int{"create": 2}, preview.Changes())

	up, err := env.Up(ctx)
	require.NoError(t, err)
	var ops []string
	for _, step := range up.Steps() {
		ops = append(ops, string(step.Op)+" "+step.Type)
	}
	assert.Equal(t, []string{"create pulumi:pulumi:Stack", "create tiny:index:Thing"}, ops)
	assert.Contains(t, up.Stdout, "2 created")
	assert.Equal(t, "[secret]", outputs(t, env)["secret"])

	state, err := env.Export(ctx)
	require.NoError(t, err)
	assert.Contains(t, state, "tiny:index:Thing")
	assert.NotContains(t, state, hush)
	env.Close()

	env = open(t, opts)
	again, err := env.Up(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[apitype.OpType]int{"same": 2}, again.Changes(), "a second environment goes on from the first")

	destroy, err := env.Destroy(ctx)
	require.NoError(t, err)
	assert.Equal(t, map[apitype.OpType]int{"delete": 2}, destroy.Changes())
}

// TestProvider registers a resource of a simulated provider, and looks for its secret in everything that a run prints or stores.
func TestProvider(t *testing.T) {
	t.Parallel()
	var plain string
	program := func(ctx *pulumi.Context) error {
		password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{Length: pulumi.Int(32)})
		if err != nil {
			return err
		}
		ctx.Export("password", password.Result.ApplyT(func(p string) string { plain = p; return p }))
		return nil
	}
	env := open(t, options(t, program))
	up, err := env.Up(t.Context())
	require.NoError(t, err)
	require.Len(t, plain, 32)
	state, err := env.Export(t.Context())
	require.NoError(t, err)
	events, err := json.Marshal(up.Events)
	require.NoError(t, err)
	for where, text := range map[string]string{
		"state": state, "events": string(events), "standard output": up.Stdout, "standard error": up.Stderr,
	} {
		assert.NotContains(t, text, plain, where)
	}
	first := plain

	again, err := env.Up(t.Context())
	require.NoError(t, err)
	assert.Equal(t, map[apitype.OpType]int{"same": 2}, again.Changes())
	assert.Equal(t, first, plain)
	_, err = env.Refresh(t.Context())
	require.NoError(t, err)
	destroy, err := env.Destroy(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, destroy.Changes()["delete"])
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	opts := options(t, tiny)
	opts.Overrides = []Override{{Path: "size.height", Value: "5"}, {Path: "size.flat", Value: "true"}, {Path: "size.names[0]", Value: "a=b"}}
	env := open(t, opts)
	_, err := env.Up(ctx)
	require.NoError(t, err)
	got := outputs(t, env)
	assert.Equal(t, "hello", got["greeting"], "default of Pulumi.yaml")
	assert.JSONEq(t, `{"width": 3, "height": 5, "flat": true, "names": ["a=b"]}`, got["size"])

	require.NoError(t, env.Set(ctx, Override{Path: "greeting", Value: "hi"}))
	_, err = env.Up(ctx)
	require.NoError(t, err)
	assert.Equal(t, "hi", outputs(t, env)["greeting"])
	env.Close()

	opts.Overrides = nil
	env = open(t, opts)
	_, err = env.Up(ctx)
	require.NoError(t, err)
	assert.Equal(t, "hello", outputs(t, env)["greeting"], "an override outlived its environment")

	err = env.Set(ctx, Override{Path: "size[", Value: "1"})
	require.ErrorContains(t, err, "configuration overrides: size[: invalid config key path")
}

// Some operations do not start the CLI, because that takes a third of a second. They have the same results as the CLI.
func TestShortcutsAreTheCLIs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	short, long := open(t, options(t, tiny)), open(t, options(t, tiny))
	file := func(e *Environment) string {
		content, err := os.ReadFile(filepath.Join(e.WorkDir(), "Pulumi.dev.yaml"))
		require.NoError(t, err)
		return regexp.MustCompile("encryptionsalt: .*").ReplaceAllString(string(content), "")
	}
	require.NoError(t, short.Set(ctx, Override{Path: "size.height", Value: "5"}, Override{Path: "size.names[0]", Value: "a=b"}, Override{Path: "tiny:size.flat", Value: "true"},
		Override{Path: "size.zip", Value: "007"}, Override{Path: "size.ratio", Value: "1.5"}, Override{Path: "aws:region", Value: "eu-west-1"}, Override{Path: "greeting", Value: ""}))
	_, err := long.run(ctx, "config", "set-all", "--path", "--plaintext", "size.height=5", "--plaintext", "size.names[0]=a=b", "--plaintext",
		"tiny:size.flat=true", "--plaintext", "size.zip=007", "--plaintext", "size.ratio=1.5", "--plaintext", "aws:region=eu-west-1", "--plaintext", "greeting=")
	require.NoError(t, err)
	assert.Equal(t, file(long), file(short))
	for _, path := range []string{"size.height", "size.names", "size.names[0]", "size", "size.flat", "aws:region", "greeting", "size.nothing", "nothing"} {
		opened, err := OpenSettingsFile(short.WorkDir(), "dev")
		require.NoError(t, err)
		value, found, err := opened.Get(path)
		require.NoError(t, err)
		printed, err := long.run(ctx, "config", "get", "--path", path)
		assert.Equal(t, err == nil, found, path)
		assert.Equal(t, strings.TrimSuffix(printed, "\n"), value, path)
	}
	for _, path := range []string{"greeting", "size.names[0]", "size.flat", "aws:region", "size.nothing"} {
		require.NoError(t, short.Unset(ctx, path))
		_, err := long.run(ctx, "config", "rm", "--path", path)
		require.NoError(t, err)
		assert.Equal(t, file(long), file(short), path)
	}

	for range 2 { // before the first run, and after it
		outputs, err := short.Outputs(ctx)
		require.NoError(t, err)
		printed, err := short.run(ctx, "stack", "output", "--json")
		require.NoError(t, err)
		assert.Equal(t, printed, outputs)
		_, err = short.Up(ctx)
		require.NoError(t, err)
	}
	exported, err := short.Export(ctx)
	require.NoError(t, err)
	printed, err := short.run(ctx, "stack", "export")
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(printed), exported)
}

func TestFailure(t *testing.T) {
	t.Parallel()
	env := open(t, options(t, func(*pulumi.Context) error { return errors.New("no such luck") }))
	result, err := env.Up(t.Context())
	var failure *Failure
	require.ErrorAs(t, err, &failure)
	assert.Same(t, result, failure.Result)
	assert.NotZero(t, failure.Code)
	assert.Contains(t, err.Error(), "pulumi up: exit code")
	assert.Equal(t, 1, strings.Count(err.Error(), "no such luck"))
	assert.NotContains(t, err.Error(), "stdout:", "the long text of the Automation API")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	started := make(chan struct{})
	wait := true
	opts := options(t, func(ctx *pulumi.Context) error {
		if wait {
			close(started)
			<-ctx.Context().Done()
		}
		return nil
	})
	env := open(t, opts)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-started; cancel() }()
	_, err := env.Up(ctx)
	var failure *Failure
	require.ErrorAs(t, err, &failure)
	assert.Positive(t, failure.Code, "the CLI was killed instead of interrupted")

	wait = false
	_, err = env.Up(t.Context())
	require.NoError(t, err)
}

// TestAmbientSettings sets environment variables that a developer may have set for Pulumi. They have no effect.
func TestAmbientSettings(t *testing.T) {
	t.Setenv("PULUMI_STACK", "other")
	t.Setenv("PULUMI_BACKEND_URL", "https://backend.example.com")
	t.Setenv("PULUMI_DIY_BACKEND_LEGACY_LAYOUT", "true")
	opts := options(t, tiny)
	env := open(t, opts)
	_, err := env.Up(t.Context())
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(opts.Dir, stateDir, ".pulumi", "stacks", "tiny", "dev.json"))
}

// TestLeftLock: the next run removes the lock that a killed run left in the state.
func TestLeftLock(t *testing.T) {
	t.Parallel()
	opts := options(t, tiny)
	env := open(t, opts)
	_, err := env.Up(t.Context())
	require.NoError(t, err)
	env.Close()

	locks := filepath.Join(opts.Dir, stateDir, ".pulumi", "locks", "organization", "tiny", "dev")
	require.NoError(t, os.MkdirAll(locks, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(locks, "left.json"), []byte(`{"pid": 1}`), 0o600))
	// The logs of the CLI, which an earlier version of this package did not prevent.
	logs := filepath.Join(opts.Dir, homeDir, "logs")
	require.NoError(t, os.RemoveAll(logs))
	require.NoError(t, os.Mkdir(logs, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(logs, "pulumi.log"), nil, 0o600))
	env = open(t, opts)
	_, err = env.Up(t.Context())
	require.NoError(t, err)
}

func TestBusy(t *testing.T) {
	t.Parallel()
	opts := options(t, tiny)
	env := open(t, opts)
	_, err := New(t.Context(), opts)
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorIs(t, Reset(t.Context(), opts.Dir), ErrBusy)

	env.Close()
	require.NoError(t, os.WriteFile(filepath.Join(opts.Dir, cloudFile), []byte("{}"), 0o600))
	require.NoError(t, Reset(t.Context(), opts.Dir))
	left, err := os.ReadDir(opts.Dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "only the lock file stays")
	assert.Equal(t, lockFile, left[0].Name())
}

// A simulated run leaves out encrypted values, because it does not have the team's keys.
func TestEncryptedConfiguration(t *testing.T) {
	t.Parallel()
	opts := options(t, tiny)
	opts.Project = t.TempDir()
	require.NoError(t, os.CopyFS(opts.Project, os.DirFS(filepath.Join("testdata", "project"))))
	require.NoError(t, os.WriteFile(filepath.Join(opts.Project, "Pulumi.dev.yaml"), []byte(`secretsprovider: awskms://alias/x
encryptedkey: AQICAHi=
config:
  tiny:greeting:
    secure: v1:abc
  tiny:size: {width: 3}
  tiny:database: {size: 3, login: {secure: v1:def}, hosts: [a, {secure: v1:ghi}, b], map: {secure: x, other: y}}
`), 0o600))
	values, err := StackConfig(opts.Project, "dev")
	require.NoError(t, err)
	assert.JSONEq(t, `{"size": 3, "hosts": ["a", "b"], "map": {"secure": "x", "other": "y"}}`, values["tiny:database"])
	assert.NotContains(t, values, "tiny:greeting")

	env, err := New(t.Context(), opts)
	require.NoError(t, err)
	defer env.Close()
	_, err = env.Preview(t.Context())
	require.NoError(t, err)
}
