package replication

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// extended makes extensions with what depends on them: one in a schema of its own and of an earlier version, one that the owner of the application's
// objects has made, and columns, indexes and constraints of theirs.
func (p *pair) extended() {
	p.t.Helper()
	p.do(1, "CREATE SCHEMA apart", "CREATE EXTENSION pg_trgm SCHEMA apart VERSION '1.3'", "CREATE EXTENSION citext",
		"SET ROLE core_api_owner; CREATE EXTENSION hstore SCHEMA app VERSION '1.4'",
		"CREATE TABLE app.people (id int PRIMARY KEY, email citext UNIQUE, facts app.hstore NOT NULL DEFAULT 'a=>1', CHECK (NOT app.exist(facts, 'forbidden')))",
		"CREATE INDEX alike ON app.people USING gin ((email::text) apart.gin_trgm_ops)", "CREATE INDEX ON app.people USING gin (facts)",
		"INSERT INTO app.people VALUES (1, 'Ada@example.com', 'b=>2, c=>NULL'), (2, 'bob@example.com', '')")
}

const extensions = "SELECT string_agg(format('%s %s %s %s', extname, extversion = default_version, extnamespace::regnamespace, extowner::regrole), ', ' ORDER BY extname)" +
	" FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname <> 'plpgsql'"

// arrived expects the second instance to have the extensions, each in its schema. Each is of the version that the new server makes by default, and
// belongs to the master user, because a dump has neither.
func (p *pair) arrived() {
	p.t.Helper()
	assert.Equal(p.t, "citext t public mosaicadmin, hstore f app core_api_owner, pg_trgm f apart mosaicadmin, pgcrypto t public mosaicadmin", p.one(1, extensions))
	assert.Equal(p.t, "citext t public mosaicadmin, hstore t app mosaicadmin, pg_trgm t apart mosaicadmin, pgcrypto t public mosaicadmin", p.one(2, extensions))
	for _, query := range []string{
		"SELECT string_agg(concat_ws(' ', email, facts), '|' ORDER BY id) FROM app.people", "SELECT string_agg(pg_get_indexdef(indexrelid), '|' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'app.people'::regclass",
		"SELECT string_agg(pg_get_constraintdef(oid), '|' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'app.people'::regclass AND contype <> 'n'",
	} {
		assert.Equal(p.t, p.one(1, query), p.one(2, query), query)
	}
}

// works expects the second instance to use them.
func (p *pair) works() {
	p.t.Helper()
	assert.ErrorContains(p.t, p.try(p.hosts[1], master, "mosaic", "INSERT INTO app.people (id, email) VALUES (3, 'ADA@EXAMPLE.COM')"), "people_email_key")
	assert.ErrorContains(p.t, p.try(p.hosts[1], master, "mosaic", "INSERT INTO app.people VALUES (4, 'x', 'forbidden=>1')"), "check constraint")
	p.do(2, "INSERT INTO app.people (id, email) VALUES (5, 'eve@example.com')", "SET enable_seqscan = off; SELECT FROM app.people WHERE email::text OPERATOR(apart.%) 'eve'")
}

// TestExtensionsGoWithADump: the Job of a dump makes them before what depends on them, in the one transaction that fills the instance.
func TestExtensionsGoWithADump(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.extended()
	out, failed := p.fills()
	require.False(t, failed, out)
	p.arrived()
	p.works()
}

// TestExtensionsGoWithReplication: the copy of the schema makes them, the subscription sends values of their types, and a list that is changed in between
// stops the switch until it is the same.
func TestExtensionsGoWithReplication(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.extended()
	p.must("db-replicate", "prod", "--yes")
	p.do(1, "UPDATE app.people SET facts = facts OPERATOR(app.||) 'd=>4'::app.hstore WHERE id = 2", "CREATE EXTENSION unaccent")
	assert.Contains(t, p.refused("db-switch", "2", "prod", "--yes"), "generation 1: extension unaccent")
	p.do(1, "INSERT INTO app.people (id, email) VALUES (9, 'it takes writes')", "DELETE FROM app.people WHERE id = 9", "DROP EXTENSION unaccent")
	p.must("db-switch", "2", "prod", "--yes")
	p.arrived()
	p.works()
}

// TestRowsInTablesOfExtensions: pg_partman and others keep in tables of theirs what a migration has told them. A dump has these rows, and logical
// replication does not, so it is not begun. The extension here is marked as one of these, because Debian has none.
func TestRowsInTablesOfExtensions(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.application()
	p.do(1, "CREATE EXTENSION citext", "CREATE TABLE jobs (name text PRIMARY KEY, own bool)", "INSERT INTO jobs VALUES ('of the extension', false)")
	for _, statement := range []string{
		"ALTER EXTENSION citext ADD TABLE jobs", "UPDATE pg_extension SET extconfig = ARRAY['jobs'::regclass::oid], extcondition = ARRAY['WHERE own'] WHERE extname = 'citext'",
	} {
		require.NoError(t, p.try(p.hosts[0], superuser, "mosaic", statement))
	}
	check, err := filepath.Abs(filepath.Join("..", "..", "scripts", "sql", "replicate-check.sql"))
	require.NoError(t, err)
	checked := func() (string, error) {
		cmd := exec.Command(filepath.Join(p.bin, "psql"), "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", check)
		cmd.Env = append(os.Environ(), "PGHOST="+p.hosts[0], "PGPORT="+strconv.Itoa(p.port), "PGDATABASE=mosaic", "PGUSER="+master, "PGPASSWORD="+password, "PGSSLMODE=require")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := checked()
	require.NoError(t, err, out)
	p.do(1, "INSERT INTO jobs VALUES ('of a migration', true)")
	out, err = checked()
	require.Error(t, err, out)
	assert.Contains(t, out, "jobs of the extension citext has rows of your own, which are not replicated")
	assert.Contains(t, p.refused("db-replicate", "prod", "--yes"), "dump and load, or an upgrade in place")
}
