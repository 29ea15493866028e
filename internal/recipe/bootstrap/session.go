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

// session calls the AWS CLI, one call after the other, up to the first that fails: with an error, nothing is called or said any
// more. So the steps read like the list of what happens, and the error is looked at once, at the end.
type session struct {
	ctx    context.Context
	recipe *run.Recipe
	region string
	err    error
}

func (s *session) command(args []string) *exec.Cmd {
	cmd := run.Command("aws", append([]string{"--region", s.region}, args...)...)
	cmd.Stdout = cmd.Stderr // for the log
	return cmd
}

// aws is a call for its effect.
func (s *session) aws(args ...string) {
	if s.err == nil {
		s.err = s.recipe.Do(s.ctx, s.command(args))
	}
}

// output is what a call prints.
func (s *session) output(args ...string) (text string) {
	if s.err == nil {
		text, s.err = s.recipe.Output(s.ctx, s.command(args))
	}
	return text
}

// absence is how AWS says that something is not there.
var absence = regexp.MustCompile(`NotFound|NoSuchEntity|NoSuchBucket|\(404\)|ResourceNotFoundException`)

// missing tells whether what a call looks for is not there; otherwise it is described. Any other error than that ends the session.
func (s *session) missing(args ...string) (missing bool, description string) {
	if s.err != nil {
		return false, ""
	}
	description, said, err := s.recipe.Said(s.ctx, s.command(args))
	switch {
	case err == nil:
		return false, description
	case s.ctx.Err() != nil:
		s.err = err
	case absence.MatchString(said):
		return true, ""
	default:
		s.err = errors.New(said)
	}
	return false, ""
}

// say tells the person what the calls before have done.
func (s *session) say(format string, args ...any) {
	if s.err == nil {
		s.recipe.Say(format, args...)
	}
}

// read takes JSON apart.
func (s *session) read(text string, into any) {
	if s.err == nil {
		s.err = json.Unmarshal([]byte(text), into)
	}
}

// file writes a document for the CLI, and is its address there.
func (s *session) file(name string, text []byte) string {
	path := filepath.Join(s.recipe.Scratch, name)
	if s.err == nil {
		s.err = os.WriteFile(path, text, 0o600)
	}
	return "file://" + path
}
