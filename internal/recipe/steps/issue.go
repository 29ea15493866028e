package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// issue is the number of the one open issue of a title, or "".
func (w Workflow) issue(ctx context.Context, title string) (string, error) {
	text, err := w.Recipe.Output(ctx, run.Command("gh", "issue", "list", "--repo", w.Repository, "--state", "open",
		"--search", `in:title "`+title+`"`, "--json", "number,title"))
	if err != nil {
		return "", fmt.Errorf("cannot look for the issue \"%s\" in %s, see above; its issues have to be switched on", title, w.Repository)
	}
	var found []struct {
		Number int
		Title  string
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return "", fmt.Errorf("gh issue list: %w", err)
	}
	for _, one := range found {
		if one.Title == title {
			return strconv.Itoa(one.Number), nil
		}
	}
	return "", nil
}

// tell says something in the open issue of a title, which is opened where there is none.
func (w Workflow) tell(ctx context.Context, title, text string) error {
	number, err := w.issue(ctx, title)
	if err != nil {
		return err
	}
	if number != "" {
		return w.remark(ctx, number, text)
	}
	file, err := w.issueFile(text)
	if err != nil {
		return err
	}
	if err := w.gh(ctx, "issue", "create", "--repo", w.Repository, "--title", title, "--body-file", file); err != nil {
		return fmt.Errorf("cannot open the issue \"%s\" in %s, see above", title, w.Repository)
	}
	return nil
}

// remark is a comment on an issue.
func (w Workflow) remark(ctx context.Context, number, text string) error {
	file, err := w.issueFile(text)
	if err != nil {
		return err
	}
	if err := w.gh(ctx, "issue", "comment", number, "--repo", w.Repository, "--body-file", file); err != nil {
		return fmt.Errorf("cannot write to the issue %s of %s, see above", number, w.Repository)
	}
	return nil
}

// issueFile has what GitHub takes in an issue.
func (w Workflow) issueFile(text string) (string, error) {
	return w.scratch("issue", w.shortened(text, report.Limit{Characters: 65_000, Bytes: 260_000}))
}

// gh calls GitHub; what it prints is for the log.
func (w Workflow) gh(ctx context.Context, args ...string) error {
	_, err := w.Recipe.Shown(ctx, run.Command("gh", args...))
	return err
}
