// Package run is how the programs of a recipe speak, ask, and call other commands.
package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Recipe is one run of a recipe. What it says goes to standard error: standard output is for what a recipe is asked for.
type Recipe struct {
	Name string
	// Scratch is a folder of its own, which Close removes.
	Scratch string
}

// New begins a recipe. With an error, it can speak and nothing else.
func New(name string) (*Recipe, error) {
	scratch, err := os.MkdirTemp("", "tmp.")
	return &Recipe{Name: name, Scratch: scratch}, err
}

// Close removes what the recipe kept for itself.
func (r *Recipe) Close() error { return os.RemoveAll(r.Scratch) }

// Say tells the person something.
func (r *Recipe) Say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, r.Name+": "+format+"\n", args...)
}

// Need makes sure that a command is there.
func (r *Recipe) Need(command, hint string) error {
	if _, err := exec.LookPath(command); err != nil {
		return fmt.Errorf("needs %s, which is not on the PATH; %s", command, hint)
	}
	return nil
}

// Do runs a command that [Command] made. It is not stopped by an interrupt: the terminal sends that to the command too, which
// knows best how to end. Whatever comes after the interrupt is not started any more.
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

// Command is a command that reads and writes what this process does, until its fields say otherwise.
func Command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd
}

// Exit ends a recipe with a code, after it has said why.
type Exit int

func (e Exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Code is how a process ends with an error, and whether somebody has told the person already: a command that failed has
// written its own message.
func Code(err error) (code int, told bool) {
	var exit Exit
	var command *exec.ExitError
	switch {
	case err == nil:
		return 0, true
	case errors.As(err, &exit):
		return int(exit), true
	case errors.As(err, &command):
		return max(command.ExitCode(), 1), true // -1: ended by a signal
	}
	return 1, false
}
