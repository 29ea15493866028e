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
