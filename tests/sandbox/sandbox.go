package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// sandbox runs the stacks of one project folder.
type sandbox struct {
	project        string // folder with the project file and the stack files
	version        string // the version of the CLI
	program        pulumi.RunFunc
	stdout, stderr io.Writer
	color          bool
	called         bool      // whether the command line had a subcommand with its arguments
	person         io.Reader // who presses Enter at a terminal; nil: nobody is there
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
		_, err := env.Destroy(c.ctx)
		return err
	})
}

func (s *sandbox) reset(c invocation) error {
	g, err := s.ground(c.stack)
	if err != nil {
		return err
	}
	defer g.close()
	if g.keeper != nil {
		return fmt.Errorf("stack %q: its cluster runs; Ctrl-C where it was started ends it, and forgets all that the stack has", c.stack)
	}
	err = errors.Join(engine.Reset(c.ctx, filepath.Join(s.project, g.folder)), forget(s.clusterOf(c.stack)))
	if err != nil {
		return fmt.Errorf("stack %q: %w", c.stack, err)
	}
	s.say("%s has forgotten %s: its simulated cloud and its state", g.folder, c.stack)
	return nil
}
