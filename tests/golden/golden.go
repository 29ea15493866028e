// Package golden compares results of tests with committed files, and rewrites the files with -update.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

var update = flag.Bool("update", false, "rewrite the golden files and the generated documentation")

// Check compares a text with a file.
func Check(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "run: just golden")
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale (-file +program); where the change is meant, run: just golden\n%s", file, diff)
	}
}

// Page is a document of which the part between two marks is generated.
type Page struct {
	File    string // path from the root of the repository
	Command string // the command that rewrites it; the first mark names it
}

// Docs is a page that `just golden` rewrites.
func Docs(file string) Page { return Page{File: file, Command: "just golden"} }

// Check compares a text with the generated part of the page.
func (p Page) Check(t *testing.T, text string) {
	t.Helper()
	begin, end := "<!-- generated: "+p.Command+" -->\n", "<!-- /generated -->\n"
	head, rest, found := strings.Cut(p.read(t), begin)
	require.True(t, found, "%s has no mark %q", p.File, begin)
	old, tail, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no mark %q", p.File, end)
	now := "\n" + text + "\n"
	if *update {
		require.NoError(t, os.WriteFile(p.path(t), []byte(head+begin+now+end+tail), 0o644))
		return
	}
	assert.Equal(t, now, old, "%s is stale; run: %s", p.File, p.Command)
}

// CheckWhole compares a text with the whole page.
func (p Page) CheckWhole(t *testing.T, text string) {
	t.Helper()
	Check(t, p.path(t), text)
}

// HasRow expects a row in the page. It is for tests that produce single rows and cannot compare the whole page.
func (p Page) HasRow(t *testing.T, cells []string) {
	t.Helper()
	if *update {
		return
	}
	row := line(cells)
	assert.True(t, strings.Contains(p.read(t), row), "%s does not have this row; if it is meant, generate it again: %s", p.File, row)
}

func (p Page) path(t *testing.T) string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	return filepath.Join(root, p.File)
}

func (p Page) read(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(p.path(t))
	require.NoError(t, err)
	return string(content)
}

// Table formats a table in Markdown.
func Table(header []string, rows [][]string) string {
	var out strings.Builder
	out.WriteString(line(header) + strings.Repeat("| --- ", len(header)) + "|\n")
	for _, row := range rows {
		out.WriteString(line(row))
	}
	return out.String()
}

// line is a row of a table; inside a cell, a pipe would end it, also in code, and angle brackets would be HTML, but not in code.
func line(cells []string) string {
	var out strings.Builder
	for _, cell := range cells {
		parts := strings.Split(strings.ReplaceAll(cell, "|", "\\|"), "`")
		for i := 0; i < len(parts); i += 2 {
			parts[i] = strings.ReplaceAll(parts[i], "<", "\\<")
		}
		out.WriteString("| " + strings.Join(parts, "`") + " ")
	}
	return out.String() + "|\n"
}
