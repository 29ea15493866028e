package lock_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

const dumped = "generation: 2, dumpAndLoad: true, sourceInstanceIdentifier: mosaic-prod-db"

// The run that fills an instance dumps the active one, whose password it knows; what it was made from stays; going back and forth takes the
// number alone.
func TestAnInstanceByDumpAndLoad(t *testing.T) {
	const db = "mosaic-database:database: {engineVersion: '16', %s}\nmosaic-database:restore: {%s}\n"
	first := lock.Values(loaded(t, fmt.Sprintf(db, "", "")), location, nil)
	made := lock.Values(loaded(t, fmt.Sprintf(db, "", dumped)), location, first)
	third := lock.Values(loaded(t, fmt.Sprintf(db, "", "generation: 2, snapshotIdentifier: a")), location, first)
	back := lock.Values(loaded(t, fmt.Sprintf(db, "", dumped+", serving: 1")), location, made)
	for name, test := range map[string]struct {
		database, restore string
		before            map[string]string
		want              string // key and advice; "": nothing is refused
	}{
		"the active one":                       {"", dumped, first, ""},
		"another run":                          {"", dumped, made, ""},
		"back":                                 {"", dumped + ", serving: 1", made, ""},
		"and forth":                            {"", dumped, back, ""},
		"with less storage":                    {"allocatedStorage: 20", dumped, lock.Values(loaded(t, fmt.Sprintf(db, "allocatedStorage: 100, maxAllocatedStorage: 200", "")), location, nil), ""},
		"with another key":                     {"kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001'", dumped, first, ""},
		"another password":                     {"passwordVersion: 2", dumped, first, "database.passwordVersion=1; make the change in a run of its own"},
		"another password later":               {"passwordVersion: 2", dumped, made, ""},
		"another kind of logins":               {"credentials: alternating", dumped, first, "database.credentials=master; make the change"},
		"an older version":                     {"", dumped, lock.Values(loaded(t, "mosaic-database:database: {engineVersion: '17'}\n"), location, nil), `database.engineVersion="17" or later`},
		"one that is not active":               {"", "generation: 3, dumpAndLoad: true, sourceInstanceIdentifier: mosaic-prod-db", third, "restore.sourceInstanceIdentifier=mosaic-prod-db-2"},
		"of an instance that has data":         {"", dumped, third, "restore.dumpAndLoad=nothing: remove the line"},
		"a backup in its place":                {"", "generation: 2, snapshotIdentifier: a", made, "restore.dumpAndLoad=true"},
		"given up":                             {"", dumped + ", serving: 1, unprotected: [mosaic-prod-db-2]", back, ""},
		"a run that failed before it was made": {"", "generation: 2, snapshotIdentifier: a", first, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := loaded(t, fmt.Sprintf(db, test.database, test.restore))
			var all []string
			for _, problem := range lock.Changed(c, test.before) {
				all = append(all, strings.TrimPrefix(problem.Key, "mosaic-database:")+"="+problem.Fix)
			}
			if test.want == "" {
				assert.Empty(t, all)
				return
			}
			assert.Contains(t, strings.Join(all, "\n"), test.want)
		})
	}
	require.Equal(t, "true", made["mosaic-database:restore.dumpAndLoad"])
}
