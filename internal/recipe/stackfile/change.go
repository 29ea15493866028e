package stackfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Change is a set of edits of a stack file, and the pulumi up that applies them.
type Change struct {
	File      File
	Edits     []Edit
	What      string // what the change does, for the user
	Unchanged string // what to say if the stack file has these values already
	Yes       bool   // whether to run pulumi up without its question
}

// Do edits the stack file and runs pulumi up, which shows a preview and asks. Pulumi locks a state in a bucket from the preview on,
// so nobody else changes the stack before the answer. If the run ends before the first step of the update, the edits are undone;
// after that, the stack file stays changed.
func (c Change) Do(ctx context.Context) error {
	recipe, name := c.File.Recipe, c.File.Name()
	before, err := os.ReadFile(name)
	if err != nil {
		return c.stopped(fmt.Errorf("%s is not here; run this in the folder of the project", name))
	}
	edited, err := c.edit(ctx)
	if err == nil && !edited {
		return c.stopped(errors.New(c.Unchanged))
	}
	if err == nil {
		recipe.Say("%s", c.What)
		err = c.up(ctx)
	}
	switch {
	case err != nil && !begun(c.events()):
		if err := os.WriteFile(name, before, 0o600); err != nil { // an existing file keeps its mode
			return c.stopped(fmt.Errorf("%s was changed, and the edits could not be undone: %w", name, err))
		}
		err = c.stopped(err)
		recipe.Say("%s is as it was; nothing was changed", name)
	case ctx.Err() != nil:
		recipe.Say("the up had begun, so %s stays changed: commit it", name)
	default:
		recipe.Say("%s is changed: commit it", name)
	}
	return err
}

// stopped prints why nothing was changed, unless that was printed already, and returns [run.Unchanged].
func (c Change) stopped(err error) error {
	if _, reported := run.Code(err); !reported {
		c.File.Recipe.Say("%v", err)
	}
	return run.Unchanged
}

// edit makes the edits. It returns false if none of them had anything to do.
func (c Change) edit(ctx context.Context) (edited bool, err error) {
	for _, edit := range c.Edits {
		done, err := c.File.Apply(ctx, edit)
		if err != nil {
			return true, err
		}
		edited = edited || done
	}
	return edited, nil
}

func (c Change) events() string { return filepath.Join(c.File.Recipe.Scratch, "events") }

// up runs pulumi up: preview, question and update.
func (c Change) up(ctx context.Context) error {
	cmd := run.Command("pulumi", "up", "--stack", c.File.Stack, "--diff", "--event-log", c.events())
	if c.Yes {
		cmd.Args = append(cmd.Args, "--yes")
	}
	cmd.Env = append(os.Environ(), "PULUMI_DEBUG_COMMANDS=true") // --event-log requires it
	err := c.File.Recipe.Do(ctx, cmd)
	if err != nil && ctx.Err() == nil && !begun(c.events()) {
		return errors.New("stopped here: the preview failed, see above, or the answer was not yes (--yes answers beforehand)")
	}
	return err
}

// begun tells from the event log whether an update began after the preview. A truncated log is that of a run that was killed, so
// the answer is yes.
func begun(log string) bool {
	file, err := os.Open(log)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }() // it was only read
	events := report.NewEvents(file)
	for {
		event, err := events.Next()
		if err != nil {
			return !errors.Is(err, io.EOF)
		}
		if step := event.Step; step != nil && !step.Planning {
			return true
		}
	}
}
