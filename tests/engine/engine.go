// Package engine runs a stack of this project on the real Pulumi engine without external services: the program runs in this process, the
// state is in a folder, and the providers aws, kubernetes and random are those of the simulated cloud.
//
// An [Environment] is a stack in a folder. The next run in the folder finds the state and the cloud as the last run left them.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Options say which stack runs, from which files, and in which folder.
type Options struct {
	Dir       string         // folder of the environment; it is created if it does not exist
	From      string         // folder of an environment that is copied to Dir first, which has to be empty; "": start with nothing
	Project   string         // folder with Pulumi.yaml and Pulumi.<Stack>.yaml, which are not changed
	Stack     string         // name of the stack, such as "prod"
	Program   pulumi.RunFunc // the program, which runs in this process
	Binary    string         // instead of Program: a compiled program, which runs in a process of its own
	Overrides []Override     // set in the stack file, in this order
	Quick     bool           // whether to save the state only at the end of a run, because the run will not be killed; see [Environment.SaveEveryStep]
	AccountID string         // account of the simulated credentials; "": the account that the stack allows
	Stdout    io.Writer      // gets Pulumi's output while it runs; nil: only the results have it
	Stderr    io.Writer      // gets Pulumi's errors, and the progress of building the CLI; nil: they are dropped
	Color     bool           // whether Pulumi's output has colours
}

// Override is a configuration value that is set in the stack file, as with `pulumi config set --path`.
type Override struct {
	Path  string // "database.multiAz", "network.subnetIds[0]", "aws:region"
	Value string // true, false and integers are converted, unless Text; everything else is a string
	Text  bool   // a string, whatever it looks like, as with --type string
}

// Environment is a stack that is ready to run. It is not safe for concurrent use, and locks its folder until Close.
type Environment struct {
	Cloud *simcloud.Cloud // the simulated cloud, for setting faults and reading what exists

	stack    auto.Stack
	project  string // its name
	cli      *command
	opts     Options
	server   *simcloud.Providers
	language *Language
	unlock   func()
}

// New opens the environment of a stack: its folder with a copy of the stack's files, the simulated cloud and the engine's state, which
// are empty at first. The first New on a machine installs the CLI, see [CLI]. The error is [ErrBusy] if another process uses the folder.
func New(ctx context.Context, opts Options) (*Environment, error) {
	// The engine resolves relative paths against its own working directory.
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

// Close stops the simulated cloud and unlocks the folder, without deleting anything. A second Close does nothing.
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

// WorkDir is the working directory of the CLI, with the copies of the stack's files.
func (e *Environment) WorkDir() string { return e.stack.Workspace().WorkDir() }

// Reset deletes everything in the folder of an environment: the simulated cloud, the engine's state and the copies of the stack's files.
// It is no error if the folder does not exist. The error is [ErrBusy] if another process uses the folder.
func Reset(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	unlock, err := lock(ctx, filepath.Join(dir, lockFile), time.Second)
	if err != nil {
		return err
	}
	defer unlock()
	for _, name := range contents() {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// Used tells whether the folder of an environment has something that [Reset] would delete.
func Used(dir string) bool {
	return slices.ContainsFunc(contents(), func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// contents is what the folder of an environment has, beside its lock.
func contents() []string { return []string{cloudFile, stateDir, workDir, homeDir} }

// Set sets configuration values for the runs that follow, as `pulumi config set --path` does. For an invalid path, it returns Pulumi's
// error.
func (e *Environment) Set(_ context.Context, overrides ...Override) error {
	if len(overrides) == 0 {
		return nil
	}
	return e.edit(func(file *SettingsFile) error { return file.Set(overrides...) })
}

// Unset removes a value from the stack file, at a path such as database.instanceClass.
func (e *Environment) Unset(_ context.Context, path string) error {
	return e.edit(func(file *SettingsFile) error { return file.Unset(path) })
}

// edit changes the copy of the stack's file.
func (e *Environment) edit(change func(*SettingsFile) error) error {
	file, err := OpenSettingsFile(e.WorkDir(), e.opts.Stack)
	if err != nil {
		return err
	}
	if err := change(file); err != nil {
		return fmt.Errorf("configuration overrides: %w", err)
	}
	return file.Save()
}

// SaveEveryStep makes the runs that follow save the state after every step, as the CLI does by default; it turns [Options.Quick] off.
func (e *Environment) SaveEveryStep() {
	e.stack.Workspace().SetEnvVar("PULUMI_SKIP_CHECKPOINTS", "false")
}

// Environ are the environment variables with which the CLI runs on the stack, for use in a shell.
func (e *Environment) Environ() []string {
	env := []string{"PULUMI_STACK=" + e.opts.Stack}
	for k, v := range e.stack.Workspace().GetEnvVars() {
		env = append(env, k+"="+v)
	}
	return env
}

// run runs a command of the CLI that does not need the program, and returns its standard output.
func (e *Environment) run(ctx context.Context, args ...string) (string, error) {
	stdout, stderr, _, err := e.cli.PulumiCommand.Run(ctx, e.WorkDir(), nil, nil, nil, e.Environ(), args...)
	if err != nil {
		return "", fmt.Errorf("pulumi %s: %s", strings.Join(args[:2], " "), strings.TrimSpace(stderr))
	}
	return stdout, nil
}
