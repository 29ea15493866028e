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

// noStep is the output of a preview without steps, because GitHub does not distinguish an empty output from a missing one.
const noStep = "no step"

// Preview reports what pulumi up would change in the stack, and what that costs. It writes the report, Markdown, to the summary of the
// run and to the output "report", and the steps of the preview to the output "steps", for [Workflow.Approved].
func (w Workflow) Preview(ctx context.Context, stack string) error {
	return w.withBase(ctx, func(base string) error {
		preview := report.Preview{Stack: stack}
		return w.finish(ctx, preview, base, w.previewOfUp(ctx, &preview))
	})
}

// PreviewOffline reports the same for a simulated cloud, without credentials: what the stack would change in a deployment of the base
// commit. It has no output "steps".
func (w Workflow) PreviewOffline(ctx context.Context, stack string) error {
	return w.withBase(ctx, func(base string) error {
		if err := w.simulate(ctx, stack, base); err != nil {
			return err
		}
		preview := report.Preview{Stack: stack, Simulated: true}
		failure := w.preview(ctx, &preview, exec.Command("go", "run", "./tests/sandbox", "preview", stack, "--diff"))
		return w.finish(ctx, preview, base, failure)
	})
}

// withBase calls a function with the folder of the base commit, "" if there is none, and removes the folder.
func (w Workflow) withBase(ctx context.Context, do func(base string) error) (err error) {
	base, err := w.checkOutBase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.removeBase(ctx, base)) }()
	return do(base)
}

// finish adds the cost to a preview and writes it. It returns the failure of the preview, which is a part of the report.
func (w Workflow) finish(ctx context.Context, preview report.Preview, base string, failure error) error {
	if _, reported := run.Code(failure); !reported || ctx.Err() != nil {
		return failure
	}
	preview.Failed = failure != nil
	preview.Cost = w.cost(ctx, preview.Stack, base)
	return errors.Join(w.write(preview), failure)
}

// write writes the report and, unless the cloud was simulated, the steps.
func (w Workflow) write(preview report.Preview) error {
	text := preview.Markdown()
	// A comment may have 65536 characters. It gets the report in an environment variable, which Linux limits to 128 KiB.
	err := errors.Join(w.summarize(text), w.handOver("report", w.shortened(text, report.SizeLimit{Characters: 65_000, Bytes: 120_000})))
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

// previewOfUp runs pulumi preview against the cloud.
func (w Workflow) previewOfUp(ctx context.Context, preview *report.Preview) error {
	cmd := exec.Command("pulumi", "preview", "--stack", preview.Stack, "--diff", "--non-interactive", "--color", "never")
	cmd.Env = append(os.Environ(), "PULUMI_DEBUG_COMMANDS=true") // --event-log requires it
	return w.preview(ctx, preview, cmd)
}

// preview runs a command that makes a preview, and reads what it prints and its event log.
func (w Workflow) preview(ctx context.Context, preview *report.Preview, cmd *exec.Cmd) error {
	log := filepath.Join(w.Recipe.Scratch, "events")
	cmd.Args = append(cmd.Args, "--event-log", log)
	var failure error
	preview.Printed, failure = w.Recipe.Tee(ctx, cmd)
	file, err := os.Open(log)
	if err == nil {
		preview.Log, err = report.ReadLog(file)
		_ = file.Close() // it was only read
	}
	switch {
	case failure != nil:
		return failure // its log may be missing or truncated
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	case preview.Log.Summary == nil:
		return fmt.Errorf("pulumi preview of %s wrote no event log; is the CLI the version in .github/actions/tools?", preview.Stack)
	}
	return nil
}

// cost estimates what the stack costs, and what it cost at the base commit, as Markdown.
func (w Workflow) cost(ctx context.Context, stack, base string) string {
	cmd := run.Command("go", "run", "./tests/sandbox", "cost", stack)
	if base != "" {
		cmd.Args = append(cmd.Args, "--base", base)
	}
	cmd.Args = append(cmd.Args, "--format", "markdown")
	text, stderr, err := w.Recipe.Capture(ctx, cmd)
	if err != nil {
		return "The cost cannot be estimated:\n\n" + report.Fenced("text", stderr)
	}
	return text
}
