package steps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// mark is the first line of the comment, by which the next run finds it.
const mark = "<!-- mosaic-database: preview -->"

// Comment writes the reports of the stacks, REPORT_<stack>, as one comment on the pull request PULL_REQUEST. It updates the comment of
// an earlier run.
func (w Workflow) Comment(ctx context.Context, stacks []string) error {
	if err := w.needGh(); err != nil {
		return err
	}
	pullRequest := os.Getenv("PULL_REQUEST")
	var reports []string
	for _, stack := range stacks {
		text := os.Getenv("REPORT_" + stack)
		if text == "" {
			text = "### " + stack + ": no preview was made, see the run"
		}
		reports = append(reports, text)
	}
	body, err := w.scratch("body", report.Comment{
		Header: mark + "\n## What this changes", Reports: reports, FullText: w.fullText(),
		Footer: fmt.Sprintf("[The run](%s), of commit %s.", w.URL, abbreviated(w.Commit)),
	}.Markdown())
	if err != nil {
		return err
	}
	comments := "repos/" + w.Repository + "/issues/" + pullRequest + "/comments"
	id, err := w.ownComment(ctx, comments)
	if err != nil {
		return fmt.Errorf("cannot read the comments of the pull request %s, see above", pullRequest)
	}
	call := []string{"api", "--method", "POST", comments}
	if id != "" {
		call = []string{"api", "--method", "PATCH", "repos/" + w.Repository + "/issues/comments/" + id}
	}
	if err := w.Recipe.Do(ctx, run.Command("gh", append(call, "--field", "body=@"+body, "--silent")...)); err != nil {
		return fmt.Errorf("cannot write the comment on the pull request %s, see above; the job needs pull-requests: write. The reports are in the run: %s",
			pullRequest, w.URL)
	}
	w.Recipe.Say("wrote the comment on the pull request %s", pullRequest)
	return nil
}

// ownComment is the id of the comment that an earlier run wrote; "": there is none.
func (w Workflow) ownComment(ctx context.Context, comments string) (string, error) {
	text, err := w.Recipe.Output(ctx, run.Command("gh", "api", "--paginate", comments+"?per_page=100"))
	if err != nil {
		return "", err
	}
	pages := json.NewDecoder(strings.NewReader(text)) // one array for each page
	for {
		var page []struct {
			ID   json.Number
			User struct{ Login string }
			Body string
		}
		if err := pages.Decode(&page); errors.Is(err, io.EOF) {
			return "", nil
		} else if err != nil {
			return "", err
		}
		for _, comment := range page {
			if comment.User.Login == "github-actions[bot]" && strings.HasPrefix(comment.Body, mark) {
				return comment.ID.String(), nil
			}
		}
	}
}

// abbreviated is the first 12 digits of a commit.
func abbreviated(commit string) string { return commit[:min(len(commit), 12)] }
