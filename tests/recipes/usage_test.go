package recipes

import (
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

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// usage is what a script takes, by the line that its calls are held to.
type usage struct {
	words    []string // their names, in order
	required int      // the first of them, without which it does nothing
	options  []string // with = at the end if they have a value
}

// usageOf is the usage of a script in the folder scripts.
func usageOf(t *testing.T, script string) (u usage) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "scripts", script))
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^arguments "([^"]*)" "\$@"$`).FindSubmatch(text)
	require.NotEmpty(t, found, script)
	for part := range strings.FieldsSeq(string(found[1])) {
		name := strings.Trim(part, "[]")
		if strings.HasPrefix(name, "-") {
			option, _, valued := strings.Cut(name, "=")
			if valued {
				option += "="
			}
			u.options = append(u.options, option)
			continue
		}
		u.words = append(u.words, name)
		if name == part {
			u.required++
		}
	}
	return u
}

// takes tells what is wrong with the words of a call; "" for nothing.
func (u usage) takes(words []string) string {
	switch {
	case len(words) < u.required:
		return "it lacks a word"
	case len(words) > len(u.words):
		return "it has a word too many"
	}
	return ""
}

// parameter is one of a recipe in the justfile.
type parameter struct {
	Name    string
	Kind    string // star: the rest of the line
	Default any
}

// justfile is what just takes: its recipes, and their other names.
type justfile struct {
	Recipes map[string]struct{ Parameters []parameter }
	Aliases map[string]struct{ Target string }
}

func readJustfile(t *testing.T) (read justfile) {
	t.Helper()
	tools.Need(t, tools.Just)
	cmd := exec.Command(tools.At(t, tools.Just), "--dump", "--dump-format", "json")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &read))
	return read
}

// scriptsOf are the scripts of a folder in the folder scripts that people or workflows call.
func scriptsOf(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "scripts", folder))
	require.NoError(t, err)
	for _, entry := range entries {
		if !entry.IsDir() && filepath.Ext(entry.Name()) == "" {
			names = append(names, filepath.Join(folder, entry.Name()))
		}
	}
	return names
}

// Every recipe, and every script of a workflow, refuses a call that does not fit with the exit code 2 and its usage, before it calls anything. So a
// script that calls it knows that nothing was done, and that there is no sense in a second attempt.
func TestWrongUse(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	recipes := readJustfile(t).Recipes
	before, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	scripts := append(scriptsOf(t, ""), scriptsOf(t, "ci")...)
	require.Greater(t, len(scripts), 45)
	for _, script := range scripts {
		takes, filled := usageOf(t, script), []string{}
		for range takes.words {
			filled = append(filled, "1")
		}
		refused := map[string][]string{"the option --no-such-option does not fit": append(slices.Clone(filled), "--no-such-option"),
			"too many words, from surplus on": append(slices.Clone(filled), "surplus")}
		if script == "ci/comment" {
			delete(refused, "too many words, from surplus on") // it takes any number of stacks
		}
		if takes.required > 0 {
			missing := strings.TrimSuffix(takes.words[takes.required-1], "...")
			refused["missing: "+missing] = filled[:takes.required-1]
		}
		for want, args := range refused {
			cmd, called := b.command(append([]string{script}, args...)...), "just "+script
			if strings.HasPrefix(script, "ci/") {
				called = "scripts/" + script
				cmd = b.prepared(exec.Command(tools.At(t, tools.Bash), append([]string{called}, args...)...))
			} else if assert.Contains(t, recipes, script) {
				assertParameters(t, recipes[script].Parameters, takes, script)
			}
			r := b.finish(cmd, cmd.Run)
			assert.Equal(t, 2, r.code, "%s %s: %s", script, args, r.stderr)
			assert.Contains(t, r.stderr, want+"; usage: "+called, "%s %s", script, args)
			assert.NotContains(t, r.stderr, "failed on line", "just has nothing to add")
			assert.Empty(t, r.stdout, script)
		}
	}
	after, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
}

// assertParameters holds what just passes on to what the script takes: the words by the same names, and everything else, so that the script and not
// just refuses it.
func assertParameters(t *testing.T, parameters []parameter, takes usage, script string) {
	t.Helper()
	if assert.NotEmpty(t, parameters, script) && assert.Equal(t, "star", parameters[len(parameters)-1].Kind, script) {
		var names []string
		for _, one := range parameters[:len(parameters)-1] {
			names = append(names, one.Name)
			assert.NotNil(t, one.Default, "%s: just itself asks for %s, and ends with 1", script, one.Name)
		}
		if parameters[0].Name != "arguments" {
			assert.Equal(t, takes.words, names, script)
		}
	}
}
