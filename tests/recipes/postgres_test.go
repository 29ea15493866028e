package recipes

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// postgres starts a PostgreSQL of its own, on a Unix socket alone, and returns the environment of its clients.
func postgres(t *testing.T) []string {
	t.Helper()
	psql, server := tools.At(t, tools.Psql), servers.NewPostgres(t)
	server.Init("--username", "mosaicadmin", "--auth", "trust")
	server.Start("-c", "listen_addresses=", "-c", "max_connections=20", "-c", "max_prepared_transactions=2", "-c", "wal_level=logical")
	env := []string{"PGHOST=" + server.Dir, "PGUSER=mosaicadmin", "PGDATABASE=postgres", "PSQL=" + psql}
	require.Eventually(t, func() bool {
		ping := exec.Command(psql, "--command", "select 1")
		ping.Env = append(os.Environ(), env...)
		return ping.Run() == nil
	}, 20*time.Second, 50*time.Millisecond, "PostgreSQL does not start")
	return env
}

// session runs a query in a new session, which stays open until the test ends.
func session(t *testing.T, env []string, application, query string) {
	t.Helper()
	cmd := exec.Command(env[3][len("PSQL="):], "--no-psqlrc", "--command", query)
	cmd.Env = append(append(os.Environ(), env...), "PGAPPNAME="+application)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// The queries of the recipes run on a real PostgreSQL, with a session that sleeps and one that waits for another.
func TestQueriesOnPostgreSQL(t *testing.T) {
	need(t, tools.Postgres, tools.Psql)
	t.Parallel()
	env := postgres(t)
	// Creating a slot waits for the end of all transactions, so it comes before the transaction that stays open.
	for _, statement := range []string{"SELECT pg_create_logical_replication_slot('feed', 'pgoutput')",
		"CREATE TABLE odd (handler regproc, plain regclass); INSERT INTO odd SELECT FROM generate_series(1, 3)",
		"UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'template0'"} {
		execute(t, env, statement)
	}
	cmd := exec.Command(env[3][len("PSQL="):], "--no-psqlrc")
	cmd.Env, cmd.Stdin = append(os.Environ(), env...), strings.NewReader("BEGIN; SELECT 1; PREPARE TRANSACTION 'forgotten';")
	require.NoError(t, cmd.Run())

	session(t, env, "sleeper", "SELECT pg_sleep(60)")
	session(t, env, "holder", "SELECT pg_advisory_lock(1), pg_sleep(60)")
	waiting := "SELECT 1 FROM pg_stat_activity WHERE application_name = 'holder' AND wait_event = 'PgSleep'"
	eventually(t, env, waiting)
	session(t, env, "waiter", "SELECT pg_advisory_lock(1)")
	eventually(t, env, "SELECT 1 FROM pg_locks WHERE NOT granted")

	psql := `shift 9; PGHOST=` + env[0][len("PGHOST="):] + ` PGUSER=mosaicadmin PGDATABASE=postgres exec ` + env[3][len("PSQL="):] + ` "$@"`
	for recipe, wants := range map[string][]string{
		"db-upgrade-check": {`(?s)forgotten \|.*public +\| odd +\| handler +\| regproc\n\(1 row\).*template0\n\(1 row\).*feed +\| pgoutput.*plpgsql`},
		"db-connections":   {`(?m)^ +[4-9] \| +20 \| +[2-9]\d\.0$`, `mosaicadmin \| sleeper`},
		"db-slow-queries":  {`sleeper +\| SELECT pg_sleep\(60\)`, `advisory +\| \{\d+\} +\| mosaicadmin \| waiter`},
	} {
		t.Run(recipe, func(t *testing.T) {
			b := newBench(t, outputsOnly(t))
			b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do(psql))...)
			r := b.just("", recipe, "prod")
			require.Zero(t, r.code, r.stderr)
			for _, want := range wants {
				assert.Regexp(t, want, r.stdout)
			}
		})
	}
	for recipe, test := range map[string]struct{ that, want string }{
		"db-upgrade-check": {`.[0] | [.preparedTransactions[].gid, .regColumns[].column, .interruptedDrops[].datname, .logicalSlots[].plugin, .extensions[].extname] | join(" ")`, `"forgotten handler template0 pgoutput plpgsql"`},
		"db-connections":   {`.max_connections == 20 and .in_use >= 4 and (.sessions | map(.application_name) | contains(["sleeper", "waiter"]))`, `true`},
		"db-slow-queries":  {`(.[] | select(.application_name == "holder") | .pid) as $pid | .[] | select(.application_name == "waiter") | .blocked_by == [$pid]`, `true`},
	} {
		t.Run(recipe+" for scripts", func(t *testing.T) {
			b := newBench(t, outputsOnly(t))
			b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --tuples-only --no-align --file -", "").do(psql))...)
			r := b.just("", recipe, "prod", "--json")
			require.Zero(t, r.code, r.stderr)
			jq := exec.Command(tools.At(t, tools.Jq), "--compact-output", test.that)
			jq.Stdin = strings.NewReader(r.stdout)
			found, err := jq.CombinedOutput()
			require.NoError(t, err, string(found))
			assert.Equal(t, test.want+"\n", string(found), r.stdout)
		})
	}
	t.Run("db-drill", func(t *testing.T) {
		assert.Regexp(t, `public +\| odd +\| +3\n +\| all +\| +3`, execute(t, env, "", "--file", filepath.Join(root, "scripts", "sql", "rows.sql")))
	})
	t.Run("the migration's session", func(t *testing.T) {
		manifest, err := os.ReadFile(filepath.Join(root, "tests", "manifests", "testdata", "prod.yaml"))
		require.NoError(t, err)
		options := regexp.MustCompile(`name: PGOPTIONS\n +value: (.*)`).FindSubmatch(manifest)
		require.NotNil(t, options)
		limited := append(slices.Clone(env), "PGOPTIONS="+string(options[1]))
		assert.Regexp(t, `\n 10s\n`, execute(t, limited, "SHOW lock_timeout"))
		assert.Regexp(t, `\n 10min\n`, execute(t, limited, "SHOW statement_timeout"))
	})
	t.Run("db-shell", func(t *testing.T) {
		b := newBench(t, outputsOnly(t))
		b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do(psql))...)
		r := b.just("select 6 * 7 as answer;\n", "db-shell", "prod")
		require.Zero(t, r.code, r.stderr)
		assert.Regexp(t, `answer *\n-+\n +42`, r.stdout)
	})
}

