package tests

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// root is the folder of Pulumi.yaml.
const root = ".."

// stackNames are the stacks whose files are committed.
func stackNames(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	return names
}

// stackFile reads the configuration of a committed stack file as the engine hands it to the program.
func stackFile(t *testing.T, name string) map[string]string {
	t.Helper()
	values, err := engine.StackConfig(root, name)
	require.NoError(t, err)
	require.NotEmpty(t, values)
	return values
}
