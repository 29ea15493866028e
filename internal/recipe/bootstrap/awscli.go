package bootstrap

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// awsCLI calls the AWS CLI and remembers the first error, after which it calls and prints nothing. So the steps of the recipe read as
// a list, and the error is checked once, at the end.
type awsCLI struct {
	ctx    context.Context
	recipe *run.Recipe
	region string
	err    error
}

func (c *awsCLI) command(args []string) *exec.Cmd {
	cmd := run.Command("aws", append([]string{"--region", c.region}, args...)...)
	cmd.Stdout = cmd.Stderr // the log goes to standard error
	return cmd
}

// aws makes a call whose output is not needed.
func (c *awsCLI) aws(args ...string) {
	if c.err == nil {
		c.err = c.recipe.Do(c.ctx, c.command(args))
	}
}

// output makes a call and returns what it prints.
func (c *awsCLI) output(args ...string) (text string) {
	if c.err == nil {
		text, c.err = c.recipe.Output(c.ctx, c.command(args))
	}
	return text
}

// absence matches the errors of AWS for something that does not exist.
var absence = regexp.MustCompile(`NotFound|NoSuchEntity|NoSuchBucket|\(404\)|ResourceNotFoundException`)

// missing makes a call that describes something. It returns true if that does not exist, and otherwise what the call prints. Every
// other error is remembered.
func (c *awsCLI) missing(args ...string) (missing bool, description string) {
	if c.err != nil {
		return false, ""
	}
	description, stderr, err := c.recipe.Capture(c.ctx, c.command(args))
	switch {
	case err == nil:
		return false, description
	case c.ctx.Err() != nil:
		c.err = err
	case absence.MatchString(stderr):
		return true, ""
	default:
		c.err = errors.New(stderr)
	}
	return false, ""
}

// say prints a message, unless a call failed.
func (c *awsCLI) say(format string, args ...any) {
	if c.err == nil {
		c.recipe.Say(format, args...)
	}
}

// read decodes JSON.
func (c *awsCLI) read(text string, into any) {
	if c.err == nil {
		c.err = json.Unmarshal([]byte(text), into)
	}
}

// file writes a document to a temporary file, and returns its file:// URL for the CLI.
func (c *awsCLI) file(name string, text []byte) string {
	path := filepath.Join(c.recipe.Scratch, name)
	if c.err == nil {
		c.err = os.WriteFile(path, text, 0o600)
	}
	return "file://" + path
}
