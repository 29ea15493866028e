package replication

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
)

// loading is the command of the Job that fills the second instance from the first, as the kubelet runs it.
func (p *pair) loading() *exec.Cmd {
	p.t.Helper()
	command := jobs.LoadCommand()
	cmd := exec.Command(command[0], command[1], strings.ReplaceAll(command[2], "$$", "$"))
	cmd.Env = append(os.Environ(), "PATH="+p.bin+":"+os.Getenv("PATH"), "TMPDIR="+p.t.TempDir(), "SOURCE=mosaic-prod-db-2", "TARGET=mosaic-prod-db-3",
		"SOURCE_HOST="+p.hosts[0], "TARGET_HOST="+p.hosts[1], "PGPORT="+strconv.Itoa(p.port), "PGDATABASE=mosaic", "PGUSER="+master, "SOURCE_USER="+master,
		"PGPASSWORD="+password, "PGSSLMODE=require", "PGOPTIONS=-c lock_timeout=0s -c statement_timeout=0s")
	return cmd
}

// fills runs it, and tells what it said and whether the Job has failed.
func (p *pair) fills() (string, bool) {
	p.t.Helper()
	out, err := p.loading().CombinedOutput()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(p.t, err, &exit, string(out))
	}
	return string(out), err != nil
}

// tricky makes what a dump can lose: data that looks like its statements, large objects, routines with the words that end a transaction.
func (p *pair) tricky() {
	p.t.Helper()
	p.do(1, "CREATE TABLE app.said (id int PRIMARY KEY, words text, twice int GENERATED ALWAYS AS (id * 2) STORED)",
		"INSERT INTO app.said VALUES (1, 'COMMENT ON EXTENSION plpgsql IS NULL'), (2, E'COMMIT;\\nBEGIN;'), (3, '\\.'), (4, NULL), (5, 'SET transaction_timeout = 0;')",
		"CREATE TABLE app.lines (line text)", "INSERT INTO app.lines VALUES ('COMMENT ON EXTENSION plpgsql IS NULL'), ('COMMIT;'), ('SET transaction_timeout = 0;'), ('')",
		"CREATE PROCEDURE app.twice() LANGUAGE plpgsql AS E'BEGIN\\nCOMMIT;\\nEND;'", "CREATE PROCEDURE app.sqltwice() LANGUAGE sql AS E'\\nSELECT 1;\\n'",
		"SELECT lo_from_bytea(0, '\\x00ff')", "SELECT lo_from_bytea(0, '\\x01')", "CREATE MATERIALIZED VIEW app.counted AS SELECT count(*) FROM app.said",
		"COMMENT ON EXTENSION pgcrypto IS 'ours'", "CREATE UNLOGGED TABLE app.cached (a int)", "INSERT INTO app.cached VALUES (1)", "CREATE TYPE app.mood AS ENUM ('sad', 'ok')", "SELECT setval('app.free', 77)")
}

// Under load: the Job stops the writes, fills the empty instance with everything, and lets it take writes; no row that was accepted is lost.
func TestDumpAndLoad(t *testing.T) {
	p := newPair(t)
	p.application()
	p.tricky()
	l := p.load()
	require.Eventually(t, func() bool { return l.accepted[0].Load() > 200 }, time.Minute, 10*time.Millisecond)
	out, failed := p.fills()
	require.False(t, failed, out)
	require.Eventually(t, func() bool { return l.accepted[1].Load() > l.accepted[0].Load() }, time.Minute, 10*time.Millisecond)
	l.stop()
	require.NoError(t, <-l.done)

	assert.Regexp(t, `mosaic-prod-db-2 takes no writes while it is dumped: \d+ kB`, out)
	assert.Regexp(t, `mosaic-prod-db-3 has everything, after \d+ seconds without writes; mosaic-prod-db-2 takes none any more`, out)
	t.Logf("no writes for %v", time.Duration(l.at[1].Load()-l.at[0].Load()))
	last := l.accepted[1].Load()
	assert.Equal(t, strconv.FormatInt(last, 10), p.one(2, "SELECT count(*)::text FROM app.stories WHERE writer = 1"))
	assert.Equal(t, strconv.FormatInt(last, 10), p.one(2, "SELECT max(number)::text FROM app.stories WHERE writer = 1"))
	for _, query := range []string{
		"SELECT string_agg(words, '|' ORDER BY id) FROM app.said", "SELECT sum(twice)::text FROM app.said", "SELECT string_agg(line, '|' ORDER BY line) FROM app.lines",
		"SELECT string_agg(prosrc, '|' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'app'::regnamespace",
		"SELECT last_value::text FROM app.free", "SELECT count(*)::text FROM pg_largeobject_metadata", "SELECT encode(string_agg(data, '|' ORDER BY data), 'hex') FROM pg_largeobject",
		"SELECT count::text FROM app.counted", "SELECT count(*)::text FROM app.cached", "SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum", `SELECT a FROM "Odd Name"`,
		"SELECT count(*)::text FROM app.parted_1", "SELECT tableowner FROM pg_tables WHERE tablename = 'stories'", "SELECT array_to_string(rolconfig, ' ') FROM pg_roles WHERE rolname = 'reports'",
		"SELECT has_table_privilege('reports', 'app.stories', 'SELECT')::text", "SELECT has_database_privilege('reports', 'mosaic', 'CONNECT')::text",
	} {
		assert.Equal(t, p.one(1, query), p.one(2, query), query)
	}
	assert.Equal(t, "false", p.one(2, "SELECT (to_regnamespace('mosaic_switch') IS NOT NULL)::text"))
	for _, table := range []string{"said", "cached"} {
		assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "DELETE FROM app."+table), "this instance takes no writes", table)
	}

	// A second Job finds that it has been done, and touches neither.
	p.do(2, "INSERT INTO app.said VALUES (9, 'new')")
	out, failed = p.fills()
	require.False(t, failed, out)
	assert.Contains(t, out, "mosaic-prod-db-3 has been filled from mosaic-prod-db-2 before")
	assert.Equal(t, "new", p.one(2, "SELECT words FROM app.said WHERE id = 9"))
	assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "DELETE FROM app.said"), "this instance takes no writes")
}

