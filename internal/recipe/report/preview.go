package report

import (
	"cmp"
	"fmt"
	"strings"
)

// Preview is the report of a preview, for a pull request.
type Preview struct {
	Stack     string
	Failed    bool   // whether the stack file was refused, or the preview failed
	Simulated bool   // whether the cloud was simulated
	Printed   string // what the CLI printed
	Log       Log
	Cost      string // the estimate of the cost, Markdown
}

// Markdown is the report.
func (p Preview) Markdown() string {
	var out strings.Builder
	if p.Failed {
		fmt.Fprintf(&out, "### %s: refused\n\n%s", p.Stack, Fenced("text", p.refusal()))
	} else {
		fmt.Fprintf(&out, "### %s: %s\n", p.Stack, cmp.Or(p.Log.Summary.Count(), "nothing to do"))
	}
	for i, warning := range p.Log.Warnings {
		if i == 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "> **warning**: %s\n", warning)
	}
	title := "The preview"
	if p.Simulated {
		title = "The preview, in a simulated cloud"
	}
	fmt.Fprintf(&out, "\n%s\n\n<details><summary>%s</summary>\n\n%s\n</details>\n", strings.TrimRight(p.Cost, "\n"), title, Fenced("diff", p.Printed))
	return out.String()
}

// refusal is the errors of the engine or, if there are none, the last lines that the CLI printed.
func (p Preview) refusal() string {
	return cmp.Or(p.Log.Refusal, lastLines(p.Printed, 60))
}

// FailedDrill is the report of a restore drill that failed, with the end of its log.
func FailedDrill(stack, log string) string {
	return fmt.Sprintf("# Restore drill of %s: failed\n\n%s", stack, Fenced("text", lastLines(log, 80)))
}

// FailedRotation is the report of a rotation that did not come to its end, with the end of its log.
func FailedRotation(stack, log string) string {
	return fmt.Sprintf(`# Rotation of %[1]s: not finished

The end of the log says what is left to do, and with which command. Until that is done, some pods may use the former login, and the next rotation
refuses to begin. The next run of the workflow that succeeds closes this issue.

`, stack) + Fenced("text", lastLines(log, 80))
}

// Drift is the report of a stack that differs from the cloud.
type Drift struct {
	Stack   string
	Run     string // URL of the workflow run
	Printed string // what the CLI printed
}

// Markdown is the report.
func (d Drift) Markdown() string {
	return fmt.Sprintf(`The stack %[1]s and the cloud differ, or cannot be compared: %[2]s

To bring the cloud back to the stack file: run the workflow deploy. To keep what was changed: write it into Pulumi.%[1]s.yaml.

`, d.Stack, d.Run) + Fenced("diff", d.Printed)
}

func lastLines(text string, count int) string {
	lines := strings.SplitAfter(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "")
}
