// Command recipe is the part of the recipes and of the workflows' steps that is more than a few lines of bash. The scripts build
// and call it; people call the scripts.
package main

import (
	"cmp"
	"os"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

func main() { os.Exit(call(os.Args[1:])) }

// call is the command with its arguments. The exit code is that of the command which failed, where there is one.
func call(args []string) int {
	recipe, err := run.New(cmp.Or(os.Getenv("RECIPE"), "recipe"))
	if err == nil {
		defer recipe.Close()
		command := newCommand(recipe)
		command.SetArgs(args)
		err = command.ExecuteContext(run.Interruptible())
	}
	code, told := run.Code(err)
	if !told {
		recipe.Say("%v", err)
	}
	return code
}
