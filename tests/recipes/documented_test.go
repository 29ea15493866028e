package recipes

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// TestDocumentedRecipes: each call of a recipe in the documentation is one that just takes, with options that the script has.
func TestDocumentedRecipes(t *testing.T) {
	dump := readJustfile(t)

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
			_, ok := dump.Recipes[name]
			if !assert.True(t, ok, "%s: %s: there is no such recipe", page, found[0]) {
				continue
			}
			seen[name] = true
			if _, err := os.Stat(filepath.Join(root, "scripts", name)); err != nil || name == "ci" {
				continue // it runs a program, which has its own tests
			}
			var words []string
			for _, word := range strings.Fields(placeholder.ReplaceAllString(found[2], "word")) {
				if word == "<" || word == ">" { // what the recipe reads, or where its output goes
					break
				}
				if !strings.HasPrefix(word, "-") {
					words = append(words, word)
					continue
				}
				option, _, _ := strings.Cut(word, "=")
				assert.True(t, slices.ContainsFunc(usageOf(t, name).options, func(o string) bool { return strings.TrimSuffix(o, "=") == option }),
					"%s: %s: there is no option %s", page, found[0], word)
			}
			if len(words) > 0 { // a recipe by its name alone is one that the text is about
				assert.Empty(t, usageOf(t, name).takes(words), "%s: %s", page, found[0])
			}
		}
	}
	require.Greater(t, len(seen), 30)
}
