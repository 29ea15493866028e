package users

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
)

// listed sets database.extensions.
func listed(names ...string) []engine.Override {
	var all []engine.Override
	for i, name := range names {
		all = append(all, engine.Override{Path: fmt.Sprintf("database.extensions[%d]", i), Value: name})
	}
	return all
}

// TestExtensions puts a list of extensions into the file of a live stack, in which some are there already.
func TestExtensions(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, extensions)
}

func extensions(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), engine.Override{Path: "database.credentials", Value: "alternating"})
	d.up()
	master, super := d.master(), d.url(superuser, superPassword, "mosaic")
	migrator, app := d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	has := func() string {
		return d.one(super, "SELECT string_agg(format('%s %s %s %s', extname, extversion = default_version, extnamespace::regnamespace, extowner::regrole), ', ' ORDER BY extname)"+
			" FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname <> 'plpgsql'")
	}
	d.do(master, "CREATE SCHEMA apart", "CREATE EXTENSION pg_trgm SCHEMA apart VERSION '1.3'", "ALTER ROLE mosaicadmin SET search_path = apart, public")
	d.do(super, "CREATE EXTENSION hstore VERSION '1.4'")
	d.do(migrator, "CREATE EXTENSION btree_gin VERSION '1.2'")
	require.NoError(t, d.Set(t.Context(), listed("citext", "pg_trgm", "hstore", "btree_gin", "uuid-ossp", "pg_stat_statements")...))
	d.up()

	const made = "btree_gin t public core_api_owner, citext t public mosaicadmin, " +
		"hstore f public rdsadmin, pg_trgm t apart mosaicadmin, pgcrypto t public rdsadmin, uuid-ossp t public mosaicadmin"
	assert.Equal(t, made, has())
	assert.Contains(t, d.printed.String(), "these extensions are not updated, because the master user may not: hstore 1.4, which belongs to rdsadmin")
	assert.Contains(t, d.printed.String(), "these extensions are not made until the server has loaded their libraries: pg_stat_statements - restart the instance")

	t.Run("the migrator uses them, and the application what it made", func(*testing.T) {
		d.do(migrator, "CREATE EXTENSION IF NOT EXISTS citext", "CREATE TABLE people (id uuid PRIMARY KEY DEFAULT uuid_generate_v4(), email citext UNIQUE, facts hstore)",
			"CREATE INDEX ON people USING gin (email apart.gin_trgm_ops)")
		d.do(app, "INSERT INTO people (email, facts) VALUES ('A@example.com', 'a=>1')", "UPDATE people SET facts = facts || 'b=>2' WHERE email = 'a@EXAMPLE.com'")
		assert.Equal(t, "A@example.com 2", d.one(app, "SELECT email || ' ' || (facts->'b') FROM people WHERE email = 'a@example.com'"))
		d.refused(migrator, denied, "DROP EXTENSION citext", "CREATE EXTENSION pg_walinspect")
	})
	t.Run("what is taken out stays", func(t *testing.T) {
		out, err := d.bootstrap(map[string]string{"EXTENSIONS": "", "PRELOADED_EXTENSIONS": ""})
		require.NoError(t, err, out)
		assert.Equal(t, made, has())
	})
	t.Run("what the server does not have is told at once, before anything changes", func(t *testing.T) {
		before := d.one(super, "SELECT rolpassword FROM pg_authid WHERE rolname = 'core_api_a'")
		out, err := d.bootstrap(map[string]string{"EXTENSIONS": "xtree tablefunc pgvector", "VERIFIER_APP_A": "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"})
		require.Error(t, err)
		assert.Contains(t, out, "does not offer: xtree, pgvector; remove these from database.extensions")
		assert.Equal(t, before, d.one(super, "SELECT rolpassword FROM pg_authid WHERE rolname = 'core_api_a'"))
		assert.Equal(t, made, has())
	})
	t.Run("another run changes nothing", func(t *testing.T) {
		out, err := d.bootstrap(nil)
		require.NoError(t, err, out)
		assert.Equal(t, made, has())
	})
	t.Run("what an extension is made of comes with it", func(t *testing.T) {
		d.do(super, "ALTER ROLE mosaicadmin SUPERUSER") // RDS lets its master user make what is not trusted
		out, err := d.bootstrap(map[string]string{"EXTENSIONS": "earthdistance"})
		require.NoError(t, err, out)
		d.do(app, "SELECT earth_distance(ll_to_earth(0, 0), ll_to_earth(0, 1))")
	})
}
