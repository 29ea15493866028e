package repository

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// BuildRecipe builds the program of the recipes into a folder, and returns its path.
func BuildRecipe(folder string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	file := filepath.Join(folder, "recipe")
	cmd := exec.Command("go", "build", "-o", file, "./internal/recipe")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return file, nil
}
