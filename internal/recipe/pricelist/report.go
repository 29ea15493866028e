package pricelist

import (
	"fmt"
	"slices"
	"strings"
)

// shown is how many lines of a kind the report has: a description of a pull request has a limit of 65,536 characters.
const shown = 200

// report is what a run changed, for a person who decides whether to take it.
type report struct {
	today   string // such as 2026-12-01
	regions []string
	changes []change
	missing []string // lists that AWS does not have, or that cannot be used, with the reason
	odd     []string // prices that are not as expected, with the reason
	written bool     // whether the table was; it is not where only dates differ
}

// take adds what became of a region.
func (r *report) take(region string, m merged) {
	r.regions = append(r.regions, region)
	r.changes = append(r.changes, m.changes...)
	r.missing = append(r.missing, m.missing...)
	for _, problem := range m.odd {
		r.odd = append(r.odd, region+": "+problem)
	}
}

func (r report) markdown() string {
	var changed, gone []string
	added, regions := 0, map[string]bool{}
	for _, c := range r.changes {
		switch {
		case c.was == 0:
			added++
			regions[c.region] = true
		case c.now == 0:
			gone = append(gone, fmt.Sprintf("%s: %s, %v USD", c.region, c.figure, c.was))
		default:
			changed = append(changed, fmt.Sprintf("%s: %s, from %v to %v USD", c.region, c.figure, c.was, c.now))
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "AWS's price list as it was on %s, of %d regions: %d prices changed, %d are new in %d regions, and of %d the list has none any more.\n",
		r.today, len(r.regions), len(changed), added, len(regions), len(gone))
	if !r.written {
		out.WriteString("The table has what the list has, and keeps the dates that it has.\n")
	}
	for _, part := range []struct {
		title string
		lines []string
	}{
		{"Changed", changed},
		{"Not in AWS's list; the table keeps them as they were, with their source", gone},
		{"Not as expected; the table keeps them as they were", r.odd},
		{"Not read; the table keeps what it had", r.missing},
	} {
		slices.Sort(part.lines)
		if len(part.lines) == 0 {
			continue
		}
		fmt.Fprintf(&out, "\n%s:\n\n", part.title)
		for _, line := range part.lines[:min(shown, len(part.lines))] {
			fmt.Fprintf(&out, "- %s\n", line)
		}
		if more := len(part.lines) - shown; more > 0 {
			fmt.Fprintf(&out, "- and %d more\n", more)
		}
	}
	return out.String()
}
