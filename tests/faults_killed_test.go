package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// kills: the CLI is killed when the cloud has made a resource and before the engine knows. The runs that follow
// warn of it by name; the user brings what exists into the state or deletes it, and what does not exist is made.
func kills(t *testing.T, l *live, whole []string, of map[string]stateResource) map[string]string {
	outcome := map[string]string{}
	for {
		there := l.Cloud.Objects("")
		name, result, err := l.killAtCreate(func(op simcloud.Operation) bool { return outcome[label(op)] == "" })
		for resource := range outcome {
			assert.Contains(t, all(result), of[resource].URN+", interrupted while creating", "the run warns of what is not settled")
		}
		if name == "" {
			require.NoError(t, err)
			break
		}
		l.cli("cancel", "--yes")
		kind, _, _ := strings.Cut(name, "::")
		made := added(there, l.Cloud.Objects(""), kind)
		switch {
		case made == nil: // the value was in the provider alone
			outcome[name] = "`up`: create"
		case drawn.MatchString(made.Properties.Text("name")) && !strings.Contains(kind, "Alarm"):
			require.NoError(t, l.Cloud.Remove(kind, made.ID))
			outcome[name] = "deleted by hand, `up`: create"
		default:
			l.adopt(of[name], made.ID)
			outcome[name] = "`import`"
		}
	}
	_, err := l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)
	result, err := l.Up(t.Context())
	assert.Empty(t, l.changes(result, err), "a further run changes nothing")
	assert.NotContains(t, all(result), "interrupted", "nor does it warn any more")
	assert.Equal(t, whole, inventory(l.Cloud), "nothing is there twice, nothing is missing")
	return outcome
}

// added is the object of a kind that is there now and was not; nil if there is none.
func added(before, after []simcloud.Object, kind string) *simcloud.Object {
	for _, o := range after {
		was := slices.ContainsFunc(before, func(b simcloud.Object) bool { return b.Kind == o.Kind && b.ID == o.ID && b.Cluster == o.Cluster })
		if o.Kind == kind && !was {
			return &o
		}
	}
	return nil
}

// stateResource is what the state knows of where a resource belongs.
type stateResource struct {
	URN, Type, Parent, Provider string
	Protect                     bool
}

// resources is the state's resources by label.
func (l *live) resources() map[string]stateResource {
	l.t.Helper()
	text, err := l.Export(l.t.Context())
	require.NoError(l.t, err)
	var state struct {
		Deployment struct{ Resources []stateResource }
	}
	require.NoError(l.t, json.Unmarshal([]byte(text), &state))
	of := map[string]stateResource{}
	for _, r := range state.Deployment.Resources {
		of[shortURN(r.URN)] = r
	}
	return of
}

// adopt takes an object that exists into the state.
func (l *live) adopt(r stateResource, id string) {
	l.t.Helper()
	_, name, _ := strings.Cut(shortURN(r.URN), "::")
	provider := r.Provider[:strings.LastIndex(r.Provider, "::")]
	l.cli("import", r.Type, name, id, "--parent", "component="+r.Parent, "--provider", "provider="+provider,
		"--generate-code=false", "--skip-preview", "--yes")
}

// cli runs the Pulumi CLI on the stack as a user does in a shell, and returns what it printed.
func (l *live) cli(args ...string) string {
	l.t.Helper()
	cli, err := engine.CLI(l.t.Context(), os.Stderr)
	require.NoError(l.t, err)
	stdout, stderr, _, err := cli.Run(l.t.Context(), l.WorkDir(), nil, nil, nil, l.Environ(), args...)
	l.said.WriteString(stdout + stderr)
	require.NoError(l.t, err, "%s\n%s", stdout, stderr)
	return stdout + stderr
}

// killAtCreate runs an up and kills the CLI as soon as the cloud creates a resource that matches; it returns
// which. The cloud completes the creation, as clouds do.
func (l *live) killAtCreate(matches func(simcloud.Operation) bool) (string, *engine.Result, error) {
	l.t.Helper()
	if runtime.GOOS != "linux" {
		l.t.Skip("finds the process of the CLI in /proc")
	}
	var at string
	l.SaveEveryStep()
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if at == "" && op.Op == "create" && matches(op) {
			at = label(op)
			return l.killCLI()
		}
		return nil
	})
	result, err := l.Up(l.t.Context(), optup.Parallel(1))
	l.Cloud.Fail(nil)
	return at, result, err
}

// killCLI kills the Pulumi CLI that works on this stack: the one with its state in the environment.
func (l *live) killCLI() error {
	processes, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return err
	}
	for _, path := range processes {
		environ, err := os.ReadFile(path)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && pid != os.Getpid() && bytes.Contains(environ, []byte("PULUMI_BACKEND_URL="+l.backend())) {
			process, err := os.FindProcess(pid)
			if err != nil {
				return err
			}
			return process.Kill()
		}
	}
	return fmt.Errorf("no process works on %s", l.backend())
}

// reopen is the same folder for other runs, as after a restart of the machine; the options say which stack, and
// what is different: the program, the project. Overrides are forgotten, and a lock that was left is taken away.
func (l *live) reopen(opts engine.Options) *live {
	l.t.Helper()
	l.Close()
	opts.Dir = l.folder()
	if opts.Project == "" {
		opts.Project = root
	}
	if opts.Program == nil {
		opts.Program = stack.Deploy
	}
	env, err := engine.New(l.t.Context(), opts)
	require.NoError(l.t, err)
	l.t.Cleanup(env.Close)
	env.Cloud.JobResult = l.Cloud.JobResult
	again := &live{Environment: env, t: l.t}
	again.said.WriteString(l.said.String())
	return again
}

// folder holds the stack: its state, its cloud, its files.
func (l *live) folder() string { return filepath.Dir(l.WorkDir()) }

func (l *live) backend() string { return "file://" + filepath.Join(l.folder(), "state") }
