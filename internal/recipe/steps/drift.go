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

// Drift compares a stack with the cloud, and keeps one issue about what differs; it changes nothing.
func (w Workflow) Drift(ctx context.Context, stack string) error {
	if err := w.Recipe.Need("pulumi", "see https://www.pulumi.com/docs/install/"); err != nil {
		return err
	}
	if err := w.needGh(); err != nil {
		return err
	}
	title := "Drift of " + stack
	shown, err := w.Recipe.Shown(ctx, run.Command("pulumi", "preview", "--stack", stack, "--refresh", "--expect-no-changes",
		"--diff", "--non-interactive", "--color", "never"))
	if ctx.Err() != nil {
		return err
	}
	if err == nil {
		w.Recipe.Say("no drift")
		return w.settle(ctx, title)
	}
	text := report.Drift(stack, w.Address, shown)
	if err := errors.Join(w.summarize(text), w.tell(ctx, title, text)); err != nil {
		return err
	}
	return fmt.Errorf("the stack %s drifted, or cannot be compared", stack)
}

// settle closes the issue of a drift that is no more.
func (w Workflow) settle(ctx context.Context, title string) error {
	number, err := w.issue(ctx, title)
	if err != nil || number == "" {
		return err
	}
	if err := w.remark(ctx, number, "No drift any more: "+w.Address+"\n"); err != nil {
		return err
	}
	return w.gh(ctx, "issue", "close", number, "--repo", w.Repository)
}

// Drill runs the restore drill of a stack, and adds its report to the one issue of all its drills.
func (w Workflow) Drill(ctx context.Context, stack string) error {
	if err := w.needGh(); err != nil {
		return err
	}
	var printed, log bytes.Buffer
	cmd := run.Command(filepath.Join("scripts", "db-drill"), stack, "--yes")
	cmd.Stdout, cmd.Stderr = &printed, io.MultiWriter(os.Stderr, &log)
	failure := w.Recipe.Do(ctx, cmd)
	text := printed.String()
	if failure != nil {
		text = report.Drill(stack, log.String())
	}
	text += "\n" + w.Address + "\n"
	if err := errors.Join(w.summarize(text), w.tell(ctx, "Restore drills of "+stack, text)); err != nil {
		return err
	}
	return failure
}

func (w Workflow) needGh() error { return w.Recipe.Need("gh", "see https://cli.github.com") }
