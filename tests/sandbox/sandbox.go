package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// sandbox runs the stacks of one project folder.
type sandbox struct {
	project        string // folder with the project file and the stack files
	version        string // the version of the CLI
	program        pulumi.RunFunc
	stdout, stderr io.Writer
	color          bool
}

// invocation is one run of the sandbox: its stack and its flags.
type invocation struct {
	ctx       context.Context
	verb      string
	stack     string
	overrides []engine.Override
	diff      bool
}

// stacks lists the stacks that have a file in the project.
func (s *sandbox) stacks() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(s.project, "Pulumi.*.yaml"))
	if err != nil {
		return nil, err
	}
	stacks := make([]string, 0, len(files))
	for _, file := range files {
		name := strings.TrimPrefix(filepath.Base(file), "Pulumi.")
		stacks = append(stacks, strings.TrimSuffix(name, ".yaml"))
	}
	if len(stacks) == 0 {
		return nil, fmt.Errorf("%s has no stack file, Pulumi.<stack>.yaml", s.project)
	}
	return stacks, nil
}

// folder is the folder of a stack, relative to the project.
func folder(stack string) string { return filepath.Join(".sandbox", stack) }

func (s *sandbox) preview(c invocation, log string) error {
	return s.operate(c, func(env *engine.Environment) error {
		var opts []optpreview.Option
		if c.diff {
			opts = append(opts, optpreview.Diff())
		}
		result, err := env.Preview(c.ctx, opts...)
		if result == nil || log == "" {
			return err
		}
		return errors.Join(err, result.WriteLog(log))
	})
}

func (s *sandbox) up(c invocation) error {
	return s.operate(c, func(env *engine.Environment) error {
		// As `pulumi up` does it, so that a refusal comes before anything is registered.
		var previewed []optpreview.Option
		var opts []optup.Option
		if c.diff {
			previewed, opts = append(previewed, optpreview.Diff()), append(opts, optup.Diff())
		}
		if _, err := env.Preview(c.ctx, previewed...); err != nil {
			return err
		}
		_, err := env.Up(c.ctx, opts...)
		return err
	})
}

func (s *sandbox) outputs(c invocation) error {
	return s.operate(c, func(env *engine.Environment) error {
		text, err := env.Outputs(c.ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.stdout, strings.TrimSpace(text))
		return err
	})
}

func (s *sandbox) refresh(c invocation) error {
	return s.operate(c, func(env *engine.Environment) error {
		_, err := env.Refresh(c.ctx)
		return err
	})
}

func (s *sandbox) destroy(c invocation) error {
	return s.operate(c, func(env *engine.Environment) error {
		// As `pulumi destroy` does it, so that a refusal comes before anything is deleted.
		if _, err := env.PreviewDestroy(c.ctx); err != nil {
			return err
		}
		if _, err := env.Destroy(c.ctx); err != nil {
			return err
		}
		s.say("what AWS keeps after a deletion is still in the simulated cloud: final snapshots, and secrets in "+
			"their recovery window. To forget them too: %s reset %s", goRun, c.stack)
		return nil
	})
}

func (s *sandbox) reset(c invocation) error {
	if err := engine.Reset(c.ctx, filepath.Join(s.project, folder(c.stack))); err != nil {
		return fmt.Errorf("stack %q: %w", c.stack, err)
	}
	s.say("%s has forgotten %s: its simulated cloud and its state", folder(c.stack), c.stack)
	return nil
}

// operate runs a subcommand in the environment of its stack, and prints before and after it what is real and what is simulated.
func (s *sandbox) operate(c invocation, verb func(*engine.Environment) error) error {
	s.say("%s %s: real Pulumi engine %s, simulated AWS and Kubernetes; no account and no cluster is reached, "+
		"the state is in %s", c.verb, c.stack, s.version, folder(c.stack))
	start := time.Now()
	err := s.within(c, verb)
	outcome := "succeeded"
	var failure *engine.Failure
	switch {
	case err == nil:
	case c.ctx.Err() != nil:
		outcome = "was interrupted"
	case errors.As(err, &failure):
		outcome = "failed"
		s.advise(c, failure)
	default:
		outcome = "failed"
		s.say("%v", err)
	}
	if err != nil {
		err = errReported
	}
	s.say("%s %s %s after %s, in a simulated cloud", c.verb, c.stack, outcome,
		time.Since(start).Round(100*time.Millisecond))
	return err
}

// within opens the environment of the stack for a function.
func (s *sandbox) within(c invocation, verb func(*engine.Environment) error) error {
	// The simulation leaves out encrypted values, so the program does not see them.
	file, err := config.ReadStackFile(s.project, c.stack)
	if err != nil {
		return err
	}
	if err := file.Exposed().Err(); err != nil {
		return err
	}
	env, err := engine.New(c.ctx, engine.Options{
		Dir:       filepath.Join(s.project, folder(c.stack)),
		Project:   s.project,
		Stack:     c.stack,
		Program:   s.program,
		Overrides: c.overrides,
		Stdout:    s.stdout,
		Stderr:    s.stderr,
		Color:     s.color,
	})
	if err != nil {
		return err
	}
	defer env.Close()
	return verb(env)
}

// advise says what to do about a failure, where Pulumi's own advice does not fit the sandbox.
func (s *sandbox) advise(c invocation, failure *engine.Failure) {
	if c.verb != "destroy" || !strings.Contains(failure.Error(), "protected") {
		return
	}
	s.say("the stack protects its database. Two deliberate steps destroy it:\n"+
		"  %[1]s up %[2]s -c database.deletionProtection=false\n"+
		"  %[1]s destroy %[2]s", goRun, c.stack)
}

func (s *sandbox) say(format string, args ...any) {
	fmt.Fprintf(s.stderr, "sandbox: "+format+"\n", args...)
}
