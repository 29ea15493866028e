package users

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestADumpMovesIn runs the commands of docs/moving-in.md: the database of a server that is no RDS, with owners and roles that the new one has
// not, comes into a stack that began without migrations. The migrations go on from its revision, and alternating logins can follow.
func TestADumpMovesIn(t *testing.T) {
	need(t)
	tools.Need(t, tools.PgDump, tools.Jq, tools.Bash)
	t.Parallel()
	old := newServer(t)
	old.do(old.url(superuser, superPassword, "postgres"), "CREATE ROLE theirs LOGIN PASSWORD 'theirs'", "CREATE ROLE reports", "CREATE DATABASE memories OWNER theirs")
	url := old.url("theirs", "theirs", "memories")
	old.do(url, "CREATE EXTENSION pgcrypto")
	old.objects(url)
	old.do(url, "GRANT SELECT ON memories TO reports", "COMMENT ON TABLE memories IS 'theirs'", "INSERT INTO memories (body) SELECT 'more' FROM generate_series(1, 99)",
		"CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)", "INSERT INTO alembic_version VALUES ('0001')",
		"CREATE TABLE stories (id int PRIMARY KEY, title text)", "ALTER TABLE memories ADD story int REFERENCES stories")

	d := deploy(t, engine.Override{Path: "migrations.enabled", Value: "false"}, engine.Override{Path: "database.credentials", Value: "master"})
	d.up()
	d.emptyRDS("mosaicadmin", d.secret("core-api-db-secret", "DB_PASSWORD"))
	out, err := d.moveIn(url)
	require.NoError(t, err, out)
	out, err = d.moveIn(url)
	require.Error(t, err, "the load is one transaction, so a second one leaves what is there")
	assert.Contains(t, out, "already exists")
	assert.Equal(t, "100", d.one(d.master(), "SELECT count(*)::text FROM memories"))

	require.NoError(t, d.Unset(t.Context(), "migrations.enabled"))
	d.up()
	app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	assert.Equal(t, "0001", d.one(app, "SELECT version_num FROM alembic_version"))
	require.NoError(t, d.Set(t.Context(), everything[0]))
	d.up()
	app = d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	require.Contains(t, app, "core_api_a:")
	d.do(app, "INSERT INTO memories (body) VALUES ('new')", `INSERT INTO other."Odd Name" (x) VALUES (1)`, "CALL nothing()", "SELECT twice(2)")
	d.refused(app, denied, "DROP TABLE memories")
	assert.Equal(t, "core_api_owner", d.one(app, "SELECT tableowner FROM pg_tables WHERE tablename = 'memories'"))
}

// moveIn runs the commands of the page that dump an old database and load it.
func (d *deployment) moveIn(url string) (string, error) {
	d.t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "moving-in.md"))
	require.NoError(d.t, err)
	_, commands, found := strings.Cut(string(page), "export OLD_URL=")
	require.True(d.t, found)
	_, commands, _ = strings.Cut(commands, "\n")
	commands, _, _ = strings.Cut(commands, "```")
	just := filepath.Join(d.t.TempDir(), "just")
	require.NoError(d.t, os.WriteFile(just, []byte("#!/bin/sh\n[ \"$*\" = 'db-get-credentials prod --yes' ] && echo '{\"password\": \""+d.secret("core-api-db-secret", "DB_PASSWORD")+"\"}'\n"), 0o700))
	cmd := exec.Command(tools.At(d.t, tools.Bash), "-euc", commands)
	cmd.Dir = d.t.TempDir()
	cmd.Env = append(os.Environ(), "PATH="+strings.Join([]string{filepath.Dir(just), filepath.Dir(tools.At(d.t, tools.PgDump)), filepath.Dir(tools.At(d.t, tools.Jq)), os.Getenv("PATH")}, ":"), "OLD_URL="+url, "PGPORT="+strconv.Itoa(d.port))
	out, err := cmd.CombinedOutput()
	return string(out), err
}
