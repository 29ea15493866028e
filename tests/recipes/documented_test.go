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

	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// signature is what a recipe takes.
type signature struct {
	Parameters []struct {
		Name    string
		Kind    string // star: the rest of the line
		Default any
	}
}

// takes tells what is wrong with the words of a call; "" for nothing.
func (s signature) takes(words []string) string {
	least, most := 0, len(s.Parameters)
	for _, parameter := range s.Parameters {
		if parameter.Kind == "star" {
			most = 1 << 10
		} else if parameter.Default == nil {
			least++
		}
	}
	switch {
	case len(words) < least:
		return "it lacks a word"
	case len(words) > most:
		return "it has a word too many"
	}
	return ""
}

// TestDocumentedRecipes: each call of a recipe in the documentation is one that just takes, with options that the script has.
func TestDocumentedRecipes(t *testing.T) {
	tools.Need(t, tools.Just)
	cmd := exec.Command(tools.At(t, tools.Just), "--dump", "--dump-format", "json")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var dump struct {
		Recipes map[string]signature
		Aliases map[string]struct{ Target string }
	}
	require.NoError(t, json.Unmarshal(out, &dump))

	// In the text between backticks, and in a block of code at the beginning of a line or of a command substitution.
	call := regexp.MustCompile("(?m)(?:`|^ *|\\()just ([a-z][a-z-]*)([^`#|\n;&)]*)")
	placeholder := regexp.MustCompile(`<[^>\n]*>`)
	pages, err := repository.Pages()
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		for _, found := range call.FindAllStringSubmatch(string(text), -1) {
			name := found[1]
			if alias, ok := dump.Aliases[name]; ok {
				name = alias.Target
			}
			recipe, ok := dump.Recipes[name]
			if !assert.True(t, ok, "%s: %s: there is no such recipe", page, found[0]) {
				continue
			}
			seen[name] = true
			var words []string
			for _, word := range strings.Fields(placeholder.ReplaceAllString(found[2], "word")) {
				if word == "<" { // what the recipe reads
					break
				}
				if !strings.HasPrefix(word, "-") {
					words = append(words, word)
					continue
				}
				option, _, _ := strings.Cut(word, "=")
				if _, err := os.Stat(filepath.Join(root, "scripts", name)); err != nil {
					continue // those of the program that it runs
				}
				assert.True(t, slices.ContainsFunc(options(t, name), func(o string) bool { return strings.TrimSuffix(o, "=") == option }),
					"%s: %s: there is no option %s", page, found[0], word)
			}
			if len(words) > 0 { // a recipe by its name alone is one that the text is about
				assert.Empty(t, recipe.takes(words), "%s: %s", page, found[0])
			}
		}
	}
	require.Greater(t, len(seen), 30)
}

// options are the options of a recipe's script.
func options(t *testing.T, recipe string) []string {
	t.Helper()
	script, err := os.ReadFile(filepath.Join(root, "scripts", recipe))
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^arguments "([^"]*)"`).FindSubmatch(script)
	require.NotEmpty(t, found, recipe)
	return strings.Fields(string(found[1]))
}
