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
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// begins is the stack that docs/how-to/moving-in.md begins with.
var begins = []engine.Override{{Path: "migrations.enabled", Value: "false"}, {Path: "database.credentials", Value: "master"}}

// TestADumpMovesIn runs the commands of docs/how-to/moving-in.md: the database of a server that is no RDS and may be older, with owners, roles and
// publications that the new one has not.
func TestADumpMovesIn(t *testing.T) {
	need(t)
	tools.Need(t, tools.PgDump, tools.Jq, tools.Bash)
	t.Parallel()
	old := newServer(t)
	url := old.theirs()
	old.do(old.url(superuser, superPassword, "memories"), "CREATE PUBLICATION everything FOR ALL TABLES", "ALTER SCHEMA public OWNER TO theirs")

	dump, err := filepath.EvalSymlinks(tools.At(t, tools.PgDump))
	require.NoError(t, err)
	d := deployOn(t, serverAt(t, filepath.Join(filepath.Dir(dump), "postgres")), begins...)
	d.up()
	d.emptyRDS("mosaicadmin", d.secret("core-api-db-secret", "DB_PASSWORD"), "mosaic")
	d.do(d.url(superuser, superPassword, "mosaic"), "CREATE EXTENSION pgcrypto") // RDS may own an extension, and its comment
	d.do(d.master(), "CREATE TABLE stories (a int)")
	out, err := d.moveIn(url)
	require.Error(t, err)
	require.Contains(t, out, `relation "stories" already exists`)
	assert.Equal(t, "1", d.one(d.master(), "SELECT count(*)::text FROM pg_tables WHERE schemaname IN ('public', 'other')"), "nothing of a load that failed is there")
	d.do(d.master(), "DROP TABLE stories")
	out, err = d.moveIn(url)
	require.NoError(t, err, out)
	assert.NotEqual(t, "0", d.one(d.master(), "SELECT count(*)::text FROM pg_stats WHERE schemaname = 'public'"), "analyzed")
	d.movedIn()
}

// TestASnapshotMovesIn restores a snapshot of another instance, with names and owners of its own, and runs the statements of
// docs/how-to/moving-in.md on what it has.
func TestASnapshotMovesIn(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, append([]engine.Override{
		{Path: "restore.snapshotIdentifier", Value: "moving"}, {Path: "database.username", Value: "postgres"},
		{Path: "database.name", Value: "memories"}, {Path: "database.allocatedStorage", Value: "50"},
	}, begins...)...)
	require.NoError(t, d.Cloud.Add(simcloud.Object{Kind: simcloud.SnapshotType, ID: "moving", Properties: simcloud.Properties{
		"identifier": "old", "engine": "postgres", "engineVersion": "16", "engineVersionActual": "16.4", "username": "postgres", "dbName": "memories",
		"allocatedStorage": 50, "storageType": "gp3", "storageEncrypted": true, "kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/rds", "password": "the old one",
	}}))
	d.up()
	password := d.secret("core-api-db-secret", "DB_PASSWORD")
	d.emptyRDS("postgres", password, "memories")
	master := d.url("postgres", password, "memories")
	d.do(master, "CREATE ROLE theirs LOGIN PASSWORD 'theirs'", "CREATE ROLE reports", "GRANT CREATE ON DATABASE memories TO theirs", "GRANT ALL ON SCHEMA public TO theirs")
	d.contents(d.url("theirs", "theirs", "memories"))
	d.refused(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), denied, "SELECT * FROM memories")

	owners, _, _ := strings.Cut(command(t, "SELECT DISTINCT", 0), ";")
	assert.Equal(t, "theirs", d.one(master, strings.Replace(owners, "regrole", "regrole::text", 1)))
	d.do(master, command(t, "BEGIN;", 0))
	d.refused(d.url("theirs", "theirs", "memories"), noLogin, "SELECT 1")
	d.movedIn()
}

// theirs makes the database memories, which has an owner, and returns the owner's URL.
func (s *server) theirs() string {
	s.t.Helper()
	s.do(s.url(superuser, superPassword, "postgres"), "CREATE ROLE theirs LOGIN PASSWORD 'theirs'", "CREATE ROLE reports", "CREATE DATABASE memories OWNER theirs")
	url := s.url("theirs", "theirs", "memories")
	s.contents(url)
	return url
}

