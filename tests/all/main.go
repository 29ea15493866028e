// Command all installs the tools that the tests need besides Go, and runs all tests.
//
//	go run ./tests/all
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/bring"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const usage = `usage: ` + tools.Command + ` [-no-install | -tools] [-- arguments of go test]

Brings what the tests need besides Go and is not here (npm packages into bin/, Debian packages as root or by sudo), builds
the Pulumi CLI and a Kubernetes cluster into bin/ once, and runs all tests; none may be skipped. It can be run again, and brings only what is missing.

-no-install  runs what can be run with what is here, and ends with what was skipped
-tools       brings what is missing, and runs nothing

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stderr); err != nil {
		if !errors.Is(err, errReported) {
			fmt.Fprintln(os.Stderr, "tests:", err)
		}
		os.Exit(1)
	}
}

// errReported is the error of tests whose output has reported what failed.
var errReported = errors.New("a test failed")

func run(ctx context.Context, args []string, progress io.Writer) error {
	flags := flag.NewFlagSet("all", flag.ContinueOnError)
	flags.SetOutput(progress)
	flags.Usage = func() { fmt.Fprint(progress, usage) }
	noInstall := flags.Bool("no-install", false, "")
	toolsAlone := flags.Bool("tools", false, "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return errReported // the flag package has said what is wrong
	}
	root, err := repository.Root()
	if err != nil {
		return err
	}
	if !*noInstall {
		if err := bring.Tools(ctx, root, progress); err != nil {
			return fmt.Errorf("%w\n%s -no-install runs the tests that need none of them", err, tools.Command)
		}
		fmt.Fprintln(progress, "tests: every tool is here")
	}
	// Get the CLI first: inside a test, whose output is not shown, building it would look as if the test hung.
	if _, err := engine.CLI(ctx, progress); err != nil {
		return err
	}
	if *toolsAlone {
		return nil
	}
	environment := os.Environ()
	if !*noInstall {
		environment = append(environment, tools.RequireEnv+"=1")
	}
	return test(ctx, root, flags.Args(), environment, progress)
}

// gotestsum shows each package when it ends, and finally what failed and what was skipped.
const gotestsum = "gotest.tools/gotestsum@v1.13.0"

// test runs the tests in the folder of the repository.
func test(ctx context.Context, root string, args, environment []string, progress io.Writer) error {
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, ".") || strings.HasPrefix(arg, repository.Module) }) {
		args = append(args, "./...")
	}
	// The recipes take six minutes on two idle cores. No result is taken from Go's cache, which does not see the scripts that a test runs.
	cmd := exec.CommandContext(ctx, "go", append([]string{"run", gotestsum, "--format", "pkgname", "--", "-timeout=30m", "-count=1"}, args...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = root, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Env = environment
	err := cmd.Run()
	if missing := tools.Missing(); len(missing) > 0 {
		fmt.Fprintf(progress, "\nThe tests that need %s were skipped. This brings what is missing, and runs all of them:\n\n  %s\n", tools.Names(missing), tools.Command)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return errReported
	}
	return err
}
