//go:build prove

package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/golden"
)

// section is a table of docs/why/faults.md. Its rows are what happened on the engine.
type section struct {
	title  string
	header []string
	prove  func(*testing.T) [][]string
	rows   [][]string
}

// TestFaults proves on the real engine that no failure, removal or drift loses data, and that no output leaks the password. It compares
// docs/why/faults.md with what happened; -update rewrites it.
func TestFaults(t *testing.T) {
	t.Parallel()
	sections := []*section{
		{title: everyResourceTitle, header: operations(), prove: ofInstance().everyResource},
		{title: "Every resource of an Aurora cluster", header: operations(), prove: ofCluster().everyResource},
		{title: "Everything else that fails", header: []string{"what", "what the run says", "what you do", "afterwards"}, prove: otherFaults},
		{title: "Drift", header: []string{"what", "`preview --refresh` shows", "`up --refresh` then"}, prove: drifts},
		{title: "Removal", header: []string{"what", "what happens", "what remains"}, prove: removals},
		{title: "Secrets", header: []string{"where the password was looked for", "found"}, prove: passwordLeaks},
	}
	proved := t.Run("on the engine", func(t *testing.T) {
		for _, s := range sections {
			t.Run(s.title, func(t *testing.T) {
				t.Parallel()
				s.rows = s.prove(t)
			})
		}
	})
	if !proved || slices.ContainsFunc(sections, func(s *section) bool { return s.rows == nil }) {
		return // the report needs all parts
	}
	var report strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&report, "### %s (%d)\n\n%s\n", s.title, len(s.rows), golden.Table(s.header, s.rows))
	}
	faultsPage.Check(t, strings.TrimSuffix(report.String(), "\n"))
}

// operations are the columns of a section that has a row for each resource.
func operations() []string {
	return []string{"resource", "its creation fails", "the run is killed while it is created", "its update fails", "its deletion fails"}
}

// everyResourceTitle is the section that has a row for each resource.
const everyResourceTitle = "Every resource"

// faultsPage is the report.
var faultsPage = golden.Page{File: "docs/why/faults.md", Command: "go test -tags prove ./tests/faults -timeout 45m -update"}

// cases are rows that are proved in parallel, each on a stack of its own.
type cases []struct {
	what  string
	prove func(*testing.T) []string // the other cells
}

// rows proves the cases and returns their rows, in order; nil if one failed.
func (c cases) rows(t *testing.T) [][]string {
	t.Helper()
	rows := make([][]string, len(c))
	proved := t.Run("case", func(t *testing.T) {
		for i, one := range c {
			t.Run(one.what, func(t *testing.T) {
				t.Parallel()
				rows[i] = append([]string{one.what}, one.prove(t)...)
				faultsPage.HasRow(t, rows[i])
			})
		}
	})
	if !proved || slices.ContainsFunc(rows, func(row []string) bool { return row == nil }) {
		return nil
	}
	return rows
}

// seen expects every phrase in the text, and returns them in the form of the report.
func seen(t *testing.T, text string, phrases ...string) string {
	t.Helper()
	for _, phrase := range phrases {
		require.Contains(t, text, phrase)
	}
	return "“" + strings.Join(phrases, "” “") + "”"
}
