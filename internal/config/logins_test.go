package config

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func database(fields string) string { return "mosaic-database:database: {" + fields + "}" }

// With alternating credentials the number of the password rises one by one; in every other case it is free.
func TestAlternatingLoginsTakeTurns(t *testing.T) {
	alternating := func(n int) string { return database(fmt.Sprintf("credentials: alternating, passwordVersion: %d", n)) }
	before := loaded(t, alternating(3)).Settled(nil, "vpc-1", "https://a")
	for _, allowed := range []string{alternating(3), alternating(4), database("passwordVersion: 1"), database("passwordVersion: 9")} {
		assert.Empty(t, loaded(t, allowed).Changed(before), allowed)
	}
	for _, refused := range []int{1, 2, 5} {
		problems := loaded(t, alternating(refused)).Changed(before)
		require.Len(t, problems, 1, refused)
		assert.Equal(t, "mosaic-database:database.passwordVersion", problems[0].Key)
		assert.Contains(t, problems[0].Rule, "3 or one more")
		assert.Contains(t, problems[0].Fix, "4; and the next one in a later run")
	}
	master := loaded(t, database("passwordVersion: 7")).Settled(nil, "vpc-1", "https://a")
	assert.Empty(t, loaded(t, alternating(2)).Changed(master), "on the way in, no client has one of the two")
	delete(before, credentialsKey)
	assert.Empty(t, loaded(t, alternating(9)).Changed(before), "of a run before there were any")
}

func TestSecrets(t *testing.T) {
	assert.Equal(t, []string{"mosaic/prod/rds/credentials", "mosaic/prod/rds/connection"}, loaded(t, base).Secrets())
	assert.Equal(t, []string{
		"mosaic/prod/rds/credentials", "mosaic/prod/rds/connection", "mosaic/prod/rds/bootstrap", "mosaic/prod/rds/migrator", "mosaic/prod/rds/readonly",
	}, loaded(t, database("credentials: alternating, readOnlyLogin: true")).Secrets())
}
