// Package replication moves a database from PostgreSQL 16 to 17 by the recipes db-replicate and db-switch, on real servers, while it is written to.
package replication

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/rds"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const (
	superuser, superPassword = "rdsadmin", "nobody-has-this-one"
	master, password         = "mosaicadmin", "the-master-s-own"
)

// pair is two instances of a stack, the first of PostgreSQL 16 and the second of a later version, and what the recipes need to reach them.
type pair struct {
	t       *testing.T
	port    int
	hosts   [2]string
	dir     string // of the stand-ins, and of what they answer
	project string
	bin     string
	logs    []string // files of the servers
}

// newPair starts both servers, with databases of the same name. The first has what an application has made.
func newPair(t *testing.T) *pair {
	t.Helper()
	tools.Need(t, tools.Postgres, tools.PgDump, tools.Psql, tools.Jq, tools.Bash)
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has more loopback addresses than 127.0.0.1")
	}
	p := &pair{t: t, port: servers.Port(t), dir: t.TempDir()}
	dump, err := filepath.EvalSymlinks(tools.At(t, tools.PgDump))
	require.NoError(t, err)
	for i, program := range []string{tools.At(t, tools.Postgres), filepath.Join(filepath.Dir(dump), "postgres")} {
		p.hosts[i] = fmt.Sprintf("127.%d.%d.%d", 16+rand.IntN(239), rand.IntN(256), 1+rand.IntN(254))
		p.start(program, p.hosts[i])
	}
	p.standIns()
	return p
}

// start starts a server whose roles are those of RDS.
func (p *pair) start(program, host string) {
	p.t.Helper()
	s := servers.PostgresAt(p.t, program)
	authority, err := servers.NewAuthority("Amazon RDS Root CA", net.ParseIP(host))
	require.NoError(p.t, err)
	s.Init("--username", superuser, "--pwfile", s.Write("password", superPassword, 0o600), "--auth", "scram-sha-256")
	s.Start("-p", strconv.Itoa(p.port), "-c", "listen_addresses="+host, "-c", "wal_level=logical", "-c", "max_slot_wal_keep_size=1GB",
		"-c", "ssl=on", "-c", "ssl_cert_file="+s.Write("server.crt", authority.Certificate, 0o600), "-c", "ssl_key_file="+s.Write("server.key", authority.Key, 0o600),
		"-c", "hba_file="+s.Write("access", "hostssl all all all scram-sha-256\n", 0o600), "-c", "log_min_duration_statement=0", "-c", "logging_collector=off")
	p.logs = append(p.logs, s.LogFile())
	p.t.Cleanup(func() {
		if log, err := os.ReadFile(s.LogFile()); err == nil && p.t.Failed() {
			p.t.Logf("%s: %s", host, tail(string(log)))
		}
	})
	require.Eventually(p.t, func() bool { return p.try(host, superuser, "postgres", "SELECT 1") == nil }, time.Minute, 50*time.Millisecond)
	statements := append(rds.Roles(), rds.Master(master, password)...)
	// On RDS, rds_superuser has the first, and membership in rds_replication stands for the second.
	statements = append(statements, "GRANT pg_create_subscription TO "+master, "ALTER ROLE "+master+" REPLICATION")
	for _, statement := range append(statements, rds.Database("mosaic", master)...) {
		require.NoError(p.t, p.try(host, superuser, "postgres", statement), statement)
	}
}

// tail is the end of a log, without what the load has written.
func tail(log string) string {
	var kept []string
	for line := range strings.SplitSeq(log, "\n") {
		if !strings.Contains(line, "stmtcache_") && !strings.Contains(line, "parameters: $1") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[max(0, len(kept)-40):], "\n")
}

// A subscriber looks for a client certificate in its home, which is that of the user who runs the tests.
func TestMain(m *testing.M) {
	_ = os.Setenv("HOME", "/nonexistent")
	os.Exit(m.Run())
}

