package recipes

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// just without arguments lists every recipe, in a group and with a description.
func TestRecipesAreListed(t *testing.T) {
	tools.Need(t, tools.Just)
	cmd := exec.Command(tools.At(t, tools.Just), "--dump", "--dump-format", "json")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var dump struct {
		Recipes map[string]struct {
			Doc        string `json:"doc"`
			Attributes []any  `json:"attributes"`
		} `json:"recipes"`
	}
	require.NoError(t, json.Unmarshal(out, &dump))
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "*-*"))
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	page, err := os.ReadFile(filepath.Join(root, "docs", "how-to", "operations.md"))
	require.NoError(t, err)
	for _, script := range scripts {
		name := filepath.Base(script)
		if name == "sql" {
			continue
		}
		assert.Contains(t, dump.Recipes, name, "a script without a recipe")
		assert.Contains(t, string(page), "just "+name, "the table of docs/how-to/operations.md has it")
	}
	for name, recipe := range dump.Recipes {
		assert.NotEmpty(t, recipe.Doc, name)
		if name != "default" {
			assert.NotEmpty(t, recipe.Attributes, "%s has no group", name)
		}
	}
}

func TestScriptsPassShellCheck(t *testing.T) {
	tools.Need(t, tools.ShellCheck)
	var scripts []string
	for _, pattern := range []string{"*-*", "bootstrap", "golden", "prices", "release", "ci/*", "../tests/tools/*.sh"} {
		found, err := filepath.Glob(filepath.Join(root, "scripts", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		scripts = append(scripts, found...)
	}
	cmd := exec.Command(tools.At(t, tools.ShellCheck), append([]string{"--external-sources", "--source-path=SCRIPTDIR"}, scripts...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
