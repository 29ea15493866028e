package recorder

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// StackNames are the stacks whose files are committed.
func StackNames(t *testing.T) []string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml"))
	}
	return names
}

// StackFile is the configuration of a committed stack file as the engine hands it to the program.
func StackFile(t *testing.T, name string) map[string]string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	values, err := engine.StackConfig(root, name)
	require.NoError(t, err)
	require.NotEmpty(t, values)
	return values
}

// Config is what the program makes of a stack's values.
func Config(t *testing.T, stackName string, values map[string]string) *config.Config {
	t.Helper()
	cfg, err := config.Load(source(values), stackName, config.StackFile{})
	require.NoError(t, err)
	return cfg
}

// source is a configuration without an engine.
type source map[string]string

// IsConfigSecret reports that nothing is encrypted.
func (s source) IsConfigSecret(string) bool { return false }

// GetConfig is a value.
func (s source) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	return value, ok
}

// Optional tells whether a resource is there only while the credentials are alternating, or while there is a pooler: a run
// can make it again, and going back deletes it. No application's pod uses it.
func Optional(name string) bool {
	ofLogins := slices.ContainsFunc([]string{
		"-database-admin", "core-api-bootstrap-db", "core-api-migrator-db", "-db-people-role", "/rds/bootstrap", "/rds/migrator", "/rds/readonly",
	}, func(part string) bool { return strings.Contains(name, part) })
	ofPooler := strings.Contains(name, "core-api-pooler") || strings.HasSuffix(name, "/rds/pooler")
	return ofLogins || ofPooler
}
