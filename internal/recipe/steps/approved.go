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

// Approved previews the stack once more, and fails if the preview has a step that is not in APPROVED, the steps of the approved
// preview. Fewer steps are fine: with the same commit, an earlier run has done the others already.
//
// Pulumi's update plans (--save-plan, --plan, --strict) are no substitute. They are experimental, and they are checked during the
// update: a difference stops it halfway. A restore always differs, because the preview shows values that are not known yet as
// changed. An update plan also contains the state with its secrets, which would have to be stored until somebody approves.
func (w Workflow) Approved(ctx context.Context, stack string) error {
	if err := w.Recipe.Need("pulumi", "see https://www.pulumi.com/docs/install/"); err != nil {
		return err
	}
	approved := os.Getenv("APPROVED")
	if approved == "" {
		return fmt.Errorf("the preview of %s left no list of its steps, so nothing is approved and nothing was changed: re-run all jobs", stack)
	}
	preview := report.Preview{Stack: stack}
	if err := w.previewOfUp(ctx, &preview); err != nil {
		if _, reported := run.Code(err); !reported || ctx.Err() != nil {
			return err
		}
		return errors.New("the preview of " + stack + " was approved, but now it fails, see above; nothing was changed. Fix that, then re-run all jobs")
	}
	allowed := strings.Split(approved, "\n")
	var more []string
	for _, step := range preview.Log.Steps {
		if !slices.Contains(allowed, step) {
			more = append(more, step)
		}
	}
	if len(more) > 0 {
		return fmt.Errorf(`%s has changed since its preview was approved; nothing was deployed. These steps were not in that preview:
%s
  Something else changed the stack, its cloud or its cluster since then. Re-run all jobs: they show these steps and ask for approval again`,
			stack, strings.Join(more, "\n"))
	}
	w.Recipe.Say("every step of %s is in its approved preview: %d steps", stack, len(preview.Log.Steps))
	return nil
}