// contents fills a database as an application and its first migration have filled it.
func (s *server) contents(url string) {
	s.t.Helper()
	s.do(url, "CREATE EXTENSION pgcrypto", "CREATE EXTENSION hstore")
	s.objects(url)
	s.do(url, "INSERT INTO memories (body) SELECT 'more' FROM generate_series(1, 99)", "SELECT setval('free', 41)", "INSERT INTO parted VALUES (1), (2)",
		"CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)", "INSERT INTO alembic_version VALUES ('0001')",
		"CREATE TABLE stories (id int PRIMARY KEY, title text)", "ALTER TABLE memories ADD story int REFERENCES stories",
		"GRANT SELECT ON memories TO reports", "COMMENT ON TABLE memories IS 'theirs'")
}

// movedIn follows the end of the page: the migrations go on from the revision, and alternating logins have what moved in.
func (d *deployment) movedIn() {
	d.t.Helper()
	require.NoError(d.t, d.Set(d.t.Context(), engine.Override{Path: "migrations.enabled", Value: "true"}))
	d.up()
	app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	assert.Equal(d.t, "0001", d.one(app, "SELECT version_num FROM alembic_version"))
	assert.Equal(d.t, "100 2 theirs hstore pgcrypto plpgsql", d.one(app, `SELECT concat_ws(' ', (SELECT count(*) FROM memories), (SELECT count(*) FROM parted),
		obj_description('memories'::regclass), (SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension))`))

	require.NoError(d.t, d.Set(d.t.Context(), everything[0]))
	d.up()
	app = d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	require.Contains(d.t, app, "core_api_a:")
	assert.Equal(d.t, "101", d.one(app, "INSERT INTO memories (body) VALUES ('new') RETURNING id::text"))
	assert.Equal(d.t, "42", d.one(app, "SELECT nextval('free')::text"))
	d.do(app, `INSERT INTO other."Odd Name" (x) VALUES (1)`, "CALL nothing()", "SELECT twice(2)", "SELECT digest('x', 'sha256'), 'a=>1'::hstore")
	d.refused(app, denied, "DROP TABLE memories")
	assert.Equal(d.t, "core_api_owner", d.one(app, `SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ' ') FROM pg_class
		WHERE relnamespace IN ('public'::regnamespace, 'other'::regnamespace)`))
	assert.Equal(d.t, "core_api_owner", d.one(app, "SELECT string_agg(DISTINCT pg_get_userbyid(nspowner), ' ') FROM pg_namespace WHERE nspname IN ('public', 'other')"))
	d.do(d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), "ALTER TABLE memories ADD COLUMN later int")
}

// moveIn runs the commands of the page that dump an old database and load it.
func (d *deployment) moveIn(url string) (string, error) {
	d.t.Helper()
	dir := d.t.TempDir()
	scripts, err := filepath.Abs(filepath.Join(root, "scripts"))
	require.NoError(d.t, err)
	require.NoError(d.t, os.Symlink(scripts, filepath.Join(dir, "scripts")))
	just := "#!/bin/sh\n[ \"$*\" = 'db-get-credentials prod --yes' ] && echo '{\"password\": \"" + d.secret("core-api-db-secret", "DB_PASSWORD") + "\"}'\n"
	require.NoError(d.t, os.WriteFile(filepath.Join(dir, "just"), []byte(just), 0o700))
	path := []string{dir}
	for _, tool := range []tools.Tool{tools.PgDump, tools.Jq, tools.Psql} {
		file, err := filepath.EvalSymlinks(tools.At(d.t, tool))
		require.NoError(d.t, err)
		path = append(path, filepath.Dir(file))
	}
	old := "OLD_URL='" + url + "'\n" + command(d.t, "export OLD_URL=", 1)
	load := strings.Replace(command(d.t, "export PGHOST=", 0), "PGPORT=5432", "PGPORT="+strconv.Itoa(d.port), 1)
	cmd := exec.Command(tools.At(d.t, tools.Bash), "-euc", old+load)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+strings.Join(append(path, os.Getenv("PATH")), ":"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// command is the block of docs/how-to/moving-in.md that begins with these words, without its first lines.
func command(t *testing.T, begins string, without int) string {
	t.Helper()
	return strings.Join(strings.SplitAfter(blockOf(t, "moving-in.md", begins), "\n")[without:], "")
}

// blockOf is the block of a page of docs/how-to that begins with these words.
func blockOf(t *testing.T, page, begins string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "how-to", page))
	require.NoError(t, err)
	_, block, found := strings.Cut(string(text), "\n"+begins)
	require.True(t, found, begins)
	block, _, _ = strings.Cut(begins+block, "```")
	return block
}
