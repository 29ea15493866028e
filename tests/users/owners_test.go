package users

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// owned lists what the master user owns in this database, except temporary tables.
const owned = `SELECT coalesce(string_agg(o.type || ' ' || o.identity, E'\n' ORDER BY o.type, o.identity), '')
	FROM pg_shdepend d, pg_identify_object(classid, objid, objsubid) o
	WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = 'mosaic') AND refobjid = 'mosaicadmin'::regrole AND deptype = 'o'`

// TestWhatChangesOwner: the bootstrap changes the owner of everything that a schema can contain, whatever its name, its arguments and
// its age, and the application can use it.
func TestWhatChangesOwner(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, everything[:1]...)
	d.up()
	statements := func(name string) string {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		return string(content)
	}
	d.do(d.url(superuser, superPassword, "mosaic"), statements("superuser.sql"))
	d.do(d.master(), statements("master.sql"))
	require.Greater(t, strings.Count(d.one(d.master(), owned), "\n"), 50)
	temporary, err := d.connect(d.master())
	require.NoError(t, err)
	defer func() { _ = temporary.Close(t.Context()) }()
	_, err = temporary.Exec(t.Context(), "CREATE TEMPORARY TABLE scratch (id serial)")
	require.NoError(t, err)

	for range 2 {
		out, err := d.bootstrap(nil)
		require.NoError(t, err, out)
	}
	left := d.one(d.master(), owned+" AND coalesce(o.schema, '') !~ '^pg_temp'")
	if d.version() < 17 { // no statement can change its owner
		left = strings.Replace(left, "\ntype \"Odd, \"\"Schema\"\" (x)\".\"Range_multirange\"", "", 1)
	}
	assert.Equal(t, "default acl for role mosaicadmin on tables\npublication feed\nserver elsewhere\nuser mapping mosaicadmin on server elsewhere", left)
	d.do(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), `SELECT * FROM later.early`, `SET search_path = "Odd, ""Schema"" (x)"; INSERT INTO "Some Table" (b) VALUES ('x')`,
		`SET search_path = "Odd, ""Schema"" (x)"; SELECT every(*), fraction(0.5) WITHIN GROUP (ORDER BY 1), merged(1, 2), f(1, 2), nextval('"Seq"'), 'good'::mood === 1`,
		`CALL "Odd, ""Schema"" (x)".p(1, 2, 3)`)
	d.do(d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), `ALTER TYPE "Odd, ""Schema"" (x)".mood ADD VALUE 'bad'`, `DROP SCHEMA later CASCADE`, `DROP SCHEMA "Odd, ""Schema"" (x)" CASCADE`)
}

// TestWhatCannotChangeOwner: the error lists everything that the master user owns in a schema of another role, and says what to do.
func TestWhatCannotChangeOwner(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, everything[:1]...)
	d.up()
	master, other := d.master(), d.url("legacy", "old", "mosaic")
	d.do(d.url(superuser, superPassword, "mosaic"), "CREATE SCHEMA \"Of Others\" AUTHORIZATION legacy", "ALTER SCHEMA public OWNER TO mosaicadmin")
	d.do(other, `GRANT USAGE, CREATE ON SCHEMA "Of Others" TO mosaicadmin`)
	d.do(master, `CREATE TABLE "Of Others"."T" (id serial)`, `CREATE FUNCTION "Of Others".f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'`, `CREATE SCHEMA mine CREATE TABLE t ()`)
	before := d.one(master, owned)
	out, err := d.bootstrap(nil)
	require.Error(t, err)
	assert.Contains(t, out, `mosaicadmin has objects in schemas of other roles, where core_api_owner may not own them:
function "Of Others".f(integer), in a schema of legacy
table "Of Others"."T", in a schema of legacy
Move each (ALTER ... SET SCHEMA), or give the schema to mosaicadmin (ALTER SCHEMA ... OWNER TO mosaicadmin); then run this again`)
	assert.Equal(t, before, d.one(master, owned), "nothing was changed")

	d.do(master, `ALTER TABLE "Of Others"."T" SET SCHEMA mine`)
	d.do(other, `GRANT USAGE, CREATE ON SCHEMA "Of Others" TO core_api_owner`, `GRANT USAGE ON SCHEMA "Of Others" TO core_api_readwrite`) // is good, too
	out, err = d.bootstrap(nil)
	require.NoError(t, err, out)
	assert.Empty(t, d.one(master, owned))
	d.do(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), `SELECT "Of Others".f(1) FROM mine."T"`)

	d.do(d.url(superuser, superPassword, "mosaic"), "ALTER SCHEMA public OWNER TO legacy")
	out, err = d.bootstrap(nil)
	require.Error(t, err)
	assert.Contains(t, out, "the schema public belongs to legacy; have it run ALTER SCHEMA public OWNER TO mosaicadmin, or write database.credentials: master")
}
