package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryGuardIsThere: the text that is taken out is in its file, once.
func TestEveryGuardIsThere(t *testing.T) {
	names := map[string]bool{}
	for _, g := range guards() {
		assert.Equal(t, 1, strings.Count(g.source(t), g.text), "%s: %s has %q", g.what, g.file, g.text)
		assert.NotEqual(t, g.text, g.instead, g.what)
		assert.NotEmpty(t, g.rows, g.what)
		assert.False(t, names[g.what], "%s is there twice", g.what)
		names[g.what] = true
	}
}

// TestEveryRowHasAGuard: behind every refusal of the matrix and every row of the faults there is a guard that was taken
// out, or a word on whose doing it is.
func TestEveryRowHasAGuard(t *testing.T) {
	behind := map[string]bool{}
	for _, g := range guards() {
		for _, row := range g.rows {
			behind[row] = true
		}
	}
	for _, row := range transitions() {
		if row.refused != "" {
			assert.True(t, behind[row.path()], "no guard behind %s", row)
		}
	}
	others := map[string]bool{}
	for _, o := range ofOthers() {
		assert.False(t, others[o.row], "%s is there twice", o.row)
		others[o.row] = true
	}
	for section, rows := range documentedFaults(t) {
		for _, row := range rows {
			path := faultPath(section, row)
			assert.True(t, behind[path] || others[section+": "+row], "neither a guard behind %q of %s, nor a word on it", row, section)
			assert.False(t, behind[path] && others[section+": "+row], "both a guard behind %q of %s, and a word that there is none", row, section)
		}
	}
}

// documentedFaults are the rows of docs/faults.md, by section; the resources all have the same ones.
func documentedFaults(t *testing.T) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, faultsFile))
	require.NoError(t, err)
	rows := map[string][]string{}
	section := ""
	for text := range strings.Lines(string(content)) {
		if title := regexp.MustCompile(`^### (.*) \(\d+\)`).FindStringSubmatch(text); title != nil {
			section = title[1]
		}
		if cell, _, isRow := strings.Cut(strings.TrimPrefix(text, "| "), " | "); isRow && !strings.HasPrefix(cell, "---") && !strings.HasPrefix(cell, "| ---") {
			rows[section] = append(rows[section], cell)
		}
	}
	for section := range rows {
		rows[section] = rows[section][1:] // without the header
	}
	delete(rows, everyResourceTitle)
	rows[everyResourceTitle] = []string{"create", "kill", "update", "delete"}
	return rows
}

const everyResourceTitle = "Every resource"

// faultPath is the name of the test of a row of docs/faults.md.
func faultPath(section, row string) string {
	between := map[string]string{everyResourceTitle: "operation/", "Everything else that fails": "case/", "Removal": "case/"}[section]
	return "TestFaults/on the engine/" + section + "/" + between + row
}

// path is the name of the test of the change in prod.
func (r transition) path() string {
	return "TestTransitions/of/" + strings.TrimSuffix("prod, "+r.part+", "+r.born, ", ") + "/" + r.String()
}
