package repository

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// Pages are the pages of the documentation: README.md, CONTRIBUTING.md and all below docs, as paths from the root.
func Pages() ([]string, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	pages := []string{"README.md", "CONTRIBUTING.md"}
	err = fs.WalkDir(os.DirFS(root), "docs", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".")) { // what builds the site, and the site
			return fs.SkipDir
		}
		if path.Ext(name) == ".md" {
			pages = append(pages, file)
		}
		return nil
	})
	return pages, err
}
