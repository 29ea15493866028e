// Package stackfile edits the stack file of a stack with pulumi config, as a user would.
package stackfile

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// File is the stack file of a stack in the working directory.
type File struct {
	Recipe *run.Recipe
	Stack  string
}

// Name is the name of the file, with the folder that the project has for it.
func (f File) Name() string {
	path, _ := config.StackFilePath(".", f.Stack) // of a project's file that cannot be read, pulumi says so
	return path
}

// config is a call of pulumi config for a key.
func (f File) config(verb, key string, more ...string) *exec.Cmd {
	args := []string{"config", verb, "--stack", f.Stack, "--non-interactive", "--path", "mosaic-database:" + key}
	return run.Command("pulumi", append(args, more...)...)
}

// get reads a value; "" if it is not set.
func (f File) get(ctx context.Context, key string) (string, error) {
	value, stderr, err := f.Recipe.Capture(ctx, f.config("get", key))
	switch {
	case ctx.Err() != nil:
		return "", err
	case err == nil:
		return value, nil
	case strings.Contains(stderr, "not found"):
		return "", nil
	}
	return "", fmt.Errorf("cannot read mosaic-database:%s of %s: %s", key, f.Stack, stderr)
}

// Keeps fails if pulumi config set --path would not keep what is beside one of some keys: in an object that is a text of JSON, which Pulumi
// reads like any other, it finds no fields, and puts the new one in place of all.
func (f File) Keeps(keys ...string) error {
	file, err := config.ReadStackFile(".", f.Stack)
	if err != nil {
		return err
	}
	for _, key := range keys {
		object, _, below := strings.Cut(key, ".")
		if below && file.IsText(object) {
			return fmt.Errorf("mosaic-database:%s in %s is one string, which setting %s would overwrite; write its fields as YAML, one per line", object, f.Name(), key)
		}
	}
	return nil
}

// Apply makes an edit. It returns false if there was nothing to remove.
func (f File) Apply(ctx context.Context, edit Edit) (bool, error) {
	if err := f.Keeps(edit.Key); err != nil {
		return false, err
	}
	switch edit.Verb {
	case Set:
		return true, f.Recipe.Do(ctx, f.config("set", edit.Key, edit.Value))
	case Remove:
		present, err := f.get(ctx, edit.Key)
		if err != nil || present == "" || present == "{}" { // the default value of an object
			return false, err
		}
		return true, f.Recipe.Do(ctx, f.config("rm", edit.Key))
	case Raise:
		return true, f.raise(ctx, edit.Key)
	}
	return false, fmt.Errorf("the edit of %s has no verb", edit.Key)
}

// raise adds one to a number. A number that is not set is 1.
func (f File) raise(ctx context.Context, key string) error {
	before, err := f.get(ctx, key)
	if err != nil {
		return err
	}
	if before == "" {
		before = "1"
	}
	number, err := strconv.Atoi(before)
	if err != nil {
		return fmt.Errorf("mosaic-database:%s in %s is not a whole number: %s", key, f.Name(), before)
	}
	after := strconv.Itoa(number + 1)
	if err := f.Recipe.Do(ctx, f.config("set", key, after)); err != nil {
		return err
	}
	f.Recipe.Say("mosaic-database:%s is %s in %s, after %s", key, after, f.Name(), before)
	return nil
}
