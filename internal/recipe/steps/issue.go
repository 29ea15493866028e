package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// issue is the number of the open issue with a title; "": there is none.
func (w Workflow) issue(ctx context.Context, title string) (string, error) {
	text, err := w.Recipe.Output(ctx, run.Command("gh", "issue", "list", "--repo", w.Repository, "--state", "open",
		"--search", `in:title "`+title+`"`, "--json", "number,title"))
	if err != nil {
		return "", fmt.Errorf("cannot look for the issue \"%s\" in %s, see above; issues have to be enabled in that repository", title, w.Repository)
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

// report comments on the open issue with a title, or opens one with this text.
func (w Workflow) report(ctx context.Context, title, text string) error {
	number, err := w.issue(ctx, title)
	if err != nil {
		return err
	}
	if number != "" {
		return w.addComment(ctx, number, text)
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

// closeIssue closes the open issue with a title, if there is one, with a comment that says why.
func (w Workflow) closeIssue(ctx context.Context, title, why string) error {
	number, err := w.issue(ctx, title)
	if err != nil || number == "" {
		return err
	}
	if err := w.addComment(ctx, number, why+": "+w.URL+"\n"); err != nil {
		return err
	}
	return w.gh(ctx, "issue", "close", number, "--repo", w.Repository)
}

// addComment comments on an issue.
func (w Workflow) addComment(ctx context.Context, number, text string) error {
	file, err := w.issueFile(text)
	if err != nil {
		return err
	}
	if err := w.gh(ctx, "issue", "comment", number, "--repo", w.Repository, "--body-file", file); err != nil {
		return fmt.Errorf("cannot write to the issue %s of %s, see above", number, w.Repository)
	}
	return nil
}

// issueFile writes a text to a file, within the size limit of an issue.
func (w Workflow) issueFile(text string) (string, error) {
	return w.scratch("issue", w.shortened(text, report.SizeLimit{Characters: 65_000, Bytes: 260_000}))
}

// gh runs the GitHub CLI; its output goes to the log.
func (w Workflow) gh(ctx context.Context, args ...string) error {
	_, err := w.Recipe.Tee(ctx, run.Command("gh", args...))
	return err
}
