// Package live runs a committed stack on the real engine with the simulated cloud, and records the output of its runs.
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

// Stack is a stack on the real engine. A method whose name begins with Must ends the test if it fails.
type Stack struct {
	*engine.Environment
	T *testing.T

	said  strings.Builder // the output of all runs
	begun int             // entries of the cloud's log before the test
	move  func(*Stack)    // to another opening of the stack; nil: it is joined to nothing
}

// Start opens a stack of a committed file in an empty simulated cloud. Nothing is deployed yet.
func Start(t *testing.T, name string, overrides ...engine.Override) *Stack {
	t.Helper()
	return StartWith(t, engine.Options{Stack: name, Overrides: overrides})
}

// StartWith is Start with options. It sets the folders and the program itself.
func StartWith(t *testing.T, opts engine.Options) *Stack {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	opts.Dir, opts.Project, opts.Program, opts.Stderr, opts.Quick = t.TempDir(), Root(t), stack.Deploy, os.Stderr, true
	env, err := engine.New(t.Context(), opts)
	require.NoError(t, err)
	t.Cleanup(env.Close)
	l := &Stack{Environment: env, T: t}
	if firsts.join != nil {
		l.move = firsts.join(l, opts.Stack)
	}
	return l
}

// Started is a stack that is deployed already. It is a copy of a deployment that is made once for all tests of a package that ask for
// the same. The package's TestMain calls Main.
func Started(t *testing.T, name string, overrides ...engine.Override) *Stack {
	t.Helper()
	if firsts.join != nil { // a copy would have the objects of another cluster
		l := Start(t, name, overrides...)
		l.MustUp()
		l.begun = len(l.Cloud.Log())
		return l
	}
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

// first is the deployment that is copied: its folder, and the output of its up.
type first struct{ dir, said string }

// firsts has the deployments that were made, by stack and overrides, and the folder that contains them.
var firsts struct {
	made   sync.Map
	folder string
	join   Join // nil: the stacks of the tests are on simulated clusters
}

// Shared is a folder for what the tests of a package share. It is removed when they have ended.
func Shared() string { return firsts.folder }

// Join joins a stack to something, such as a real cluster, when it is opened. When it is opened again, move takes that over.
type Join func(l *Stack, name string) (move func(again *Stack))

// MainOn is Main for tests whose stacks are joined.
func MainOn(m *testing.M, join Join, stops ...func() error) int {
	firsts.join = join
	return Main(m, stops...)
}

// Main runs the tests of a package, then stops what they share, and returns the exit code. The folder of [Shared] is removed last.
func Main(m *testing.M, stops ...func() error) int {
	var err error
	if firsts.folder, err = os.MkdirTemp("", "stacks-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(firsts.folder) }()
	code := m.Run()
	for _, stop := range stops {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	return code
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

// Reopen opens the folder of the stack again, as after a restart of the machine. The options say which stack, and what is different,
// such as the program. It forgets overrides, and removes a lock that an interrupted run left.
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
	if again.move = l.move; again.move != nil {
		again.move(again)
	}
	return again
}

// Folder is the folder of the stack: its state, its cloud and its files.
func (l *Stack) Folder() string { return filepath.Dir(l.WorkDir()) }

// Pooled are the settings that turn the pooler on.
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