// If a server accepts the connection and never answers, as behind a network policy that drops its packets, migration, bootstrap and
// shell time out soon.
func TestAConnectionThatNobodyAnswers(t *testing.T) {
	need(t, tools.Psql)
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts connections, but nobody answers them
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	shell, err := os.ReadFile(filepath.Join(root, "scripts", "pod.sh"))
	require.NoError(t, err)
	sources := map[string]string{"the shell": string(shell)}
	for _, file := range []string{"prod", "alternating"} {
		manifest, err := os.ReadFile(filepath.Join(root, "tests", "manifests", "testdata", file+".yaml"))
		require.NoError(t, err)
		for _, document := range strings.Split(string(manifest), "---\n") {
			if name := regexp.MustCompile(`(?m)^    name: (.*)$`).FindStringSubmatch(document); strings.Contains(document, "kind: Job\n") {
				sources[file+": "+name[1]] = document
			}
		}
	}
	require.Len(t, sources, 4)
	for name, source := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seconds := regexp.MustCompile(`name: "?PGCONNECT_TIMEOUT"?,?\s+value: "(\d+)"`).FindStringSubmatch(source)
			require.NotNil(t, seconds, "it would wait for ever")
			_, port, err := net.SplitHostPort(silent.Addr().String())
			require.NoError(t, err)
			cmd := exec.CommandContext(t.Context(), tools.At(t, tools.Psql), "--no-psqlrc", "--command", "SELECT 1")
			cmd.Env = append(os.Environ(), "PGHOST=127.0.0.1", "PGPORT="+port, "PGUSER=mosaicadmin", "PGCONNECT_TIMEOUT="+seconds[1])
			said, err := cmd.CombinedOutput()
			assert.Error(t, err)
			assert.Contains(t, string(said), "timeout expired")
		})
	}
}

// execute runs a statement with psql and its arguments.
func execute(t *testing.T, env []string, statement string, args ...string) string {
	t.Helper()
	if statement != "" {
		args = append(args, "--command", statement)
	}
	cmd := exec.Command(env[3][len("PSQL="):], append([]string{"--no-psqlrc", "--set", "ON_ERROR_STOP=1"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// eventually waits until a query has a row.
func eventually(t *testing.T, env []string, query string) {
	t.Helper()
	require.Eventually(t, func() bool {
		cmd := exec.Command(env[3][len("PSQL="):], "--tuples-only", "--command", query)
		cmd.Env = append(os.Environ(), env...)
		out, err := cmd.Output()
		return err == nil && len(out) > 1
	}, 10*time.Second, 50*time.Millisecond, fmt.Sprintf("no row: %s", query))
}
