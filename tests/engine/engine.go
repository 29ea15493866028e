// Package engine runs a stack of this project on the real Pulumi engine, with nothing outside the
// repository: the CLI is built from its own module, the program runs in this process, the state is a folder, and
// the aws, kubernetes and random providers are those of the simulated cloud.
//
// An [Environment] is one stack in one folder. What a run leaves there, the engine's state and the
// cloud's, is what the next run in that folder finds.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Options says which stack runs, from which files, and where it is kept.
type Options struct {
	Dir       string         // folder of the stack's state; made if it is missing
	From      string         // folder of a stack that was made before, with its configuration: Dir, which is empty, begins as its copy; "": with nothing
	Project   string         // folder with Pulumi.yaml and Pulumi.<Stack>.yaml, which are only read
	Stack     string         // name of the stack, such as "prod"
	Program   pulumi.RunFunc // what the stack deploys, in this process
	Binary    string         // instead: the compiled program, in a process of its own
	Overrides []Override     // laid over the stack file, in this order
	Quick     bool           // whether the state is saved at the end of a run only, as nobody will kill it; see [Environment.SaveEveryStep]
	AccountID string         // account of the simulated credentials; "": the one that the stack allows
	Stdout    io.Writer      // Pulumi's output as it comes; nil: only in the results
	Stderr    io.Writer      // Pulumi's errors, and the progress of building the CLI; nil: nowhere
	Color     bool           // whether Pulumi's output has colours
}

// Override is one configuration value laid over a stack file, as `pulumi config set --path` does it.
type Override struct {
	Path  string // "database.multiAz", "network.subnetIds[0]", "aws:region"
	Value string // true, false and integers become what they look like, all else is a string
}

// Environment is a stack that is ready to run. It is for one goroutine, and holds its folder until Close.
type Environment struct {
	Cloud *simcloud.Cloud // the simulated cloud, also for setting faults and looking at what exists

	stack    auto.Stack
	project  string // its name
	cli      *command
	opts     Options
	server   *simcloud.Server
	language *Language
	unlock   func()
}

// New makes the environment of a stack: its folder, with a copy of the stack's files, the simulated
// cloud and the engine's state as earlier runs left them, both empty at first. The first New on a
// machine gets the CLI, see [CLI]. [ErrBusy] is the error while another process uses the folder.
func New(ctx context.Context, opts Options) (*Environment, error) {
	// The engine takes relative paths for paths of its own working directory.
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, err
	}
	opts.Dir = dir
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, err
	}
	cli, err := CLI(ctx, opts.Stderr)
	if err != nil {
		return nil, err
	}
	if opts.From != "" {
		if err := os.CopyFS(opts.Dir, os.DirFS(opts.From)); err != nil {
			return nil, err
		}
	}
	unlock, err := lock(ctx, filepath.Join(opts.Dir, lockFile), time.Second)
	if err != nil {
		return nil, fmt.Errorf("stack %q: %w", opts.Stack, err)
	}
	env := &Environment{cli: &command{PulumiCommand: cli}, opts: opts, unlock: unlock}
	if err := env.open(ctx); err != nil {
		env.Close()
		return nil, fmt.Errorf("stack %q: %w", opts.Stack, err)
	}
	return env, nil
}

func (e *Environment) open(ctx context.Context) error {
	if err := e.openCloud(); err != nil {
		return err
	}
	if err := e.openStack(ctx); err != nil {
		return err
	}
	return e.Set(ctx, e.opts.Overrides...)
}

// Close stops the simulated cloud and gives the folder free, where what the runs left stays. A second
// Close does nothing.
func (e *Environment) Close() {
	if e.server != nil {
		e.server.Close()
	}
	if e.language != nil {
		e.language.Close()
	}
	if e.unlock != nil {
		e.unlock()
	}
	e.server, e.language, e.unlock = nil, nil, nil
}

// WorkDir is the folder in which the CLI runs, with the copies of the stack's files.
func (e *Environment) WorkDir() string { return e.stack.Workspace().WorkDir() }

// Reset forgets everything that was kept in the folder of an environment: the simulated cloud, the
// engine's state and the copies of the stack's files. A folder that is not there is no error.
// [ErrBusy] is the error while another process uses the folder.
func Reset(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(dir, lockFile), time.Second)
	if err != nil {
		return err
	}
	defer unlock()
	for _, name := range []string{cloudFile, stateDir, workDir, homeDir} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// Set lays configuration values over the stack's files for the runs that follow, as `pulumi config set --path` does. The
// error of a path that is not one is Pulumi's.
func (e *Environment) Set(_ context.Context, overrides ...Override) error {
	if len(overrides) == 0 {
		return nil
	}
	return e.edit(func(file *StackFile) error { return file.Set(overrides...) })
}

// Unset takes a value out of the stack file, at a path such as database.instanceClass.
func (e *Environment) Unset(_ context.Context, path string) error {
	return e.edit(func(file *StackFile) error { return file.Unset(path) })
}

// edit changes the copy of the stack's file.
func (e *Environment) edit(change func(*StackFile) error) error {
	file, err := OpenStackFile(e.WorkDir(), e.opts.Stack)
	if err != nil {
		return err
	}
	if err := change(file); err != nil {
		return fmt.Errorf("configuration overrides: %w", err)
	}
	return file.Save()
}

// SaveEveryStep lets the runs that follow save the state after every step, as the CLI does it unless the stack is [Options.Quick].
func (e *Environment) SaveEveryStep() {
	e.stack.Workspace().SetEnvVar("PULUMI_SKIP_CHECKPOINTS", "false")
}

// Environ is the environment in which the CLI works on the stack, as in a shell of its user.
func (e *Environment) Environ() []string {
	env := []string{"PULUMI_STACK=" + e.opts.Stack}
	for k, v := range e.stack.Workspace().GetEnvVars() {
		env = append(env, k+"="+v)
	}
	return env
}

// run is a command of the CLI on the stack, without the program; the result is its standard output.
func (e *Environment) run(ctx context.Context, args ...string) (string, error) {
	stdout, stderr, _, err := e.cli.PulumiCommand.Run(ctx, e.WorkDir(), nil, nil, nil, e.Environ(), args...)
	if err != nil {
		return "", fmt.Errorf("pulumi %s: %s", strings.Join(args[:2], " "), strings.TrimSpace(stderr))
	}
	return stdout, nil
}
