package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/configtest"
)

func TestRetained(t *testing.T) {
	c := configtest.Load(t, "mosaic-database:restore: {generation: 4, serving: 3, snapshotIdentifier: a, unprotected: [mosaic-prod-db-2], released: [mosaic-prod-db]}")
	assert.Equal(t, "mosaic-prod-db-3", c.Instance())
	assert.Equal(t, []config.Retained{{Identifier: "mosaic-prod-db-2", Unprotected: true}, {Identifier: "mosaic-prod-db-4", Newest: true}}, c.Retained())
	c = configtest.Load(t, "")
	assert.Equal(t, "mosaic-prod-db", c.Instance())
	assert.Empty(t, c.Retained())
}

func TestABackupHasToFit(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	fits := config.Backup{Key: "k", Name: "a", Engine: "postgres", EngineVersion: "16.10", AllocatedStorage: 20, Encrypted: true,
		KmsKeyID: key, Status: "available", RetentionDays: -1}
	c := configtest.Load(t, "mosaic-database:restore: {snapshotIdentifier: a}")
	require.Empty(t, c.Misfit(fits))
	for name, test := range map[string]struct {
		change   func(*config.Backup)
		database string
		key, fix string
	}{
		"of another engine":     {func(b *config.Backup) { b.Engine = "mysql" }, "", "k", "another one"},
		"not ready":             {func(b *config.Backup) { b.Status = "creating" }, "", "k", "when it is ready"},
		"of no backups":         {func(b *config.Backup) { b.RetentionDays = 0 }, "", "k", "a snapshot instead"},
		"not encrypted":         {func(b *config.Backup) { b.Encrypted = false }, "", "k", "copy-db-snapshot"},
		"larger":                {func(b *config.Backup) { b.AllocatedStorage = 21 }, "", "mosaic-database:database.allocatedStorage", "21 or more"},
		"of an older major":     {func(b *config.Backup) { b.EngineVersion = "15.14" }, "", "mosaic-database:database.engineVersion", `"15"`},
		"of a newer major":      {func(b *config.Backup) { b.EngineVersion = "17.7" }, "", "mosaic-database:database.engineVersion", `"17"`},
		"of a newer minor":      {func(b *config.Backup) { b.EngineVersion = "16.12" }, "engineVersion: '16.11', autoMinorVersionUpgrade: false", "mosaic-database:database.engineVersion", `"16"`},
		"encrypted with others": {func(b *config.Backup) { b.KmsKeyID += "2" }, "kmsKeyId: '" + key + "'", "mosaic-database:database.kmsKeyId", key + "2"},
	} {
		t.Run(name, func(t *testing.T) {
			backup := fits
			test.change(&backup)
			problems := configtest.Load(t, "mosaic-database:restore: {snapshotIdentifier: a}\nmosaic-database:database: {"+test.database+"}").Misfit(backup)
			require.Len(t, problems, 1)
			assert.Equal(t, test.key, problems[0].Key)
			assert.Contains(t, problems[0].Fix, test.fix)
		})
	}
}
