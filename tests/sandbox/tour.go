package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// touring is the subcommand tour, which calls the other ones.
func touring(s *sandbox) *cobra.Command {
	var alone bool
	cmd := &cobra.Command{
		Use:   "tour",
		Short: "Walk through the life of a stack, step by step, in a minute or two",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t := tour{*s, readEnters(s.person)}
			if alone {
				t.enters = nil
			}
			return t.walk(cmd.Context(), steps())
		},
	}
	cmd.Flags().BoolVar(&alone, "non-interactive", false, "do not wait for Enter between the steps; nobody is waited for without a terminal either")
	return cmd
}

// tour is one walk through steps.
type tour struct {
	sandbox
	enters <-chan struct{} // nil: nobody presses Enter
}

// walk makes the steps one after the other. After a step that did not do what it was to show, the tour ends, and what it made is left to be
// looked at.
func (t tour) walk(ctx context.Context, all []step) error {
	g, err := t.ground(tourStack)
	if err != nil {
		return err
	}
	g.close()
	forgets := fmt.Sprintf("%s reset %s", goRun, tourStack)
	if engine.Used(filepath.Join(t.project, g.folder)) {
		return fmt.Errorf("the tour begins with nothing, and %s has a stack already, of an earlier run; to forget it: %s", g.folder, forgets)
	}
	t.print("A tour of %d commands on the real Pulumi engine, with a simulated AWS and Kubernetes. No account and no cluster is reached.\n"+
		"If there is no Pulumi CLI yet, the first command downloads it or, in some minutes, builds it.\n", len(all))
	for i, s := range all {
		t.print("\n%s\n%s\n\n  $ %s\n", t.bold(fmt.Sprintf("%d of %d: %s", i+1, len(all), s.title)), s.before, t.bold(goRun+" "+s.command))
		err := t.run(ctx, s)
		if err == nil {
			t.print("\n%s\n", s.after)
			err = t.pause(ctx, len(all)-1-i)
		}
		if err != nil {
			return fmt.Errorf("the tour ended at step %d, %s: %w\nWhat it made is in %s, to be looked at; to forget it: %s", i+1, s.title, err, g.folder, forgets)
		}
	}
	t.print("\nThat was the tour. Nothing of it is left.\n")
	return nil
}

// run runs the command of a step, and shows the lines that tell what it did.
func (t tour) run(ctx context.Context, s step) error {
	output, err := t.watched(func(to *bytes.Buffer) error { return t.call(ctx, s.command, to) })
	if ctx.Err() != nil {
		return errors.New("it was interrupted")
	}
	if (err != nil) != s.refused {
		t.print("%s", output)
		if err != nil && !errors.Is(err, errReported) {
			return err
		}
		return fmt.Errorf("the command was to %s, and did not, see above", s.outcome())
	}
	shown, missing := s.lines(output)
	if missing != "" {
		t.print("%s", output)
		return fmt.Errorf("the output, see above, has no line like %q", missing)
	}
	for _, line := range shown {
		t.print("  │ %s\n", clipped(line))
	}
	return nil
}

// call runs a command of the sandbox as its command line does.
func (t tour) call(ctx context.Context, command string, to *bytes.Buffer) error {
	s := t.sandbox
	s.stdout, s.stderr, s.color = to, to, false
	cmd := newCommand(&s)
	cmd.SetArgs(strings.Fields(command))
	return cmd.ExecuteContext(ctx)
}

// outcome is what the command of a step is to do.
func (s step) outcome() string {
	if s.refused {
		return "be refused"
	}
	return "succeed"
}

// lines are the lines of an output that the step shows, each once; missing is a pattern that no line has.
func (s step) lines(output string) (shown []string, missing string) {
	found := make([]bool, len(s.telling))
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		for i, pattern := range s.telling {
			if !regexp.MustCompile(pattern).MatchString(line) {
				continue
			}
			found[i] = true
			if !slices.Contains(shown, line) {
				shown = append(shown, line)
			}
		}
	}
	if i := slices.Index(found, false); i >= 0 {
		return nil, s.telling[i]
	}
	return shown, ""
}

// clipped is a line of an output as far as it is worth reading.
func clipped(line string) string {
	const width = 140
	if text := []rune(line); len(text) > width {
		return string(text[:width]) + " …"
	}
	return line
}

func (t tour) print(format string, args ...any) { fmt.Fprintf(t.stdout, format, args...) }

func (t tour) bold(text string) string {
	if !t.color {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}