// Whatever fails, the first instance takes writes again, and the second is empty, so that another try can succeed.
func TestALoadThatFails(t *testing.T) {
	for name, test := range map[string]struct {
		breaks func(*pair) (mend func())
		says   string
	}{
		"what the load changes": {says: "the two databases differ after the load, see above", breaks: func(p *pair) func() { return p.tool("pg_restore", `sed "s/it's/its/"`) }},
		"a dump that ends early": {says: "is empty, and mosaic-prod-db-2 takes writes again", breaks: func(p *pair) func() {
			return p.tool("pg_dump", "case $* in *custom*) head -c 20000; exit 1 ;; *) exec cat ;; esac")
		}},
		"a dump that says it failed": {says: "is empty, and mosaic-prod-db-2 takes writes again", breaks: func(p *pair) func() { return p.tool("pg_dump", "cat; case $* in *custom*) exit 1 ;; esac") }},
		"what the other cannot have": {says: "is empty, and mosaic-prod-db-2 takes writes again", breaks: func(p *pair) func() {
			require.NoError(p.t, p.try(p.hosts[0], superuser, "mosaic", "CREATE TABLE app.foreign_owner (a int); ALTER TABLE app.foreign_owner OWNER TO rdsadmin; GRANT SELECT, TRIGGER ON app.foreign_owner TO "+master))
			return func() { require.NoError(p.t, p.try(p.hosts[0], superuser, "mosaic", "DROP TABLE app.foreign_owner")) }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.application()
			p.tricky()
			mend := test.breaks(p)
			out, failed := p.fills()
			require.True(t, failed, out)
			assert.Contains(t, out, test.says)
			p.do(1, "INSERT INTO app.said VALUES (10, 'still here')")
			assert.Equal(t, "0", p.one(2, "SELECT count(*)::text FROM pg_namespace WHERE nspname IN ('app', 'mosaic_switch')"))
			assert.Equal(t, "0", p.one(2, "SELECT count(*)::text FROM pg_roles WHERE rolname = 'reports'"))
			mend()
			out, failed = p.fills()
			require.False(t, failed, out)
			assert.Equal(t, "still here", p.one(2, "SELECT words FROM app.said WHERE id = 10"))
		})
	}
}

// tool puts a filter behind a tool, and returns what takes it away.
func (p *pair) tool(name, filter string) func() {
	p.t.Helper()
	path := filepath.Join(p.bin, name)
	was, err := os.ReadFile(path)
	require.NoError(p.t, err)
	script := strings.Replace(string(was), "exec ", "", 1)
	script = strings.TrimSpace(script) + " | { " + filter + "; }\n"
	require.NoError(p.t, os.WriteFile(path, []byte(script), 0o700))
	return func() { require.NoError(p.t, os.WriteFile(path, was, 0o700)) }
}

// A full instance is never touched, nor is the other one.
func TestALoadIntoAFullInstance(t *testing.T) {
	p := newPair(t)
	p.application()
	p.do(2, "CREATE TABLE precious (a int)")
	out, failed := p.fills()
	require.True(t, failed, out)
	assert.Contains(t, out, "r public.precious")
	assert.Contains(t, out, "mosaic-prod-db-3 is not empty, see above, and was not filled from mosaic-prod-db-2: nothing was changed")
	p.do(1, "INSERT INTO app.parted VALUES (900)")
	p.do(2, "DROP TABLE precious")
	require.NoError(t, p.try(p.hosts[0], superuser, "postgres", "CREATE DATABASE reports"))
	out, failed = p.fills()
	require.True(t, failed, out)
	assert.Contains(t, out, "mosaic-prod-db-2 has other databases, which would stay behind: reports; move them first")
	p.do(1, "INSERT INTO app.parted VALUES (901)")
}

// A pod that is told to end opens the first instance again, even in the middle of the load.
func TestALoadThatIsStopped(t *testing.T) {
	p := newPair(t)
	p.application()
	p.tool("pg_restore", "cat; sleep 60")
	cmd := p.loading()
	said := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = said, said
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool {
		return p.one(2, "SELECT count(*)::text FROM pg_stat_activity WHERE application_name = 'mosaic-load'") == "1"
	}, time.Minute, 50*time.Millisecond)
	assert.ErrorContains(t, p.try(p.hosts[0], master, "mosaic", "DELETE FROM app.parted"), "this instance takes no writes")
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Wait()
	require.True(t, err != nil && (errors.Is(err, exec.ErrWaitDelay) || err.Error() != ""), said.String())
	assert.Contains(t, said.String(), "mosaic-prod-db-3 is empty, and mosaic-prod-db-2 takes writes again")
	p.do(1, "INSERT INTO app.parted VALUES (900)")
	assert.Equal(t, "0", p.one(2, "SELECT count(*)::text FROM pg_namespace WHERE nspname = 'app'"))
}
