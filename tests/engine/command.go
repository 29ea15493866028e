package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// command is the CLI as the Automation API has it. It keeps the last run that failed, because the errors of the
// Automation API give exit code and output only as parts of one long text.
type command struct {
	auto.PulumiCommand
	failed *failedRun
}

// failedRun is a run of the CLI that ended with another exit code than 0.
type failedRun struct {
	args   []string
	code   int
	stderr string
}

// is tells whether the run was of this command, such as "up".
func (f *failedRun) is(verb string) bool { return slices.Contains(f.args, verb) }

// Run runs the CLI, see [auto.PulumiCommand].
//
// The Automation API names its event server "localhost", which the CLI would look up in DNS; a machine
// without a network would wait for that. And it starts the CLI, which takes a third of a second each time, for what
// nobody needs here: outputs and history after every run, for a summary that nobody reads, and the selection of a stack that
// every command names.
func (c *command) Run(ctx context.Context, workdir string, stdin io.Reader, stdout, stderr []io.Writer, //nolint:revive // the interface's
	env []string, args ...string,
) (string, string, int, error) {
	switch strings.Join(args[:min(len(args), 2)], " ") {
	case "stack output":
		return "{}", "", 0, nil
	case "stack history":
		return "[]", "", 0, nil
	case "stack select":
		return "", "", 0, nil
	}
	for i, arg := range args {
		if port, ok := strings.CutPrefix(arg, "tcp://localhost:"); ok {
			args[i] = "tcp://127.0.0.1:" + port
		}
	}
	out, errs, code, err := c.PulumiCommand.Run(ctx, workdir, stdin, stdout, stderr, env, args...)
	if err != nil {
		c.failed = &failedRun{args: args, code: code, stderr: errs}
	}
	return out, errs, code, err
}

// explain makes the short form of an error of the Automation API: the command, and what it printed.
func (c *command) explain(err error) error {
	if err == nil || c.failed == nil {
		return err
	}
	why := cmp.Or(strings.TrimSpace(c.failed.stderr), fmt.Sprintf("exit code %d", c.failed.code))
	return fmt.Errorf("pulumi %s: %s", strings.Join(c.failed.args, " "), why)
}
