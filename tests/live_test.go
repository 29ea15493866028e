package tests

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// The types of what the tests look at in the simulated cloud.
const (
	instanceType   = "aws:rds/instance:Instance"
	secretType     = "aws:secretsmanager/secret:Secret"
	roleType       = "aws:iam/role:Role"
	jobType        = "kubernetes:batch/v1:Job"
	kubeSecretType = "kubernetes:core/v1:Secret"
)

// live is a stack on the real engine, with everything that its runs said.
type live struct {
	*engine.Environment
	t    *testing.T
	said strings.Builder
}

// start makes a stack of a committed file in an empty simulated cloud.
func start(t *testing.T, name string, overrides ...engine.Override) *live {
	t.Helper()
	return startIn(t, engine.Options{Stack: name, Overrides: overrides})
}

// started is a stack that has been brought up: a copy of one that was made once, for all tests that begin with the same.
func started(t *testing.T, name string, overrides ...engine.Override) *live {
	t.Helper()
	key := fmt.Sprint(name, overrides)
	once, _ := firsts.LoadOrStore(key, sync.OnceValues(func() (*first, error) { return bringUp(name, overrides) }))
	from, err := once.(func() (*first, error))()
	require.NoError(t, err)
	l := startIn(t, engine.Options{Stack: name, From: from.dir})
	l.said.WriteString(from.said)
	return l
}

// first is a stack after its first up.
type first struct{ dir, said string }

// firsts are those that were made, by what they were made with.
var firsts sync.Map

// folders holds them.
var folders string

func TestMain(m *testing.M) {
	var err error
	if folders, err = os.MkdirTemp("", "stacks-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folders)
	os.Exit(code)
}

func bringUp(name string, overrides []engine.Override) (*first, error) {
	dir, err := os.MkdirTemp(folders, name+"-")
	if err != nil {
		return nil, err
	}
	env, err := engine.New(context.Background(), engine.Options{Dir: dir, Project: root, Stack: name, Program: stack.Deploy, Overrides: overrides, Stderr: os.Stderr, Quick: true})
	if err != nil {
		return nil, err
	}
	defer env.Close()
	result, err := env.Up(context.Background())
	if err != nil {
		return nil, err
	}
	events, err := json.Marshal(result.Events)
	return &first{dir, result.Stdout + result.Stderr + string(events)}, err
}

func startIn(t *testing.T, opts engine.Options) *live {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	opts.Dir, opts.Project, opts.Program, opts.Stderr, opts.Quick = t.TempDir(), root, stack.Deploy, os.Stderr, true
	env, err := engine.New(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(env.Close)
	return &live{Environment: env, t: t}
}

// hear keeps what a run said and returns the operations that changed something, "create aws:…::name".
func (l *live) hear(result *engine.Result) []string {
	l.t.Helper()
	events, err := json.Marshal(result.Events)
	require.NoError(l.t, err)
	l.said.WriteString(result.Stdout + result.Stderr + string(events))
	var changes []string
	for _, step := range result.Steps() {
		if step.Op != apitype.OpSame && step.Op != apitype.OpRead && !strings.HasPrefix(step.Type, "pulumi:") {
			changes = append(changes, string(step.Op)+" "+shortURN(step.URN))
		}
	}
	slices.Sort(changes)
	return changes
}

func (l *live) preview() []string {
	l.t.Helper()
	result, err := l.Preview(l.t.Context())
	require.NoError(l.t, err)
	return l.hear(result)
}

func (l *live) up() []string {
	l.t.Helper()
	result, err := l.Up(l.t.Context())
	require.NoError(l.t, err)
	return l.hear(result)
}

// refuse expects the run to fail, and returns why.
func (l *live) refuse(result *engine.Result, err error) string {
	l.t.Helper()
	require.Error(l.t, err)
	l.hear(result)
	return err.Error()
}

// editState changes the resources of the state, as an earlier version of the program would have left them.
func (l *live) editState(edit func(resource map[string]any)) {
	l.t.Helper()
	text, err := l.Export(l.t.Context())
	require.NoError(l.t, err)
	var state map[string]any
	require.NoError(l.t, json.Unmarshal([]byte(text), &state))
	for _, resource := range state["deployment"].(map[string]any)["resources"].([]any) {
		edit(resource.(map[string]any))
	}
	content, err := json.Marshal(state)
	require.NoError(l.t, err)
	file := filepath.Join(l.t.TempDir(), "state.json")
	require.NoError(l.t, os.WriteFile(file, content, 0o600))
	l.cli("stack", "import", "--file", file)
}

// set lays a value over the stack file for the runs that follow.
func (l *live) set(path, value string) {
	l.t.Helper()
	require.NoError(l.t, l.Set(l.t.Context(), engine.Override{Path: path, Value: value}))
}

// one is the only object of a type.
func (l *live) one(kind string) simcloud.Object {
	l.t.Helper()
	all := l.Cloud.Objects(kind)
	require.Len(l.t, all, 1, kind)
	return all[0]
}

// kubeSecret is one entry of the Kubernetes Secret of the application that owns the schema.
func (l *live) kubeSecret(entry string) string {
	l.t.Helper()
	for _, secret := range l.Cloud.Objects(kubeSecretType) {
		if strings.HasSuffix(secret.ID, "/core-api-db-secret") {
			value, err := base64.StdEncoding.DecodeString(secret.Properties.Text("data", entry))
			require.NoError(l.t, err)
			return string(value)
		}
	}
	l.t.Fatal("the pods have no Secret")
	return ""
}

func (l *live) outputs() map[string]any {
	l.t.Helper()
	text, err := l.Outputs(l.t.Context())
	require.NoError(l.t, err)
	l.said.WriteString(text)
	var outputs map[string]any
	require.NoError(l.t, json.Unmarshal([]byte(text), &outputs))
	return outputs
}

// noLeak expects the password, as it is and as URLs have it, in nothing that the runs said and in no
// part of the state.
func (l *live) noLeak(password string) {
	l.t.Helper()
	require.GreaterOrEqual(l.t, len(password), 32)
	state, err := l.Export(l.t.Context())
	require.NoError(l.t, err)
	for where, text := range map[string]string{"the state": state, "what the runs said": l.said.String()} {
		for _, form := range []string{password, url.QueryEscape(password), url.PathEscape(password)} {
			assert.False(l.t, strings.Contains(text, form), "the password is in %s", where)
		}
	}
}
