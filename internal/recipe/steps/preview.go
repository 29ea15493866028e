package steps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// noStep is the steps of a preview that has none: GitHub takes an empty output for a missing one.
const noStep = "no step"

// Preview writes what an up of the stack would change and what that costs, as Markdown, to the outputs and the page of the run;
// and its steps, for [Workflow.Approved]. Offline, it is against a simulated cloud that is what the commit before would have
// made, without any credentials.
func (w Workflow) Preview(ctx context.Context, stack string, offline bool) (err error) {
	before, err := w.checkOutBefore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.removeBefore(ctx, before)) }()
	preview := report.Preview{Stack: stack, Simulated: offline}
	var failure error
	if offline {
		if err := w.simulate(ctx, stack, before); err != nil {
			return err
		}
		failure = w.preview(ctx, &preview, exec.Command("go", "run", "./tests/sandbox", "preview", stack, "--diff"))
	} else {
		failure = w.previewOfUp(ctx, &preview)
	}
	if _, told := run.Code(failure); !told || ctx.Err() != nil {
		return failure
	}
	preview.Failed = failure != nil
	preview.Cost = w.cost(ctx, stack, before)
	return errors.Join(w.write(preview), failure)
}

// write hands the preview over.
func (w Workflow) write(preview report.Preview) error {
	text := preview.Markdown()
	// The comment has room for 65536 characters, and takes the report from an environment variable, for which Linux has 128 KiB.
	err := errors.Join(w.summarize(text), w.handOver("report", w.shortened(text, report.Limit{Characters: 65_000, Bytes: 120_000})))
	if err != nil || preview.Simulated {
		return err
	}
	return w.handOver("steps", steps(preview.Log))
}

func steps(log report.Log) string {
	if len(log.Steps) == 0 {
		return noStep + "\n"
	}
	return strings.Join(log.Steps, "\n") + "\n"
}

// previewOfUp is the preview of an up in the cloud.
func (w Workflow) previewOfUp(ctx context.Context, preview *report.Preview) error {
	cmd := exec.Command("pulumi", "preview", "--stack", preview.Stack, "--diff", "--non-interactive", "--color", "never")
	cmd.Env = append(os.Environ(), "PULUMI_DEBUG_COMMANDS=true") // --event-log asks for it
	return w.preview(ctx, preview, cmd)
}

// preview runs a command that previews, and reads what it prints and its log, which are of one preview.
func (w Workflow) preview(ctx context.Context, preview *report.Preview, cmd *exec.Cmd) error {
	log := filepath.Join(w.Recipe.Scratch, "events")
	cmd.Args = append(cmd.Args, "--event-log", log)
	var failure error
	preview.Shown, failure = w.Recipe.Shown(ctx, cmd)
	file, err := os.Open(log)
	if err == nil {
		defer file.Close()
		preview.Log, err = report.ReadLog(file)
	}
	switch {
	case failure != nil:
		return failure // its log may be missing, or break off
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	case preview.Log.Summary == nil:
		return fmt.Errorf("pulumi preview of %s wrote no log of its steps; is its version the one of .github/actions/tools?", preview.Stack)
	}
	return nil
}

// cost is what the stack costs, beside what it cost before.
func (w Workflow) cost(ctx context.Context, stack, before string) string {
	cmd := run.Command("go", "run", "./tests/sandbox", "cost", stack)
	if before != "" {
		cmd.Args = append(cmd.Args, "--base", before)
	}
	cmd.Args = append(cmd.Args, "--format", "markdown")
	text, said, err := w.Recipe.Said(ctx, cmd)
	if err != nil {
		return "The cost cannot be told:\n\n" + report.Fenced("text", said)
	}
	return text
}
