package lock_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

const (
	fromRDS = "mosaic-database:tier: serverless\n" +
		"mosaic-database:restore: {generation: 2, snapshotIdentifier: 'arn:aws:rds:us-east-1:123456789012:snapshot:before', engines: {mosaic-prod-db: postgres}}\n"
	copied = "mosaic-database:backups: {copyToRegion: us-west-2}\n"
	ending = "mosaic-database:backups: {copyToRegion: us-west-2, copyUnprotected: true}\n"
)

// A cluster takes the place of an instance by another generation alone. The copies of the instance's backups end before, in two runs: with a
// cluster as the active server there are none, and they do not end because of it.
func TestFromAnInstanceToACluster(t *testing.T) {
	for name, test := range map[string]struct {
		runs []string
		want string // of the last run; "": nothing is refused
	}{
		"the tier alone":               {[]string{"", "mosaic-database:tier: serverless"}, "a tier of postgres, the engine of mosaic-prod-db"},
		"another generation":           {[]string{"", fromRDS}, ""},
		"an instance with copies":      {[]string{copied, fromRDS}, "no more backups would be copied to us-west-2"},
		"copies that end first":        {[]string{copied, ending, "", fromRDS}, ""},
		"in the run that may end them": {[]string{copied, ending, fromRDS}, ""},
		"back, by the tier alone":      {[]string{"", fromRDS, ""}, "restore.generation"},
	} {
		t.Run(name, func(t *testing.T) {
			var before map[string]string
			for i, run := range test.runs {
				c := loaded(t, run)
				problems := lock.Changed(c, before)
				if i == len(test.runs)-1 && test.want != "" {
					var said []string
					for _, problem := range problems {
						said = append(said, problem.Key+": "+problem.Rule)
					}
					assert.Contains(t, strings.Join(said, "\n"), test.want)
					return
				}
				require.Empty(t, problems, run)
				before = lock.Values(c, location, before)
			}
		})
	}
}
