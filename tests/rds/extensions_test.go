package rds

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestExtensionsGoWithARestore: the restored instance has the extensions of the first as they were, whoever made them, with what depends on them. The
// bootstrap, which runs when it becomes active, updates those that the stack file lists.
func TestExtensionsGoWithARestore(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.Psql)
	t.Parallel()
	s := start(t, engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "database.extensions[0]", Value: "pg_trgm"})
	s.runsPsql()
	s.MustUp()
	const extensions = "SELECT string_agg(format('%s %s %s', extname, extversion = default_version, extowner::regrole), ', ' ORDER BY extname)" +
		" FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname <> 'plpgsql'"
	master, migrator := s.secret("mosaic/prod/rds/credentials"), s.secret("mosaic/prod/rds/migrator")
	s.run(master, "DROP EXTENSION pg_trgm", "CREATE EXTENSION pg_trgm VERSION '1.3'")
	s.run(migrator, "CREATE EXTENSION hstore VERSION '1.4'", "CREATE TABLE people (facts hstore)", "INSERT INTO people VALUES ('a=>1')")
	assert.Equal(t, "hstore f core_api_owner, pg_trgm f mosaicadmin", s.one(master, extensions))

	s.RestoreLatest()
	s.MustUp()
	restored := s.secret("mosaic/prod/rds/credentials")
	assert.NotEqual(t, master.Host, restored.Host)
	assert.Equal(t, "hstore f core_api_owner, pg_trgm t mosaicadmin", s.one(restored, extensions))
	assert.Equal(t, "hstore f core_api_owner, pg_trgm f mosaicadmin", s.one(master, extensions), "the first stays as it is")
	assert.Equal(t, "1", s.one(s.secret("mosaic/prod/rds/connection"), "SELECT facts->'a' FROM people"))
	assert.Empty(t, s.Cloud.Refused())
}

// run runs statements, each in a session of its own.
func (s *stack) run(l login, statements ...string) {
	s.T.Helper()
	for _, statement := range statements {
		c, err := s.connect(l, "verify-full")
		if assert.NoError(s.T, err) {
			_, err = c.Exec(s.T.Context(), statement)
			assert.NoError(s.T, err, statement)
			_ = c.Close(s.T.Context())
		}
	}
}
