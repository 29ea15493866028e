// Package awscli calls the AWS CLI for a recipe.
package awscli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// CLI calls the AWS CLI and remembers the first error, after which it calls and prints nothing. So the steps of the recipe read as
// a list, and the error is checked once, at the end.
type CLI struct {
	ctx    context.Context
	recipe *run.Recipe
	region string
	Err    error
}

// New returns a CLI for a region. It fails if the AWS CLI is not installed.
func New(ctx context.Context, recipe *run.Recipe, region string) (*CLI, error) {
	err := recipe.Need("aws", "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html")
	return &CLI{ctx: ctx, recipe: recipe, region: region}, err
}

// Open returns a CLI for the account and the region of a stack, which its stack file says, and fails if the AWS login is of another account.
func Open(ctx context.Context, recipe *run.Recipe, stack string) (*CLI, pipeline.Target, error) {
	target, err := pipeline.ReadTarget(".", stack)
	if err != nil {
		return nil, target, err
	}
	c, err := New(ctx, recipe, target.Region)
	if err != nil {
		return nil, target, err
	}
	c.SignedIn(stack, target.Account)
	return c, target, c.Err
}

// SignedIn checks that the AWS login belongs to the account of a stack.
func (c *CLI) SignedIn(stack, account string) {
	if c.Err != nil {
		return
	}
	caller, stderr, err := c.recipe.Capture(c.ctx, c.command([]string{"sts", "get-caller-identity", "--query", "Account", "--output", "text"}))
	switch {
	case c.ctx.Err() != nil:
		c.Err = err
	case err != nil:
		c.Err = fmt.Errorf("no login to AWS: %s\n  log in to the account %s, as in: aws sso login", stderr, account)
	case caller != account:
		c.Err = fmt.Errorf("the AWS login is of account %s, and the stack %s belongs to %s; choose a profile of that account with AWS_PROFILE", caller, stack, account)
	}
}

func (c *CLI) command(args []string) *exec.Cmd {
	cmd := run.Command("aws", append([]string{"--region", c.region}, args...)...)
	cmd.Stdout = cmd.Stderr // the log goes to standard error
	return cmd
}

// Run makes a call whose output is not needed.
func (c *CLI) Run(args ...string) {
	if c.Err == nil {
		c.Err = c.recipe.Do(c.ctx, c.command(args))
	}
}

// Output makes a call and returns what it prints.
func (c *CLI) Output(args ...string) (text string) {
	if c.Err == nil {
		text, c.Err = c.recipe.Output(c.ctx, c.command(args))
	}
	return text
}

// absence matches the errors of AWS for something that does not exist.
var absence = regexp.MustCompile(`NotFound|does not exist|NoSuchEntity|NoSuchBucket|\(404\)|ResourceNotFoundException`)

// Missing makes a call that describes something. It returns true if that does not exist, and otherwise what the call prints. Every
// other error is remembered.
func (c *CLI) Missing(args ...string) (missing bool, description string) {
	if c.Err != nil {
		return false, ""
	}
	description, stderr, err := c.recipe.Capture(c.ctx, c.command(args))
	switch {
	case err == nil:
		return false, description
	case c.ctx.Err() != nil:
		c.Err = err
	case absence.MatchString(stderr):
		return true, ""
	default:
		c.Err = errors.New(stderr)
	}
	return false, ""
}

// Find makes a call that describes something, and returns what it prints; "" if that does not exist.
func (c *CLI) Find(args ...string) (string, error) {
	_, description := c.Missing(args...)
	return description, c.Err
}

// Say prints a message, unless a call failed.
func (c *CLI) Say(format string, args ...any) {
	if c.Err == nil {
		c.recipe.Say(format, args...)
	}
}

// Read decodes JSON.
func (c *CLI) Read(text string, into any) {
	if c.Err == nil {
		c.Err = json.Unmarshal([]byte(text), into)
	}
}

// File writes a document to a temporary file, and returns its file:// URL for the CLI.
func (c *CLI) File(name string, text []byte) string {
	path := filepath.Join(c.recipe.Scratch, name)
	if c.Err == nil {
		c.Err = os.WriteFile(path, text, 0o600)
	}
	return "file://" + path
}