// standIns makes the folder of the project, and the commands that the recipes call.
func (p *pair) standIns() {
	p.t.Helper()
	p.project, p.bin = filepath.Join(p.dir, "project"), filepath.Join(p.dir, "tools")
	for _, dir := range []string{p.bin, filepath.Join(p.project, "bin")} {
		require.NoError(p.t, os.MkdirAll(dir, 0o700))
	}
	link := func(target, name string) {
		target, err := filepath.Abs(target)
		require.NoError(p.t, err)
		require.NoError(p.t, os.Symlink(target, name))
	}
	link(filepath.Join("..", "..", "scripts"), filepath.Join(p.project, "scripts"))
	standIn := filepath.Join("testdata", "standin")
	for _, name := range []string{"kubectl", "aws", "pulumi", "go"} {
		link(standIn, filepath.Join(p.bin, name))
	}
	link(standIn, filepath.Join(p.project, "bin", "recipe"))
	for name, tool := range map[string]tools.Tool{"psql": tools.Psql, "pg_dump": tools.PgDump, "jq": tools.Jq, "bash": tools.Bash} {
		path, err := filepath.EvalSymlinks(tools.At(p.t, tool))
		require.NoError(p.t, err)
		require.NoError(p.t, os.WriteFile(filepath.Join(p.bin, name), []byte("#!/bin/sh\nexec "+path+" \"$@\"\n"), 0o700))
		if tool == tools.PgDump {
			restore := filepath.Join(filepath.Dir(path), "pg_restore")
			require.NoError(p.t, os.WriteFile(filepath.Join(p.bin, "pg_restore"), []byte("#!/bin/sh\nexec "+restore+" \"$@\"\n"), 0o700))
		}
	}
	p.answer("restore.generation", "2")
	p.answer("database.credentials", "master")
	p.serves(1)
	p.answer("restore.logicalReplication", "running")
}

// answer is what pulumi config get says of a key.
func (p *pair) answer(key, value string) {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(filepath.Join(p.dir, key), []byte(value), 0o600))
}

// serves makes a generation the active one, as pulumi up does.
func (p *pair) serves(generation int) {
	p.t.Helper()
	names := []string{"mosaic-prod-db", "mosaic-prod-db-2"}
	p.answer("restore.serving", strconv.Itoa(generation))
	p.answer("outputs.json", fmt.Sprintf(`{"region": "us-east-1", "accountId": "123456789012", "clusterName": "mosaic-prod", "namespace": "mosaic-prod",
		"applicationName": "core-api", "kubernetesSecretName": "core-api-db-secret", "instanceIdentifier": %q, "keptInstances": [%q], "endpoint": %q, "replicaEndpoints": []}`,
		names[generation-1], names[2-generation], p.hosts[generation-1]))
}

// recipe runs a recipe, without its restart of pods, which has no cluster here.
func (p *pair) recipe(args ...string) (string, error) {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(p.project, "scripts", args[0]), args[1:]...)
	cmd.Dir = p.project
	cmd.Env = append(os.Environ(), "PATH="+p.bin+":"+os.Getenv("PATH"), "STANDIN="+p.dir, "HOST_1="+p.hosts[0], "HOST_2="+p.hosts[1],
		"PGPORT="+strconv.Itoa(p.port), "PGDATABASE=mosaic", "PGUSER="+master, "PGPASSWORD="+password, "PGSSLMODE=require",
		"REPLICATION_INTERVAL=0.2", "SWITCH_PATIENCE=3", "SECRET_PATIENCE=0", "SECRET_INTERVAL=0", "TMPDIR="+p.t.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is a recipe that has to succeed. That of a switch ends with 4: it has moved, and found no pods to restart.
func (p *pair) must(args ...string) string {
	p.t.Helper()
	out, err := p.recipe(args...)
	var exit *exec.ExitError
	if args[0] != "db-switch" || !errors.As(err, &exit) || exit.ExitCode() != 4 {
		require.NoError(p.t, err, out)
	}
	return out
}

// refused is a recipe that has to fail.
func (p *pair) refused(args ...string) string {
	p.t.Helper()
	out, err := p.recipe(args...)
	require.Error(p.t, err, out)
	return out
}

func (p *pair) connect(host, user, database string) (*pgx.Conn, error) {
	secret := map[string]string{superuser: superPassword, master: password}[user]
	return pgx.Connect(context.Background(), fmt.Sprintf("postgresql://%s:%s@%s:%d/%s?sslmode=require&connect_timeout=10", user, secret, host, p.port, database))
}

// try runs a statement in a new session.
func (p *pair) try(host, user, database, statement string) error {
	c, err := p.connect(host, user, database)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }()
	_, err = c.Exec(context.Background(), statement, pgx.QueryExecModeSimpleProtocol)
	return err
}

// do runs statements in the database of a generation, as the master user.
func (p *pair) do(generation int, statements ...string) {
	p.t.Helper()
	for _, statement := range statements {
		require.NoError(p.t, p.try(p.hosts[generation-1], master, "mosaic", statement), statement)
	}
}

// one is the only value of a query, as text.
func (p *pair) one(generation int, query string) string {
	p.t.Helper()
	c, err := p.connect(p.hosts[generation-1], superuser, "mosaic")
	require.NoError(p.t, err)
	defer func() { _ = c.Close(context.Background()) }()
	var value string
	require.NoError(p.t, c.QueryRow(context.Background(), query).Scan(&value), query)
	return value
}

// changes are the edits of the stack file that the recipes have asked for.
func (p *pair) changes() string {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(p.dir, "changes"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}
