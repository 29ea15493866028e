package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// operate runs a subcommand in the environment of its stack, and prints before and after it what is real and what is simulated.
func (s *sandbox) operate(c invocation, verb func(*engine.Environment) error) error {
	g, err := s.ground(c.stack)
	if err != nil {
		return err
	}
	defer g.close()
	s.say("%s %s: real Pulumi engine %s, %s, the state is in %s", c.verb, c.stack, s.version, g.parts(), g.folder)
	start := time.Now()
	err = s.within(c, g, verb)
	outcome := "succeeded"
	var failure *engine.Failure
	switch {
	case err == nil:
		s.remind(c, g)
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
	s.say("%s %s %s after %s, %s", c.verb, c.stack, outcome, time.Since(start).Round(100*time.Millisecond), g.place())
	return err
}

// within opens the environment of the stack for a function.
func (s *sandbox) within(c invocation, g ground, verb func(*engine.Environment) error) error {
	// The simulation leaves out encrypted values, so the program does not see them.
	file, err := config.ReadStackFile(s.project, c.stack)
	if err != nil {
		return err
	}
	if err := file.Exposed().Err(); err != nil {
		return err
	}
	env, err := engine.New(c.ctx, engine.Options{
		Dir:       filepath.Join(s.project, g.folder),
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
	if err := s.furnish(c, g, env.Cloud); err != nil {
		return err
	}
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

// remind says what a destroyed stack has left.
func (s *sandbox) remind(c invocation, g ground) {
	if c.verb != "destroy" {
		return
	}
	forgets := fmt.Sprintf("%s reset %s", goRun, c.stack)
	if g.keeper != nil {
		forgets = "Ctrl-C where the cluster was started"
	}
	s.say("what AWS keeps after a deletion is still in the simulated cloud: final snapshots, and secrets in their recovery window. "+
		"To forget them too: %s", forgets)
}

func (s *sandbox) say(format string, args ...any) {
	fmt.Fprintf(s.stderr, "sandbox: "+format+"\n", args...)
}
