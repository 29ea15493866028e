package recipes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// sharedDir holds the stack of the tests that only read its outputs.
var sharedDir string

// TestMain lets the test binary act as the pulumi of a recipe, see [pulumi].
func TestMain(m *testing.M) {
	if os.Getenv("RECIPE_STACK_DIR") != "" {
		if err := pulumi(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(255)
		}
		return
	}
	shared, err := os.MkdirTemp("", "recipes-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sharedDir = shared
	code := m.Run()
	_ = os.RemoveAll(shared)
	os.Exit(code)
}

// pulumi implements the commands of the CLI that the recipes use, with the stack file in the working directory and a simulated cloud.
// Commands that need no engine do not start the CLI, because that takes a third of a second; package engine tests that they do the same.
func pulumi(args []string) error {
	name := args[slices.Index(args, "--stack")+1]
	dir := os.Getenv("RECIPE_STACK_DIR")
	switch strings.Join(args[:2], " ") {
	case "stack output":
		text, err := engine.State{Dir: dir, Project: "mosaic-database", Stack: name}.Outputs()
		fmt.Print(text)
		return err
	case "config get", "config set", "config rm":
		return configure(name, args[1], args[slices.Index(args, "--path")+1:])
	default:
		return run(dir, name, args[0], args[1:])
	}
}

// configure implements pulumi config.
func configure(stack, verb string, args []string) error {
	file, err := engine.OpenSettingsFile(".", stack)
	if err != nil {
		return err
	}
	switch verb {
	case "set":
		err = file.Set(engine.Override{Path: args[0], Value: args[1]})
	case "rm":
		err = file.Unset(args[0])
	default:
		value, found, err := file.Get(args[0])
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("configuration key '%s' not found for stack '%s'", strings.TrimPrefix(args[0], "mosaic-database:"), stack)
		}
		fmt.Println(value)
		return nil
	}
	return errors.Join(err, file.Save())
}

// run implements the commands that run the program of this repository.
func run(dir, name, verb string, args []string) error {
	ctx := context.Background()
	project, err := os.Getwd()
	if err != nil {
		return err
	}
	// The CLI is looked for in the repository around the working directory.
	if err := os.Chdir(os.Getenv("PACKAGE_DIR")); err != nil {
		return err
	}
	env, err := engine.New(ctx, engine.Options{
		Dir: dir, Project: project, Stack: name, Program: stack.Deploy, Stdout: os.Stdout, Stderr: os.Stderr, Quick: true,
	})
	if err != nil {
		return err
	}
	defer env.Close()
	switch verb {
	case "up":
		return up(ctx, env, args)
	case "destroy":
		_, err := env.Destroy(ctx)
		return err
	}
	var opts []optpreview.Option
	for flag, option := range map[string]optpreview.Option{
		"--expect-no-changes": optpreview.ExpectNoChanges(), "--diff": optpreview.Diff(), "--refresh": optpreview.Refresh(),
	} {
		if slices.Contains(args, flag) {
			opts = append(opts, option)
		}
	}
	return logged(args)(env.Preview(ctx, opts...))
}

// up is a preview, a question and an up. TestChangeOnATerminal tests the CLI's own question.
func up(ctx context.Context, env *engine.Environment, args []string) error {
	if !slices.Contains(args, "--skip-preview") {
		if err := logged(args)(env.Preview(ctx)); err != nil {
			return err
		}
	}
	if !slices.Contains(args, "--yes") {
		var answer string
		if _, err := fmt.Scanln(&answer); err != nil || answer != "yes" {
			return errors.New("confirmation declined, not proceeding with the update")
		}
	}
	return logged(args)(env.Up(ctx))
}

// logged writes the events of a run to the file of --event-log. As with the CLI, each run truncates it.
func logged(args []string) func(*engine.Result, error) error {
	return func(result *engine.Result, err error) error {
		flag := slices.Index(args, "--event-log")
		if flag < 0 || result == nil {
			return err
		}
		if os.Getenv("PULUMI_DEBUG_COMMANDS") != "true" {
			return errors.New("unknown flag: --event-log")
		}
		return errors.Join(err, result.WriteLog(args[flag+1]))
	}
}
