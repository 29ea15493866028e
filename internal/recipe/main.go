// Command recipe is the part of the scripts that is too long for bash. The scripts build it and call it; users call the scripts.
package main

import (
	"cmp"
	"os"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

func main() { os.Exit(call(os.Args[1:])) }

// call runs the command line and returns its exit code. If a command failed that it called, that is the exit code of this command.
func call(args []string) int {
	recipe, err := run.New(cmp.Or(os.Getenv("RECIPE"), "recipe"))
	if err == nil {
		defer recipe.Close()
		err = execute(newCommand(recipe), args)
	}
	code, reported := run.Code(err)
	if !reported {
		recipe.Say("%v", err)
	}
	return code
}

// execute runs the command that the arguments name. An error before the command begins is a mistake in the arguments.
func execute(root *cobra.Command, args []string) error {
	begun := false
	root.PersistentPreRun = func(*cobra.Command, []string) { begun = true }
	root.SetArgs(args)
	command, err := root.ExecuteContextC(run.Interruptible())
	if err != nil && !begun {
		return run.Misused("%w; usage: %s", err, command.UseLine())
	}
	return err
}
