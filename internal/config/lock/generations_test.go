package lock_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// steps are stack files one after the other, each with what the one before it settled.
func steps(t *testing.T, restores ...string) (last *config.Config, before map[string]string) {
	t.Helper()
	for i, restore := range restores {
		last = loaded(t, "mosaic-database:restore: {"+restore+"}")
		if i < len(restores)-1 {
			require.Empty(t, lock.Changed(last, before), restore)
			before = lock.Values(last, location, before)
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
		"a release in one step":                    {files: []string{"", second, cleared}, key: "restore.released", fix: "the name under restore.unprotected in this run"},
		"a release together with the restore":      {files: []string{"", cleared}, key: "restore.released", fix: "the name under restore.unprotected in this run"},
		"an instance that is gone, back":           {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared, second}, key: "restore.released", fix: "mosaic-prod-db again"},
		"an instance that is gone, to serve again": {files: []string{"", second, second + ", unprotected: [mosaic-prod-db]", cleared, back}, key: "restore.released", fix: "mosaic-prod-db again"},
	} {
		t.Run(name, func(t *testing.T) {
			last, before := steps(t, test.files...)
			problems := lock.Changed(last, before)
			if test.key == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Equal(t, config.Key(test.key), problems[0].Key)
			assert.Contains(t, problems[0].Fix, test.fix)
		})
	}
}

// A version, a size, a key and a zone are those of one instance: another may have others, and each is held to its own.
func TestEachInstanceKeepsItsOwn(t *testing.T) {
	with := func(restore, database string) *config.Config {
		return loaded(t, "mosaic-database:restore: {"+restore+"}\nmosaic-database:database: {"+database+"}")
	}
	const pinned = "engineVersion: '16.11', autoMinorVersionUpgrade: false, allocatedStorage: 40"
	first := lock.Values(with("", pinned+", availabilityZone: us-east-1a"), location, nil)
	restored := with(second, "engineVersion: '16.10', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b")
	require.Empty(t, lock.Changed(restored, first), "another instance")
	both := lock.Values(restored, location, first)

	keys := func(c *config.Config) string {
		var all []string
		for _, problem := range lock.Changed(c, both) {
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
	later := lock.Values(again, location, both)
	assert.Equal(t, "16.10", later["mosaic-prod-db-2 mosaic-database:database.engineVersion"])
	assert.Equal(t, "us-east-1b", later["mosaic-prod-db-2 mosaic-database:database.availabilityZone"])
	assert.Equal(t, both, lock.Values(with(second, "engineVersion: '16.10', autoMinorVersionUpgrade: false, availabilityZone: us-east-1b"), location, later))
}

// A stack of before there were generations has the first.
func TestAStackWithoutGenerations(t *testing.T) {
	before := lock.Values(loaded(t, base), location, nil)
	maps.DeleteFunc(before, func(key, _ string) bool { return strings.HasPrefix(key, config.Key("restore.")) })
	assert.Empty(t, lock.Changed(loaded(t, base), before))
	assert.Empty(t, lock.Changed(loaded(t, "mosaic-database:restore: {"+second+"}"), before))
	assert.Len(t, lock.Changed(loaded(t, "mosaic-database:restore: {generation: 3, snapshotIdentifier: a}"), before), 1)
}

func TestARunThatRestores(t *testing.T) {
	first, before := steps(t, "", second)
	assert.True(t, lock.Restores(first, before))
	assert.False(t, lock.Restores(first, lock.Values(first, location, before)), "it is there")
	last, _ := steps(t, "snapshotIdentifier: a")
	assert.True(t, lock.Restores(last, nil))
	last, _ = steps(t, "")
	assert.False(t, lock.Restores(last, nil))
}
