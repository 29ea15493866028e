package report

import (
	"cmp"
	"fmt"
	"strings"
)

// Preview is a preview of a stack, for the pull request that would change it.
type Preview struct {
	Stack string
	// Failed says that the stack file is refused, or that the preview could not be made.
	Failed bool
	// Simulated says that the cloud was a simulated one.
	Simulated bool
	// Shown is what the CLI printed.
	Shown string
	Log   Log
	// Cost is the estimate, Markdown.
	Cost string
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
	fmt.Fprintf(&out, "\n%s\n\n<details><summary>%s</summary>\n\n%s\n</details>\n", strings.TrimRight(p.Cost, "\n"), title, Fenced("diff", p.Shown))
	return out.String()
}

// refusal is what the engine called an error; where it never got that far, the end of what the CLI printed.
func (p Preview) refusal() string {
	return cmp.Or(p.Log.Refusal, lastLines(p.Shown, 60))
}

// Drill is the report of a restore drill that failed.
func Drill(stack, log string) string {
	return fmt.Sprintf("# Restore drill of %s: failed\n\n%s", stack, Fenced("text", lastLines(log, 80)))
}

// Drift is what to do about a stack and a cloud that differ.
func Drift(stack, run, shown string) string {
	return fmt.Sprintf(`The stack %[1]s and the cloud differ, or cannot be compared: %[2]s

To bring the cloud back to the stack file: run the workflow deploy. To keep what was changed: write it into Pulumi.%[1]s.yaml.

`, stack, run) + Fenced("diff", shown)
}

func lastLines(text string, count int) string {
	lines := strings.SplitAfter(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "")
}
