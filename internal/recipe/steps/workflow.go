// Package steps has the steps of the pipeline's GitHub workflows.
package steps

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Workflow is a run of a workflow on GitHub.
type Workflow struct {
	Recipe     *run.Recipe
	Repository string // owner/name
	URL        string // of the run's page
	Commit     string // full hash
}

// NewWorkflow reads the run from the environment variables that GitHub sets.
func NewWorkflow(recipe *run.Recipe) Workflow {
	repository := os.Getenv("GITHUB_REPOSITORY")
	server := cmp.Or(os.Getenv("GITHUB_SERVER_URL"), "https://github.com")
	return Workflow{
		Recipe:     recipe,
		Repository: repository,
		URL:        server + "/" + repository + "/actions/runs/" + os.Getenv("GITHUB_RUN_ID"),
		Commit:     os.Getenv("COMMIT"),
	}
}

// shortened is Markdown within a size limit, which says that the full text is in this run.
func (w Workflow) shortened(text string, limit report.SizeLimit) string {
	return report.Shortened(text, limit, w.fullText())
}

func (w Workflow) fullText() string { return "[the run](" + w.URL + ") and its log" }

// summarize adds Markdown to the summary of the run, where a step may write 1 MiB.
func (w Workflow) summarize(text string) error {
	return appendTo("GITHUB_STEP_SUMMARY", w.shortened(text, report.SizeLimit{Characters: 1_000_000, Bytes: 1_000_000}))
}

// handOver sets an output of the step, for the jobs that follow.
func (w Workflow) handOver(name, text string) error {
	end := fmt.Sprintf("END-%d", time.Now().UnixNano())
	return appendTo("GITHUB_OUTPUT", name+"<<"+end+"\n"+strings.TrimRight(text, "\n")+"\n"+end+"\n")
}

// appendTo appends to the file that an environment variable names. Without the variable, as outside of a workflow, it does nothing.
func appendTo(variable, text string) (err error) {
	name := os.Getenv(variable)
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.WriteString(text)
	return err
}

// scratch writes a temporary file, and returns its path.
func (w Workflow) scratch(name, text string) (path string, err error) {
	path = filepath.Join(w.Recipe.Scratch, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}
