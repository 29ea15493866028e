package config

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// steps are stack files one after the other, each with what the one before it settled.
func steps(t *testing.T, restores ...string) (last *Config, before map[string]string) {
	t.Helper()
	for i, restore := range restores {
		last = loaded(t, "mosaic-database:restore: {"+restore+"}")
		if i < len(restores)-1 {
			require.Empty(t, last.Changed(before), restore)
			before = last.Settled(before, "vpc-1", "https://a")
		}
	}
	return last, before
}

const (
	second  = "generation: 2, snapshotIdentifier: a"
	back    = second + ", serving: 1"
	cleared = second + ", released: [mosaic-prod-db]"
)

// Instances come one by one, go by name in two steps, and any of them may serve.
func TestGenerations(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		key   string // refused: the last file's; "" lets it through
		fix   string
	}{
		"the second":                        {files: []string{"", second}},
		"a restored first":                  {files: []string{"snapshotIdentifier: a"}},
		"the second beside the first":       {files: []string{"", back}},
		"back":                              {files: []string{"", second, back}},
		"and forth":                         {files: []string{"", second, back, second}},
		"the third, from another backup":    {files: []string{"", second, "generation: 3, snapshotIdentifier: b"}},
		"a release":                         {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared}},
		"and a later restore":               {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared, "generation: 3, snapshotIdentifier: b, released: [mosaic-prod-db]"}},
		"protected again":                   {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", second}},
		"the newest is released after back": {files: []string{"", second, back + ", unprotected: [mosaic-prod-db-2]", "generation: 2, serving: 1, released: [mosaic-prod-db-2]"}},

		"the second at once":                       {files: []string{second}, key: "restore.generation", fix: "remove the line"},
		"the third after the first":                {files: []string{"", "generation: 3, snapshotIdentifier: a"}, key: "restore.generation", fix: "2"},
		"back by the number of the newest":         {files: []string{"", second, ""}, key: "restore.generation", fix: "2; and serving: 1 to go back"},
		"another backup under the same number":     {files: []string{"", second, "generation: 2, snapshotIdentifier: b"}, key: "restore.snapshotIdentifier", fix: "a; or restore it under the next restore.generation"},
		"a backup under the first":                 {files: []string{"", "snapshotIdentifier: a"}, key: "restore.snapshotIdentifier", fix: "the next restore.generation"},
		"a release in one step":                    {files: []string{"", second, cleared}, key: "restore.released", fix: "it under restore.unprotected in this run"},
		"a release together with the restore":      {files: []string{"", cleared}, key: "restore.released", fix: "it under restore.unprotected in this run"},
		"an instance that is gone, back":           {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared, second}, key: "restore.released", fix: "mosaic-prod-db again"},
		"an instance that is gone, to serve again": {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared, back}, key: "restore.released", fix: "mosaic-prod-db again"},
	} {
		t.Run(name, func(t *testing.T) {
			config, before := steps(t, test.files...)
			problems := config.Changed(before)
			if test.key == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, ownKey(test.key), problems[0].Key)
			assert.Contains(t, problems[0].Fix, test.fix)
		})
	}
}

func TestKept(t *testing.T) {
	config := loaded(t, "mosaic-database:restore: {generation: 4, serving: 3, snapshotIdentifier: a, unprotected: [mosaic-prod-db-2], released: [mosaic-prod-db]}")
	assert.Equal(t, "mosaic-prod-db-3", config.Instance())
	assert.Equal(t, []Kept{{Identifier: "mosaic-prod-db-2", Unprotected: true}, {Identifier: "mosaic-prod-db-4", Newest: true}}, config.Kept())
	config = loaded(t, base)
	assert.Equal(t, "mosaic-prod-db", config.Instance())
	assert.Empty(t, config.Kept())
}

