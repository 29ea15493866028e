package stack

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

func TestABackupHasToFit(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	fits := backup{key: "k", name: "a", engine: "postgres", engineVersion: "16.10", allocatedStorage: 20, encrypted: true,
		kmsKeyID: key, status: "available", retentionDays: -1}
	require.Empty(t, fits.unfit(configtest.Load(t, "mosaic-database:restore: {snapshotIdentifier: a}").Database))
	for name, test := range map[string]struct {
		change   func(*backup)
		database string
		key, fix string
	}{
		"of another engine":     {func(b *backup) { b.engine = "mysql" }, "", "k", "another one"},
		"not ready":             {func(b *backup) { b.status = "creating" }, "", "k", "when it is available"},
		"of no backups":         {func(b *backup) { b.retentionDays = 0 }, "", "k", "a snapshot instead"},
		"not encrypted":         {func(b *backup) { b.encrypted = false }, "", "k", "copy-db-snapshot"},
		"larger":                {func(b *backup) { b.allocatedStorage = 21 }, "", "mosaic-database:database.allocatedStorage", "21 or more"},
		"of an older major":     {func(b *backup) { b.engineVersion = "15.14" }, "", "mosaic-database:database.engineVersion", `"15"`},
		"of a newer major":      {func(b *backup) { b.engineVersion = "17.7" }, "", "mosaic-database:database.engineVersion", `"17"`},
		"of a newer minor":      {func(b *backup) { b.engineVersion = "16.12" }, "engineVersion: '16.11', autoMinorVersionUpgrade: false", "mosaic-database:database.engineVersion", `"16"`},
		"encrypted with others": {func(b *backup) { b.kmsKeyID += "2" }, "kmsKeyId: '" + key + "'", "mosaic-database:database.kmsKeyId", key + "2"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := fits
			test.change(&changed)
			problems := changed.unfit(configtest.Load(t, "mosaic-database:restore: {snapshotIdentifier: a}\nmosaic-database:database: {"+test.database+"}").Database)
			require.Len(t, problems, 1)
			assert.Equal(t, test.key, problems[0].Key)
			assert.Contains(t, problems[0].Fix, test.fix)
		})
	}
}
