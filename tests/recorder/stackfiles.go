package recorder

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// StackNames lists the stacks whose files are committed.
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

// StackFile reads a committed stack file, and returns the configuration as the engine passes it to the program.
func StackFile(t *testing.T, name string) map[string]string {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	values, err := engine.StackConfig(root, name)
	require.NoError(t, err)
	require.NotEmpty(t, values)
	return values
}

// Estimate is what a committed stack costs, in USD a month.
func Estimate(t *testing.T, name string) float64 {
	t.Helper()
	text, isUSD := strings.CutSuffix(Up(t, name, StackFile(t, name)).Exports["estimatedMonthlyCost"].(string), " USD")
	require.True(t, isUSD, text)
	costs, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return costs
}

// Config loads the configuration of a stack as the program does.
func Config(t *testing.T, stackName string, values map[string]string) *config.Config {
	t.Helper()
	cfg, err := config.Load(configtest.Source(values), stackName, config.StackFile{})
	require.NoError(t, err)
	return cfg
}

// Optional tells whether a resource exists only with logins of the clients' own, with a pooler, or with AWS Backup. Turning these off deletes it, or
// forgets it, a run can create it again, and no application's pod uses it.
func Optional(name string) bool {
	ofLogins := slices.ContainsFunc([]string{
		"-database-admin", "-bootstrap-db", "-migrator", "-db-people-role", "/bootstrap", "/readonly", "/log-in-to-the-database", "/rds/previews", "-previews-secrets-role", "/migrator",
	}, func(part string) bool { return strings.Contains(name, part) })
	ofPooler := strings.Contains(name, "core-api-pooler") || strings.HasSuffix(name, "/rds/pooler")
	ofStore := strings.HasSuffix(name, "-db-reader") // the ServiceAccount of a SecretStore, in the tests
	ofBackup := strings.HasSuffix(name, "-db-backup-role")
	return ofBackup || ofLogins || ofPooler || ofStore
}
