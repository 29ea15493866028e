// Package site builds the documentation's site as it is published, and follows its links.
package site

import (
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

// TestSite: every page of docs is in the site, the sidebar leads to it, and every link and picture leads somewhere.
func TestSite(t *testing.T) {
	tools.Need(t, tools.Node, tools.VitePress)
	root, err := repository.Root()
	require.NoError(t, err)
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), tools.At(t, tools.VitePress), "build", "--outDir", folder)
	build.Dir = filepath.Join(root, "docs")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

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
