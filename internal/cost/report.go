package cost

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Report is an estimate, and what changed since an earlier one, as text, Markdown or JSON.
type Report struct {
	Stack    string
	Region   string
	Estimate Estimate
	Compared bool    // whether there is an earlier estimate
	Before   []Line  // the lines of the earlier estimate
	Budget   float64 // USD a month; 0: none
}

// NewReport estimates the cost of a stack with a number of alarms. The report compares it with nothing.
func NewReport(cfg *config.Config, alarms int) (Report, error) {
	estimate, err := Monthly(cfg, alarms)
	return Report{Stack: cfg.Stack, Region: cfg.Region, Estimate: estimate, Budget: cfg.Budget.MonthlyUSD}, err
}

func (r Report) title() string {
	atLeast := ""
	if len(r.Estimate.Unknown()) > 0 {
		atLeast = "at least "
	}
	return fmt.Sprintf("Estimated cost of %s in %s: %s%.2f USD a month", r.Stack, r.Region, atLeast, r.Estimate.Total)
}

// Text is the report in columns, for a terminal.
func (r Report) Text() string {
	var out strings.Builder
	out.WriteString(r.title() + "\n\n")
	tab := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range append(r.lines(), r.changes()...) {
		fmt.Fprintln(tab, strings.TrimRight("  "+strings.Join(row, "\t"), " "))
	}
	_ = tab.Flush() // a strings.Builder returns no error
	for _, note := range r.notes() {
		out.WriteString("\n" + note)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// Markdown is the report for a pull request: the changes, and all lines in a collapsed section.
func (r Report) Markdown() string {
	var out strings.Builder
	table := func(rows [][]string) {
		for i, row := range rows {
			out.WriteString("| " + strings.Join(row, " | ") + " |\n")
			if i == 0 {
				out.WriteString(strings.Repeat("| --- ", len(row)) + "|\n")
			}
		}
	}
	out.WriteString("**" + r.title() + "**\n\n")
	if r.Compared {
		if rows := r.changes(); len(rows) > 2 {
			table(rows[1:])
		} else {
			out.WriteString("No line changes.\n")
		}
		out.WriteString("\n")
	}
	out.WriteString("<details><summary>All lines</summary>\n\n")
	table(r.lines())
	for _, note := range r.notes() {
		out.WriteString("\n" + note + "\n")
	}
	out.WriteString("\n</details>\n")
	return out.String()
}

// lines are the rows of the estimate, below a header.
func (r Report) lines() [][]string {
	rows := [][]string{{"item", "what", "USD a month"}}
	for _, line := range r.Estimate.Lines {
		rows = append(rows, []string{line.Item, line.Detail, line.amount()})
	}
	return append(rows, []string{"total", "", fmt.Sprintf("%.2f", r.Estimate.Total)})
}

// changes are an empty row and the rows of what changed, with a header and the total.
func (r Report) changes() [][]string {
	if !r.Compared {
		return nil
	}
	changes := Changes(r.Before, r.Estimate)
	if len(changes) == 0 {
		return [][]string{{""}, {"no line changes"}}
	}
	rows := [][]string{{""}, {"change", "before", "after", "USD a month"}}
	for _, c := range changes {
		difference := "unknown"
		if usd, known := c.Difference(); known {
			difference = signed(usd)
		}
		rows = append(rows, []string{c.Item, c.Old.side(), c.New.side(), difference})
	}
	before := total(r.Before)
	return append(rows, []string{"total", fmt.Sprintf("%.2f", before), fmt.Sprintf("%.2f", r.Estimate.Total), signed(r.Estimate.Total - before)})
}

// notes are the sentences below the tables.
func (r Report) notes() []string {
	var notes []string
	if newest, oldest := r.Estimate.Seen(); newest != oldest {
		notes = append(notes, fmt.Sprintf("Prices of %s, the oldest of %s.", newest, oldest))
	} else if newest != "" {
		notes = append(notes, fmt.Sprintf("Prices of %s.", newest))
	}
	if unknown := r.Estimate.Unknown(); len(unknown) > 0 {
		notes = append(notes, "On top, without a known price: "+strings.Join(unknown, ", ")+".")
	}
	if more := r.Estimate.Most - r.Estimate.Total; more > 0 {
		notes = append(notes, fmt.Sprintf("%s may add up to %.2f USD, at full %s all month.", r.Estimate.ranged(), more, r.Estimate.full()))
	}
	for _, reserved := range r.Estimate.Reserved {
		notes = append(notes, fmt.Sprintf("Reserved for %s, the instances would cost about %.2f to %.2f USD.", reserved.Term, reserved.Least, reserved.Most))
	}
	switch left := math.Abs(r.Budget - r.Estimate.Total); {
	case r.Budget == 0:
	case r.OverBudget():
		notes = append(notes, fmt.Sprintf("Over the budget of %.2f USD by %.2f.", r.Budget, left))
	case len(r.Estimate.Unknown()) > 0:
		notes = append(notes, fmt.Sprintf("The budget of %.2f USD has at most %.2f left.", r.Budget, left))
	default:
		notes = append(notes, fmt.Sprintf("The budget of %.2f USD has %.2f left.", r.Budget, left))
	}
	return notes
}

// ranged is what costs more with more use, and full what it is then.
func (e Estimate) ranged() string { return e.scaling("CPU credits", "Capacity") }
func (e Estimate) full() string   { return e.scaling("speed", "scale") }

func (e Estimate) scaling(instance, cluster string) string {
	if slices.ContainsFunc(e.Lines, func(l Line) bool { return l.Item == "capacity" }) {
		return cluster
	}
	return instance
}

// OverBudget tells whether the known lines cost more than the budget. It compares whole cents.
func (r Report) OverBudget() bool { return r.Budget > 0 && cents(r.Estimate.Total) > cents(r.Budget) }

// amount is the cost of the line as the report shows it.
func (l Line) amount() string {
	switch {
	case !l.Known:
		return "unknown"
	case l.Most > l.Monthly:
		return fmt.Sprintf("%.2f to %.2f", l.Monthly, l.Most)
	}
	return fmt.Sprintf("%.2f", l.Monthly)
}

// side is the line as the report of changes shows it; nil: "none".
func (l *Line) side() string {
	if l == nil {
		return "none"
	}
	return strings.TrimSpace(l.Detail + " (" + l.amount() + ")")
}

func signed(usd float64) string {
	if math.Abs(usd) < 0.005 {
		return "0.00"
	}
	return fmt.Sprintf("%+.2f", usd)
}

func total(lines []Line) float64 {
	sum := 0.0
	for _, line := range lines {
		if line.Known {
			sum += line.Monthly
		}
	}
	return sum
}
