// Package run lets a recipe print messages, ask questions and run commands.
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Recipe is one run of a recipe. Its messages go to standard error; standard output is for its result.
type Recipe struct {
	Name    string
	Scratch string // a temporary folder, which Close removes
}

// New starts a recipe. If it fails, the recipe can still print messages.
func New(name string) (*Recipe, error) {
	scratch, err := os.MkdirTemp("", "tmp.")
	return &Recipe{Name: name, Scratch: scratch}, err
}

// Close removes the temporary folder.
func (r *Recipe) Close() { _ = os.RemoveAll(r.Scratch) }

// Say prints a message after the name of the recipe.
func (r *Recipe) Say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, r.Name+": "+format+"\n", args...)
}

// Need fails if a command is not on the PATH. The hint says how to get it.
func (r *Recipe) Need(command, hint string) error {
	if _, err := exec.LookPath(command); err != nil {
		return fmt.Errorf("needs %s, which is not on the PATH; %s", command, hint)
	}
	return nil
}

// Do runs a command. An interrupt does not stop the command, because the terminal sends the signal to it, too, and the command knows
// best how to end. After an interrupt, no further command is started.
func (r *Recipe) Do(ctx context.Context, cmd *exec.Cmd) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Command is a command with the standard input, output and error of this process.
func Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd
}

// Exit is an error that sets the exit code of a recipe, after the recipe has printed why.
type Exit int

// Unchanged is the exit code of a recipe that stopped before its change: at a question, or at a preview.
const Unchanged Exit = 3

func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Misuse is a mistake in the call itself, with the exit code 2: nothing was done, and repeating the call does not help.
type Misuse struct{ error }

// Unwrap is the error that says what is wrong.
func (m Misuse) Unwrap() error { return m.error }

// Misused is a Misuse that says what is wrong with the call.
func Misused(format string, args ...any) error { return Misuse{fmt.Errorf(format, args...)} }

// Code is the exit code for an error, and whether the error was reported already: a command that failed has printed its own message.
func Code(err error) (code int, reported bool) {
	var exit Exit
	var misuse Misuse
	var command *exec.ExitError
	switch {
	case err == nil:
		return 0, true
	case errors.As(err, &exit):
		return int(exit), true
	case errors.As(err, &misuse):
		return 2, false
	case errors.Is(err, ErrNotYes):
		return int(Unchanged), false
	case errors.As(err, &command):
		return max(command.ExitCode(), 1), true // -1: ended by a signal
	}
	return 1, false
}
