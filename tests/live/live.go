// Package live runs a committed stack on the real engine with the simulated cloud, and remembers what its runs said.
package live

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// Stack is a stack on the real engine. What ends a test if it fails has a name with Must.
type Stack struct {
	*engine.Environment
	T *testing.T

	said strings.Builder // everything that its runs said
}

// Start makes a stack of a committed file in an empty simulated cloud.
func Start(t *testing.T, name string, overrides ...engine.Override) *Stack {
	t.Helper()
	return StartWith(t, engine.Options{Stack: name, Overrides: overrides})
}

// StartWith is Start with other options; the folders and the program are set here.
func StartWith(t *testing.T, opts engine.Options) *Stack {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	opts.Dir, opts.Project, opts.Program, opts.Stderr, opts.Quick = t.TempDir(), Root(t), stack.Deploy, os.Stderr, true
	env, err := engine.New(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(env.Close)
	return &Stack{Environment: env, T: t}
}

// Started is a stack that has been brought up: a copy of one that was made once, for all tests of a package that begin
// with the same. The package's TestMain calls Main.
func Started(t *testing.T, name string, overrides ...engine.Override) *Stack {
	t.Helper()
	root := Root(t)
	key := fmt.Sprint(name, overrides)
	once, _ := firsts.made.LoadOrStore(key, sync.OnceValues(func() (*first, error) {
		return bringUp(engine.Options{Project: root, Stack: name, Overrides: overrides})
	}))
	from, err := once.(func() (*first, error))()
	require.NoError(t, err)
	l := StartWith(t, engine.Options{Stack: name, From: from.dir})
	l.said.WriteString(from.said)
	return l
}

// first is a stack after its first up.
type first struct{ dir, said string }

// firsts are the stacks that were brought up, by what they were made with, and the folder that holds them.
var firsts struct {
	made   sync.Map
	folder string
}

// Main runs the tests of a package, and returns its exit code.
func Main(m *testing.M) int {
	var err error
	if firsts.folder, err = os.MkdirTemp("", "stacks-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(firsts.folder) }()
	return m.Run()
}

func bringUp(opts engine.Options) (*first, error) {
	dir, err := os.MkdirTemp(firsts.folder, opts.Stack+"-")
	if err != nil {
		return nil, err
	}
	opts.Dir, opts.Program, opts.Stderr, opts.Quick = dir, stack.Deploy, os.Stderr, true
	env, err := engine.New(context.Background(), opts)
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

// Reopen is the same folder for other runs, as after a restart of the machine; the options say which stack, and
// what is different: the program, the project. Overrides are forgotten, and a lock that was left is taken away.
func (l *Stack) Reopen(opts engine.Options) *Stack {
	l.T.Helper()
	l.Close()
	opts.Dir = l.Folder()
	if opts.Project == "" {
		opts.Project = Root(l.T)
	}
	if opts.Program == nil {
		opts.Program = stack.Deploy
	}
	env, err := engine.New(l.T.Context(), opts)
	require.NoError(l.T, err)
	l.T.Cleanup(env.Close)
	env.Cloud.JobResult = l.Cloud.JobResult
	again := &Stack{Environment: env, T: l.T}
	again.said.WriteString(l.said.String())
	return again
}

// Folder holds the stack: its state, its cloud, its files.
func (l *Stack) Folder() string { return filepath.Dir(l.WorkDir()) }

// Pooled are the two lines of a stack file with a pooler.
func Pooled() []engine.Override {
	return []engine.Override{{Path: "pooling.enabled", Value: "true"}, {Path: "pooling.tlsSecretName", Value: "pooler-tls"}}
}

// Root is the folder of Pulumi.yaml.
func Root(t *testing.T) string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	return root
}
