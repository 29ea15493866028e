// Package site builds the documentation's site as it is published, and follows its links and asks its search.
package site

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path"
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

// TestSite builds the site once, for all that is asked of it.
func TestSite(t *testing.T) {
	tools.Need(t, tools.Node, tools.VitePress)
	root, err := repository.Root()
	require.NoError(t, err)
	docs, folder := filepath.Join(root, "docs"), t.TempDir()
	build := exec.CommandContext(t.Context(), tools.At(t, tools.VitePress), "build", "--outDir", folder)
	build.Dir = docs
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	t.Run("links", func(t *testing.T) { checkLinks(t, folder) })
	t.Run("search", func(t *testing.T) { checkSearch(t, docs, folder) })
	t.Run("colours", func(t *testing.T) { checkColours(t, folder) })
}

// checkLinks: every page of docs is in the site, the sidebar leads to it, and every link and picture leads somewhere.
func checkLinks(t *testing.T, folder string) {
	t.Helper()
	written, err := repository.Pages()
	require.NoError(t, err)
	site := map[string]string{} // the HTML of each page
	for _, page := range written {
		name, inDocs := strings.CutPrefix(page, "docs/")
		if !inDocs {
			continue
		}
		name = strings.TrimSuffix(strings.Replace(name, "README", "index", 1), ".md")
		html, err := os.ReadFile(filepath.Join(folder, name+".html"))
		require.NoError(t, err)
		site[name+".html"] = string(html)
	}
	listed := links(t, "index.html", site["index.html"])
	for page, html := range site {
		assert.True(t, slices.ContainsFunc(listed, func(link *url.URL) bool { return link.Path == "/"+page }), "the sidebar leads to %s", page)
		for _, link := range links(t, page, html) {
			file := strings.TrimPrefix(link.Path, "/")
			_, err := os.Stat(filepath.Join(folder, file))
			assert.NoError(t, err, "%s: %s", page, link)
			if link.Fragment != "" {
				assert.Contains(t, site[file], ` id="`+link.Fragment+`"`, "%s: %s", page, link)
			}
		}
	}
}

// checkSearch: the first page that a search finds is the one that answers it.
func checkSearch(t *testing.T, docs, folder string) {
	t.Helper()
	answers := map[string]string{
		"restore": "how-to/restore", "point in time": "how-to/restore", "region": "how-to/region",
		"rotate password": "how-to/rotation", "passwordVersion": "how-to/rotation", "IRSA": "why/delivery", "iam authentication": "why/users",
		"max_connections": "reference/tiers", "too many connections": "how-to/pooling", "pgbouncer": "how-to/pooling", "work_mem": "how-to/upgrades",
		"major version": "how-to/upgrades", "serverless": "how-to/serverless", "migrate": "how-to/migrations", "tls": "how-to/clients",
		"jdbc": "how-to/clients", "cost": "reference/costs", "price": "reference/costs", "tier": "reference/tiers", "dashboard": "how-to/monitoring",
		"deletion protection": "why/protection", "adopt": "how-to/adoption", "argo cd": "why/delivery", "preview environment": "how-to/previews",
	}
	queries := slices.Sorted(maps.Keys(answers))
	search := exec.CommandContext(t.Context(), tools.At(t, tools.Node), slices.Concat([]string{"search.mjs", docs, folder}, queries)...)
	out, err := search.Output()
	require.NoError(t, err)
	var found []string
	require.NoError(t, json.Unmarshal(out, &found))
	require.Len(t, found, len(queries))
	for i, query := range queries {
		assert.Equal(t, "/"+answers[query], found[i], query)
	}
}

// checkColours: the page has a colour scheme with the switch in either position, and a picture takes it from the page. Without one it
// would take the system's.
func checkColours(t *testing.T, folder string) {
	t.Helper()
	sheets, err := filepath.Glob(filepath.Join(folder, "assets", "style.*.css"))
	require.NoError(t, err)
	require.Len(t, sheets, 1)
	style, err := os.ReadFile(sheets[0])
	require.NoError(t, err)
	assert.Contains(t, string(style), "html{color-scheme:light}")
	assert.Contains(t, string(style), "html.dark{color-scheme:dark}")
}

// links are the links of a page into the site, each with the file that it leads to.
func links(t *testing.T, page, html string) []*url.URL {
	t.Helper()
	var all []*url.URL
	for _, found := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		link, err := (&url.URL{Path: "/" + page}).Parse(found[1])
		require.NoError(t, err, found[1])
		switch {
		case link.Host != "":
			continue
		case link.Path == "/":
			link.Path = "/index.html"
		case path.Ext(link.Path) == "":
			link.Path += ".html"
		}
		all = append(all, link)
	}
	return all
}
