// Package repository finds the root of this repository.
package repository

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// Module is the path of this repository's module.
const Module = "github.com/mosaic-stories/mosaic-database"

// Root finds the root of this repository, from the working directory upwards. The error says where it looked.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(content) == Module {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s and the folders above it hold no go.mod of module %s: "+
				"run this inside the repository", start, Module)
		}
	}
}
