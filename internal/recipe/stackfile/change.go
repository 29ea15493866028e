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

// Stopped is the exit code of a change that changed nothing: the recipe has nothing to add to what was said.
const Stopped = run.Exit(3)

// Change is edits of a stack file together with the up that does what they say.
type Change struct {
	File  File
	Edits []Edit
	// What it does, for the person.
	What string
	// Unchanged is what to say where the file has all of it already.
	Unchanged string
	// Yes answers Pulumi's question beforehand.
	Yes bool
}

// Do edits the stack file and runs an up, when the answer to Pulumi's own question is yes. From its preview on Pulumi locks a
// state that is in a bucket, so nobody else changes the stack before the answer. The stack file stays changed from the first
// step of the up on; before that, every end takes the edits back.
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
		if err := os.WriteFile(name, before, 0o600); err != nil { // the mode of a file that is there stays
			return c.stopped(fmt.Errorf("%s is changed and cannot be taken back: %w", name, err))
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

// stopped says why nothing was changed, where nobody has.
func (c Change) stopped(err error) error {
	if _, told := run.Code(err); !told {
		c.File.Recipe.Say("%v", err)
	}
	return Stopped
}

// edit makes the edits, and tells whether there was anything to do.
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

// up is Pulumi's preview, question and update.
func (c Change) up(ctx context.Context) error {
	cmd := run.Command("pulumi", "up", "--stack", c.File.Stack, "--diff", "--event-log", c.events())
	if c.Yes {
		cmd.Args = append(cmd.Args, "--yes")
	}
	cmd.Env = append(os.Environ(), "PULUMI_DEBUG_COMMANDS=true") // --event-log asks for it
	err := c.File.Recipe.Do(ctx, cmd)
	if err != nil && ctx.Err() == nil && !begun(c.events()) {
		return errors.New("stopped here: the preview failed, see above, or the answer was not yes (--yes answers beforehand)")
	}
	return err
}

// begun tells whether an up went on after its preview, by its log. A log that breaks off is of a run that was killed, and counts.
func begun(log string) bool {
	file, err := os.Open(log)
	if err != nil {
		return false
	}
	defer file.Close()
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
