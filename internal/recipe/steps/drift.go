package steps

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Drift compares a stack with the cloud. It reports drift in one open issue, which it closes when there is none. It changes nothing
// in the stack or the cloud.
func (w Workflow) Drift(ctx context.Context, stack string) error {
	if err := w.Recipe.Need("pulumi", "see https://www.pulumi.com/docs/install/"); err != nil {
		return err
	}
	if err := w.needGh(); err != nil {
		return err
	}
	title := "Drift of " + stack
	printed, err := w.Recipe.Tee(ctx, run.Command("pulumi", "preview", "--stack", stack, "--refresh", "--expect-no-changes",
		"--diff", "--non-interactive", "--color", "never"))
	if ctx.Err() != nil {
		return err
	}
	if err == nil {
		w.Recipe.Say("no drift")
		return w.closeIssue(ctx, title, "The drift is gone")
	}
	text := report.Drift{Stack: stack, Run: w.URL, Printed: printed}.Markdown()
	if err := errors.Join(w.summarize(text), w.report(ctx, title, text)); err != nil {
		return err
	}
	return fmt.Errorf("the stack %s drifted, or cannot be compared", stack)
}

// Drill runs the restore drill of a stack, and adds its report to the open issue that has all of them.
func (w Workflow) Drill(ctx context.Context, recipe, stack string) error {
	if err := w.needGh(); err != nil {
		return err
	}
	var printed, log bytes.Buffer
	cmd := run.Command(filepath.Join("scripts", recipe), stack, "--yes")
	cmd.Stdout, cmd.Stderr = &printed, io.MultiWriter(os.Stderr, &log)
	failure := w.Recipe.Do(ctx, cmd)
	text := printed.String()
	if failure != nil {
		text = report.FailedDrill(stack, log.String())
	}
	text += "\n" + w.URL + "\n"
	if err := errors.Join(w.summarize(text), w.report(ctx, "Restore drills of "+stack, text)); err != nil {
		return err
	}
	return failure
}

func (w Workflow) needGh() error { return w.Recipe.Need("gh", "see https://cli.github.com") }
