// Package steps is what the workflows of the pipeline run.
package steps

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Workflow is the run of a workflow on GitHub, as its environment variables say it.
type Workflow struct {
	Recipe     *run.Recipe
	Repository string // owner/name
	Address    string // of the page of this run
	Commit     string
}

// NewWorkflow is the run that the recipe is a step of.
func NewWorkflow(recipe *run.Recipe) Workflow {
	repository := os.Getenv("GITHUB_REPOSITORY")
	server := cmp.Or(os.Getenv("GITHUB_SERVER_URL"), "https://github.com")
	return Workflow{
		Recipe:     recipe,
		Repository: repository,
		Address:    server + "/" + repository + "/actions/runs/" + os.Getenv("GITHUB_RUN_ID"),
		Commit:     os.Getenv("COMMIT"),
	}
}

// shortened is Markdown within a limit, which says that the rest is in this run.
func (w Workflow) shortened(text string, limit report.Limit) string {
	return report.Shortened(text, limit, w.rest())
}

func (w Workflow) rest() string { return "[the run](" + w.Address + ") and its log" }

// summarize writes Markdown to the page of the run, where a step has room for a MiB.
func (w Workflow) summarize(text string) error {
	return appendTo("GITHUB_STEP_SUMMARY", w.shortened(text, report.Limit{Characters: 1_000_000, Bytes: 1_000_000}))
}

// handOver gives a text to the jobs that follow, as an output of the step.
func (w Workflow) handOver(name, text string) error {
	end := fmt.Sprintf("END-%d", time.Now().UnixNano())
	return appendTo("GITHUB_OUTPUT", name+"<<"+end+"\n"+strings.TrimRight(text, "\n")+"\n"+end+"\n")
}

// appendTo adds to the file that an environment variable names; outside of a workflow there is none.
func appendTo(variable, text string) error {
	name := os.Getenv(variable)
	if name == "" {
		return nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.WriteString(text)
	return err
}

// scratch writes a file for a command.
func (w Workflow) scratch(name, text string) (path string, err error) {
	path = filepath.Join(w.Recipe.Scratch, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}
