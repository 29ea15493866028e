package users

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// finish runs what db-upgrade-finish runs in its pod.
func (s *server) finish(url string) (string, error) {
	s.t.Helper()
	file, err := filepath.Abs(filepath.Join(root, "scripts", "sql", "upgrade-finish.sql"))
	require.NoError(s.t, err)
	out, err := exec.Command(tools.At(s.t, tools.Psql), "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", file, url).CombinedOutput()
	return string(out), err
}

// TestTheEndOfAnUpgrade: db-upgrade-finish, as the master user, analyzes every table and updates every extension, also those of other
// owners, and lists what it could not.
func TestTheEndOfAnUpgrade(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, everything[:1]...)
	d.up()
	local := d.url("mosaicadmin", d.secret("core-api-bootstrap-db-secret", "PGPASSWORD"), "mosaic")
	d.do(d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), `CREATE EXTENSION hstore VERSION '1.4'`)
	d.do(d.master(), `CREATE EXTENSION citext VERSION '1.4'`)
	d.do(d.url(superuser, superPassword, "mosaic"), `CREATE TABLE "Of Another" ()`)
	const missing = `SELECT count(*)::text FROM pg_stat_user_tables WHERE last_analyze IS NULL`
	require.NotEqual(t, "0", d.one(local, missing))

	out, err := d.finish(local)
	require.NoError(t, err, out)
	assert.Equal(t, "0", d.one(local, missing))
	assert.Regexp(t, `citext +\| 1\.4 +\| 1\.\d +\| 1\.`, out)
	assert.Equal(t, "0", d.one(local, "SELECT count(*)::text FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extversion <> default_version"))
	assert.NotContains(t, out, "WARNING", "not one for each catalog of the server")

	d.do(d.url(superuser, superPassword, "mosaic"), `CREATE EXTENSION pg_trgm VERSION '1.3'`)
	d.do(d.master(), `DROP EXTENSION citext`, `CREATE EXTENSION citext VERSION '1.4'`)
	out, err = d.finish(local)
	require.Error(t, err)
	assert.Contains(t, out, "must be owner of extension pg_trgm")
	assert.Contains(t, out, "these statements failed, or mosaicadmin may not run them:\nALTER EXTENSION pg_trgm UPDATE\n")
	assert.NotEqual(t, "1.4", d.one(local, "SELECT extversion FROM pg_extension WHERE extname = 'citext'"), "the others were updated")

	app := d.url("core_api_a", d.secret("core-api-db-secret", "DB_PASSWORD"), "mosaic")
	out, err = d.finish(app)
	require.Error(t, err)
	assert.Contains(t, out, "these statements failed, or core_api_a may not run them:\nALTER EXTENSION pg_trgm UPDATE\nANALYZE other.\"Odd Name\"\n")
}

// TestTheEndOfAnUpgradeWithOnePassword: with credentials: master, the master user owns the tables.
func TestTheEndOfAnUpgradeWithOnePassword(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.Psql)
	t.Parallel()
	s := newServer(t)
	s.do(s.url(superuser, superPassword, "postgres"), "CREATE ROLE mosaicadmin LOGIN PASSWORD 'first'", "CREATE DATABASE mosaic OWNER mosaicadmin")
	master := s.url("mosaicadmin", "first", "mosaic")
	s.do(master, "CREATE TABLE memories (body text)", "CREATE EXTENSION citext VERSION '1.4'")
	out, err := s.finish(master)
	require.NoError(t, err, out)
	assert.Equal(t, "1", s.one(master, "SELECT count(*)::text FROM pg_stat_user_tables WHERE relname = 'memories' AND last_analyze IS NOT NULL"))
	assert.NotEqual(t, "1.4", s.one(master, "SELECT extversion FROM pg_extension WHERE extname = 'citext'"))
}
