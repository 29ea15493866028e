package stack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// leftDatabases returns a warning for each database that a run leaves to nobody: its application is no longer in the stack file.
func leftDatabases(cfg *config.Config, before map[string]string) []string {
	var lines []string
	left := lock.LeftDatabases(cfg, before)
	for _, key := range slices.Sorted(maps.Keys(left)) {
		app := key[strings.LastIndex(key, ".")+1:]
		lines = append(lines, fmt.Sprintf("%s: not there any more, but its database %s stays, with its data and roles such as %s. The same entry finds it again; "+
			"to drop it: docs/how-to/databases.md#gone-for-good", key, left[key], naming.DatabaseRoles(app).Owner))
	}
	return lines
}
