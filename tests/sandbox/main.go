// Command sandbox runs the committed stacks on a machine that has nothing but Go: the real Pulumi engine,
// the whole program, and a simulated cloud.
//
//	go run ./tests/sandbox up prod
//
// It uses no AWS account and no cluster; `up prod --cluster` brings a cluster of its own. It stores what it creates in .sandbox/<stack> of the repository, for the next run.
// `go run ./tests/sandbox help` lists the subcommands.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first interrupt, the engine ends its run; the second one ends this process at once.
	context.AfterFunc(ctx, stop)
	code, err := run(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
	}
	os.Exit(code)
}

// run is the command with its arguments, in the repository around the working directory. It returns the exit code.
func run(ctx context.Context, args []string) (int, error) {
	root, err := repository.Root()
	if err != nil {
		return 1, err
	}
	version, err := engine.Version(root)
	if err != nil {
		return 1, err
	}
	s := &sandbox{project: root, version: version, program: stack.Deploy, stdout: os.Stdout, stderr: os.Stderr}
	if cmdutil.InteractiveTerminal() {
		s.person = os.Stdin
		s.color = os.Getenv("NO_COLOR") == ""
	}
	cmd := newCommand(s)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(ctx)
	return s.code(err), err
}