// A version, a size, a key and a zone are those of one instance: another may have others, and each is held to its own.
func TestEachInstanceKeepsItsOwn(t *testing.T) {
	with := func(restore, database string) *Config {
		return loaded(t, "mosaic-database:restore: {"+restore+"}\nmosaic-database:database: {"+database+"}")
	}
	const pinned = "engineVersion: '16.11', autoMinorVersionUpgrade: false, allocatedStorage: 40"
	first := with("", pinned+", availabilityZone: us-east-1a").Settled(nil, "vpc-1", "https://a")
	restored := with(second, "engineVersion: '16.10', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b")
	require.Empty(t, restored.Changed(first), "another instance")
	both := restored.Settled(first, "vpc-1", "https://a")

	keys := func(c *Config) string {
		var all []string
		for _, problem := range c.Changed(both) {
			all = append(all, strings.TrimPrefix(problem.Key, "mosaic-database:")+"="+problem.Fix)
		}
		return strings.Join(all, "\n")
	}
	assert.Empty(t, keys(restored))
	assert.Contains(t, keys(with(second, "engineVersion: '16.9', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b")), "engineVersion")
	wrong := keys(with(back, "engineVersion: '16.10', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b"))
	assert.Contains(t, wrong, "database.availabilityZone=us-east-1a")
	assert.Contains(t, wrong, "database.allocatedStorage=40")
	assert.Contains(t, wrong, `database.engineVersion="16.11"`)
	again := with(back, pinned+", availabilityZone: us-east-1a")
	assert.Empty(t, keys(again))

	// What is known of an instance outlives two runs in which it did not serve.
	later := again.Settled(both, "vpc-1", "https://a")
	assert.Equal(t, "16.10", later["mosaic-prod-db-2 mosaic-database:database.engineVersion"])
	assert.Equal(t, "us-east-1b", later["mosaic-prod-db-2 mosaic-database:database.availabilityZone"])
	assert.Equal(t, both, with(second, "engineVersion: '16.10', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b").Settled(later, "vpc-1", "https://a"))
}

// A stack of before there were generations has the first.
func TestAStackWithoutGenerations(t *testing.T) {
	before := loaded(t, base).Settled(nil, "vpc-1", "https://a")
	maps.DeleteFunc(before, func(key, _ string) bool { return strings.HasPrefix(key, ownKey("restore.")) })
	assert.Empty(t, loaded(t, base).Changed(before))
	assert.Empty(t, loaded(t, "mosaic-database:restore: {"+second+"}").Changed(before))
	assert.Len(t, loaded(t, "mosaic-database:restore: {generation: 3, snapshotIdentifier: a}").Changed(before), 1)
}

func TestABackupHasToFit(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	fits := Backup{Key: "k", Name: "a", Engine: "postgres", EngineVersion: "16.10", AllocatedStorage: 20, Encrypted: true,
		KmsKeyID: key, Status: "available", RetentionDays: -1}
	config := loaded(t, "mosaic-database:restore: {snapshotIdentifier: a}")
	require.Empty(t, config.Misfit(fits))
	for name, test := range map[string]struct {
		change   func(*Backup)
		database string
		key, fix string
	}{
		"of another engine":     {func(b *Backup) { b.Engine = "mysql" }, "", "k", "another one"},
		"not ready":             {func(b *Backup) { b.Status = "creating" }, "", "k", "when it is ready"},
		"of no backups":         {func(b *Backup) { b.RetentionDays = 0 }, "", "k", "a snapshot instead"},
		"not encrypted":         {func(b *Backup) { b.Encrypted = false }, "", "k", "copy-db-snapshot"},
		"larger":                {func(b *Backup) { b.AllocatedStorage = 21 }, "", "mosaic-database:database.allocatedStorage", "21 or more"},
		"of an older major":     {func(b *Backup) { b.EngineVersion = "15.14" }, "", "mosaic-database:database.engineVersion", `"15"`},
		"of a newer major":      {func(b *Backup) { b.EngineVersion = "17.7" }, "", "mosaic-database:database.engineVersion", `"17"`},
		"of a newer minor":      {func(b *Backup) { b.EngineVersion = "16.12" }, "engineVersion: '16.11', autoMinorVersionUpgrade: false", "mosaic-database:database.engineVersion", `"16"`},
		"encrypted with others": {func(b *Backup) { b.KmsKeyID += "2" }, "kmsKeyId: '" + key + "'", "mosaic-database:database.kmsKeyId", key + "2"},
	} {
		t.Run(name, func(t *testing.T) {
			backup := fits
			test.change(&backup)
			problems := loaded(t, "mosaic-database:restore: {snapshotIdentifier: a}\nmosaic-database:database: {"+test.database+"}").Misfit(backup)
			require.Len(t, problems, 1)
			assert.Equal(t, test.key, problems[0].Key)
			assert.Contains(t, problems[0].Fix, test.fix)
		})
	}
}

func TestARunThatRestores(t *testing.T) {
	first, before := steps(t, "", second)
	assert.True(t, first.Restores(before))
	assert.False(t, first.Restores(first.Settled(before, "vpc-1", "https://a")), "it is there")
	config, _ := steps(t, "snapshotIdentifier: a")
	assert.True(t, config.Restores(nil))
	config, _ = steps(t, "")
	assert.False(t, config.Restores(nil))
}
