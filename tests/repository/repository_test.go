package repository

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoot(t *testing.T) {
	t.Chdir(filepath.Join("..", "engine", "testdata", "project"))
	root, err := Root()
	require.NoError(t, err)
	assert.FileExists(t, filepath.Join(root, "tests", "cli", "go.mod"))

	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "go.mod"), []byte("module example.com/other\n"), 0o600))
	t.Chdir(outside)
	_, err = Root()
	require.ErrorContains(t, err, "run this inside the repository")
}
