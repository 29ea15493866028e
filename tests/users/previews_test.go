package users

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestPreviews: the login of the previews makes databases and drops them with the statements of the chart, from a template too. It reaches no
// database of this program's, no other login reaches a preview, and a database that is somebody else's is neither taken nor dropped.
func TestPreviews(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, previews)
}

// preview runs statements of the chart with the login of the previews.
func (d *deployment) preview(login map[string]string, statements, database, template string) (string, error) {
	d.t.Helper()
	file, err := filepath.Abs(filepath.Join(root, "charts", "preview-database", "sql", statements+".sql"))
	require.NoError(d.t, err)
	return d.execute([]string{"psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + file}, map[string]string{
		"PGHOST": "db", "PGPORT": strconv.Itoa(d.port), "PGUSER": login["username"], "PGPASSWORD": login["password"], "PGDATABASE": "postgres", "PGSSLMODE": "require",
		"DATABASE": database, "TEMPLATE": template,
	})
}

func previews(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), append(everything, engine.Override{Path: "previews.namespaces", Value: "preview-*"})...)
	d.up()
	login := d.content("mosaic/prod/rds/previews-")
	require.Equal(t, "core_api_previews", login["username"])
	at := func(database string) string { return d.url(login["username"], login["password"], database) }
	run := func(statements, database, template string) (string, error) {
		return d.preview(login, statements, database, template)
	}
	must := func(statements, database, template string) {
		t.Helper()
		out, err := run(statements, database, template)
		require.NoError(t, err, out)
	}
	databases := func() string {
		return d.one(d.url(superuser, superPassword, "postgres"), "SELECT coalesce(string_agg(datname, ' ' ORDER BY datname), '') FROM pg_database WHERE datname LIKE 'preview%'")
	}

	must("make", "preview_template", "template1")
	d.do(at("preview_template"), "CREATE TABLE seeds (body text)", "INSERT INTO seeds VALUES ('one')")
	must("make", "preview_pr_1", "preview_template")
	must("make", "preview_pr_2", "template1")
	d.do(at("preview_pr_1"), "INSERT INTO seeds VALUES ('two')")
	must("make", "preview_pr_1", "preview_template") // again, for example after a failure
	assert.Equal(t, "2", d.one(at("preview_pr_1"), "SELECT count(*)::text FROM seeds"))
	assert.Equal(t, "1", d.one(at("preview_template"), "SELECT count(*)::text FROM seeds"))

	// A namespace has 63 characters at most, as many as a database's name has.
	long := "preview_" + strings.Repeat("a", 54)
	must("make", long+"1", "template1")
	must("make", long+"2", "template1")
	must("drop", long+"1", "")
	d.do(at(long+"2"), "SELECT 1")
	must("drop", long+"2", "")

	d.refused(at("mosaic"), denied, "SELECT 1")
	app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	for _, url := range []string{app, d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL")} {
		d.refused(strings.Replace(url, "/mosaic", "/preview_pr_1", 1), denied, "SELECT 1")
	}
	d.refused(at("postgres"), denied, "CREATE ROLE mine", "ALTER ROLE core_api_previews CREATEROLE", "SET ROLE core_api_owner", "DROP DATABASE mosaic")

	limits := `SELECT rolconnlimit || ' of ' || current_setting('max_connections') FROM pg_roles WHERE rolname = 'core_api_previews'`
	assert.Equal(t, "25 of 100", d.one(d.master(), limits), "the application keeps the others")

	out, err := run("make", "mosaic", "template1")
	assert.Error(t, err)
	assert.Contains(t, out, "the database mosaic belongs to mosaicadmin, so it is no preview's: give the preview another namespace")
	out, err = run("drop", "mosaic", "")
	assert.Error(t, err)
	assert.Contains(t, out, "the database mosaic belongs to mosaicadmin")

	open, err := d.connect(at("preview_pr_1"))
	require.NoError(t, err)
	out, err = run("make", "preview_pr_3", "preview_pr_1")
	assert.Error(t, err)
	assert.Contains(t, out, `source database "preview_pr_1" is being accessed by other users`)
	must("drop", "preview_pr_1", "")
	_, err = open.Exec(context.Background(), "SELECT 1")
	assert.Error(t, err, "the pods of a preview may outlive its release by a moment")
	must("drop", "preview_pr_1", "")
	assert.Equal(t, "preview_pr_2 preview_template", databases())

	// The login may choose any name, and whoever drops what is left writes it into a statement as the master user.
	odd := `live";CREATE ROLE evil SUPERUSER;--`
	d.do(at("postgres"), "CREATE DATABASE "+pgx.Identifier{odd}.Sanitize())
	listed := exec.Command(tools.At(t, tools.Psql), "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", filepath.Join(root, "scripts", "sql", "previews.sql"), d.master())
	listed.Env = append(os.Environ(), "PREVIEWS="+login["username"])
	lines, err := listed.CombinedOutput()
	require.NoError(t, err, string(lines))
	assert.Contains(t, string(lines), `"preview_pr_2"`)
	assert.NotContains(t, string(lines), "evil")
	d.do(at("postgres"), "DROP DATABASE "+pgx.Identifier{odd}.Sanitize())

	must("make", "preview_left", "template1")
	open, err = d.connect(at("preview_left"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = open.Close(context.Background()) })
	d.do(d.master(), `DROP DATABASE "preview_left" WITH (FORCE)`) // as scripts/db-previews does

	require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.passwordVersion", Value: "2"}))
	d.up()
	d.refused(at("postgres"), password, "SELECT 1") // of before
	login = d.content("mosaic/prod/rds/previews-")
	d.do(at("preview_pr_2"), "SELECT 1")

	require.NoError(t, d.Unset(t.Context(), "previews"))
	d.up()
	d.refused(at("postgres"), password, "SELECT 1")
	assert.Equal(t, "ff", d.one(d.url(superuser, superPassword, "postgres"), "SELECT rolcanlogin::text::char || rolcreatedb::text::char FROM pg_roles WHERE rolname = 'core_api_previews'"))
	assert.Equal(t, "preview_pr_2 preview_template", databases(), "turning previews off drops nothing")
	assert.NotContains(t, d.logged(), login["password"])
}
