package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// root is the folder of README.md.
var root = filepath.Join("..", "..")

// TestEveryPageIsReachable: every page can be reached from README, and no link is broken.
func TestEveryPageIsReachable(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	// anchors are the anchors that GitHub makes of the headings of a page.
	anchors := func(text string) []string {
		var all []string
		for _, found := range heading.FindAllStringSubmatch(text, -1) {
			letters := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(found[1]), "")
			all = append(all, "#"+strings.ReplaceAll(letters, " ", "-"))
		}
		return all
	}
	reached := map[string]bool{}
	var follow func(page string) string
	follow = func(page string) string {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		if reached[page] {
			return string(text)
		}
		reached[page] = true
		for _, found := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			there := string(text)
			if found[1] != "" {
				target := filepath.Join(filepath.Dir(page), found[1])
				if _, err := os.Stat(filepath.Join(root, target)); !assert.NoError(t, err, "%s: %s", page, found[0]) || filepath.Ext(target) != ".md" {
					continue
				}
				there = follow(target)
			}
			if found[2] != "" {
				assert.Contains(t, anchors(there), found[2], "%s: %s", page, found[0])
			}
		}
		return string(text)
	}
	follow("README.md")
	pages, err := repository.Pages()
	require.NoError(t, err)
	for _, page := range pages {
		assert.True(t, reached[page], "no link leads to %s", page)
	}
}

// TestEveryPageSaysForWhom: below its title, a page says for whom it is, and what for. The index lists it under its folder's heading.
func TestEveryPageSaysForWhom(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(root, "docs", "README.md"))
	require.NoError(t, err)
	parts := map[string]string{}
	for _, part := range strings.Split(string(index), "\n## ")[1:] {
		title, list, _ := strings.Cut(part, "\n")
		parts[strings.ToLower(title)] = list
	}
	pages, err := repository.Pages()
	require.NoError(t, err)
	begin := regexp.MustCompile(`\A# [^\n]+\n\nFor \S`)
	for _, page := range pages {
		part, ofPart := strings.CutPrefix(filepath.Dir(page), "docs/")
		if !ofPart {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		assert.Regexp(t, begin, string(text), page)
		assert.Contains(t, parts[part], "]("+strings.TrimPrefix(page, "docs/")+")", "the index has %s", page)
	}
}

// TestVocabulary: no page uses a word that the vocabulary has another one for. Code is what programs are called.
func TestVocabulary(t *testing.T) {
	const page = "docs/reference/vocabulary.md"
	vocabulary, err := os.ReadFile(filepath.Join(root, page))
	require.NoError(t, err)
	words := map[string]string{} // the word to write, by the one not to
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$`).FindAllStringSubmatch(string(vocabulary), -1)[1:] {
		for _, not := range strings.Split(row[2], ", ") {
			words[not] = row[1]
		}
	}
	require.Greater(t, len(words), 20)
	pages, err := repository.Pages()
	require.NoError(t, err)
	code := regexp.MustCompile("(?s)```.*?```|`[^`]*`")
	for _, file := range pages {
		if file == page {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		prose := code.ReplaceAllString(string(text), "")
		for not, word := range words {
			assert.NotRegexp(t, `(?i)\b`+regexp.QuoteMeta(not)+`s?\b`, prose, "%s: write %s", file, word)
		}
	}
}
