package tests

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// guard is a place in the program that keeps something from happening, and what is left when it is taken out.
type guard struct {
	part     string   // of the report
	what     string   // it holds
	file     string   // of the program
	text     string   // is in the file once
	line     bool     // the whole line with the text goes
	instead  string   // is there without the guard
	together string   // guards with the same word are taken out at once; "": this one alone
	inside   string   // package whose tests these are; "": tests
	rows     []string // names of tests and of rows, each of which fails without it
}

// proveGuards takes out one guard after the other and expects every row behind it to fail. What it changes is a copy
// that the compiler is given in place of the file; with everything in its place, all rows pass.
func proveGuards(t *testing.T) {
	t.Helper()
	all := guards()
	intact := map[string][]string{}
	for _, g := range all {
		intact[g.inside] = append(intact[g.inside], g.rows...)
	}
	passed := t.Run("in place", func(t *testing.T) {
		for inside, rows := range intact {
			slices.Sort(rows)
			rows = slices.Compact(rows)
			said := run(t, inside, "", rows)
			for _, row := range rows {
				assert.True(t, strings.Contains(said, "--- PASS: "+printed(row)+" ("), "%s does not pass", row)
			}
		}
	})
	require.True(t, passed, "a row that fails anyway proves nothing")
	t.Run("taken out", func(t *testing.T) {
		for _, name := range bundles(all) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				out := slices.DeleteFunc(slices.Clone(all), func(g guard) bool { return g.bundle() != name })
				var rows []string
				for _, g := range out {
					rows = append(rows, g.rows...)
				}
				said := run(t, out[0].inside, overlay(t, out), rows)
				require.False(t, strings.Contains(said, "\npanic: "), "%s", said)
				for _, row := range rows {
					assert.True(t, strings.Contains(said, "--- FAIL: "+printed(row)+" ("), "%s does not notice", row)
				}
				t.Logf("%d rows; %s", len(rows), firstError(said))
			})
		}
	})
}

// bundle is the name of what is taken out at once.
func (g guard) bundle() string { return cmp.Or(g.together, g.what) }

// bundles are the names of all of them, in the order of the guards.
func bundles(all []guard) []string {
	var names []string
	for _, g := range all {
		if !slices.Contains(names, g.bundle()) {
			names = append(names, g.bundle())
		}
	}
	return names
}

// overlay is the file with which the compiler finds these guards taken out.
func overlay(t *testing.T, out []guard) string {
	t.Helper()
	dir, sources := t.TempDir(), map[string]string{}
	for _, g := range out {
		source, ok := sources[g.file]
		if !ok {
			source = g.source(t)
		}
		text := g.text
		if g.line {
			text = regexp.MustCompile(`(?m)^.*` + regexp.QuoteMeta(g.text) + `.*$`).FindString(source)
		}
		require.Contains(t, source, text, g.what)
		sources[g.file] = strings.Replace(source, text, g.instead, 1)
	}
	replace := map[string]string{}
	for file, source := range sources {
		path, err := filepath.Abs(filepath.Join(root, file))
		require.NoError(t, err)
		replace[path] = filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		require.NoError(t, os.WriteFile(replace[path], []byte(source), 0o600))
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	path := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

// source is the file that has the guard.
func (g guard) source(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, g.file))
	require.NoError(t, err)
	return string(content)
}

// run compiles the tests of a package with an overlay and runs some of them; the result is what they printed.
func run(t *testing.T, inside, overlay string, rows []string) string {
	t.Helper()
	inside = cmp.Or(inside, "tests")
	binary := filepath.Join(t.TempDir(), "tests.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-tags", "prove", "-ldflags", "-s -w", "-overlay", overlay, "-o", binary, "./"+inside)
	build.Dir = root
	said, err := build.CombinedOutput()
	require.NoError(t, err, "%s", said)
	var patterns []string
	for _, row := range rows {
		patterns = append(patterns, pattern(row))
	}
	args := []string{"-test.v", "-test.timeout", "20m", "-test.run", strings.Join(patterns, "|")}
	tests := exec.CommandContext(t.Context(), binary, args...)
	tests.Dir = filepath.Join(root, inside)
	said, err = tests.CombinedOutput()
	if failed := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &failed)
	}
	require.NoError(t, os.Remove(binary))
	return string(said)
}

// pattern is what -run takes for a test and no other.
func pattern(name string) string {
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

// printed is a test's name as go test prints it.
func printed(name string) string { return strings.ReplaceAll(name, " ", "_") }

// firstError is the first thing that an assertion says.
func firstError(said string) string {
	found := regexp.MustCompile(`Error: +\t(.*(?:\n +\t +\t.*)?)`).FindStringSubmatch(said)
	if found == nil {
		return ""
	}
	return strings.Join(strings.Fields(found[1]), " ")
}
