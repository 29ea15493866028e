package naming

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPairsAlternate(t *testing.T) {
	pair := DatabaseRoles("core-api").Migrator
	assert.Equal(t, Pair{"core_api_migrator_a", "core_api_migrator_b"}, pair)
	for number, want := range map[int]string{1: pair.A, 2: pair.B, 3: pair.A, 10: pair.B} {
		assert.Equal(t, want, pair.Active(number), number)
	}
}

// Two applications have no role in common, and PostgreSQL takes the role names of the longest application name.
func TestDatabaseRoles(t *testing.T) {
	longest := 64 - len(AdminRole("e", ""))
	seen := map[string]string{}
	for _, app := range []string{"core-api", "core", "api", "core-api-x", strings.Repeat("a", longest)} {
		for _, role := range DatabaseRoles(app).All() {
			assert.Regexp(t, `^[a-z0-9_]{1,63}$`, role)
			assert.Empty(t, seen[role], "%s is a role of %s, too", role, app)
			seen[role] = app
		}
	}
}
