package steps

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Approved previews the stack once more, and refuses what is not among the steps of the preview that was approved, APPROVED.
// Fewer steps are good: with the same commit they are what an earlier run has done already.
//
// Pulumi's own means, an update plan (--save-plan, --plan, --strict), is experimental and does not fit: it holds an up to its plan
// while it runs, so a difference stops it halfway, and a restore is one, since a preview takes for changed what it does not know
// yet. A plan is also the state once more, secrets included, to be kept until somebody approves.
func (w Workflow) Approved(ctx context.Context, stack string) error {
	if err := w.Recipe.Need("pulumi", "see https://www.pulumi.com/docs/install/"); err != nil {
		return err
	}
	approved := os.Getenv("APPROVED")
	if approved == "" {
		return fmt.Errorf("the preview of %s handed over no steps, so nothing is approved and nothing was changed: re-run all jobs", stack)
	}
	preview := report.Preview{Stack: stack}
	if err := w.previewOfUp(ctx, &preview); err != nil {
		if _, told := run.Code(err); !told || ctx.Err() != nil {
			return err
		}
		return errors.New("the preview of " + stack + " was approved, and now it fails, see above; nothing was changed. Put that right and re-run all jobs")
	}
	allowed := strings.Split(approved, "\n")
	var more []string
	for _, step := range preview.Log.Steps {
		if !slices.Contains(allowed, step) {
			more = append(more, step)
		}
	}
	if len(more) > 0 {
		return fmt.Errorf(`%s is not what it was in the preview that was approved; nothing was changed. These steps were not in it:
%s
  Something else changed the stack, its cloud or its cluster since. Re-run all jobs, which shows them and asks for approval anew`,
			stack, strings.Join(more, "\n"))
	}
	w.Recipe.Say("nothing in %s that was not approved: %d steps", stack, len(preview.Log.Steps))
	return nil
}
