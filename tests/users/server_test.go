// Package users runs the bootstrap of the database's logins, exactly as the Job has it, on a real PostgreSQL.
package users

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

var root = filepath.Join("..", "..")

// server is a PostgreSQL that listens on the loopback interface, and is set up as RDS does it: a superuser that is
// nobody's, a master user that may make roles and owns the database, and TLS.
type server struct {
	t    *testing.T
	port int
	dir  string // of data and log
}

const superuser, superPassword = "rdsadmin", "nobody-has-this-one"

// access is who gets in how. RDS sends every member of rds_iam, and the members of its members, to a PAM module that takes
// tokens and nothing else. A certificate of the login stands in for the token.
const access = `
hostssl all +rds_iam 127.0.0.1/32 cert
hostssl all all      127.0.0.1/32 scram-sha-256
`

func newServer(t *testing.T) *server {
	t.Helper()
	binaries := filepath.Dir(tools.At(t, tools.Postgres))
	s := &server{t: t, port: servers.Port(t)}
	dir, err := os.MkdirTemp("/tmp", "pg-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s.dir = dir
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	write("password", superPassword)
	for name, subject := range map[string]string{"server": "127.0.0.1", "token": people} {
		certificate, key := servers.Certificate(t, subject)
		write(name+".crt", certificate)
		write(name+".key", key)
	}
	write("access", access)
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		uid, err := strconv.Atoi(nobody.Uid)
		require.NoError(t, err)
		for _, name := range []string{"", "password", "access", "server.crt", "server.key", "token.crt"} {
			require.NoError(t, os.Chown(filepath.Join(dir, name), uid, uid))
		}
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	}
	as := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(binaries, name), args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		return cmd
	}
	data := filepath.Join(dir, "data")
	out, err := as("initdb", "--pgdata", data, "--username", superuser, "--pwfile", filepath.Join(dir, "password"),
		"--auth", "scram-sha-256", "--no-sync").CombinedOutput()
	require.NoError(t, err, string(out))
	run := as("postgres", "-D", data, "-k", dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
		"-c", "ssl=on", "-c", "ssl_cert_file="+filepath.Join(dir, "server.crt"), "-c", "ssl_key_file="+filepath.Join(dir, "server.key"),
		"-c", "ssl_ca_file="+filepath.Join(dir, "token.crt"), "-c", "hba_file="+filepath.Join(dir, "access"),
		"-c", "log_statement=all", "-c", "logging_collector=off")
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	run.Stdout, run.Stderr = log, log
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Signal(syscall.SIGINT) // a fast shutdown
		_ = run.Wait()
		_ = log.Close()
	})
	require.Eventually(t, func() bool {
		c, err := s.connect(s.url(superuser, superPassword, "postgres"))
		if err == nil {
			_ = c.Close(context.Background())
		}
		return err == nil
	}, time.Minute, 50*time.Millisecond, "PostgreSQL does not start")
	t.Logf("PostgreSQL %s", s.one(s.url(superuser, superPassword, "postgres"), "SHOW server_version"))
	return s
}

// logged is what the server wrote into its log: every statement.
func (s *server) logged() string {
	s.t.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, "log"))
	require.NoError(s.t, err)
	return string(content)
}

func (s *server) url(user, password, database string) string {
	return fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=require", user, password, s.port, database)
}

// token is the URL of people who have a token.
func (s *server) token() string {
	return s.url(people, "", "mosaic") + "&sslcert=" + filepath.Join(s.dir, "token.crt") + "&sslkey=" + filepath.Join(s.dir, "token.key")
}

// connect opens a connection to this server, whatever host the URL names.
func (s *server) connect(url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	config.ConnectTimeout = 10 * time.Second
	return pgx.ConnectConfig(context.Background(), config)
}

// try runs statements in a session of their own.
func (s *server) try(url string, statements ...string) error {
	c, err := s.connect(url)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range statements {
		if _, err := c.Exec(context.Background(), statement, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}
	return nil
}

// do is try of what has to work.
func (s *server) do(url string, statements ...string) {
	s.t.Helper()
	for _, statement := range statements {
		require.NoError(s.t, s.try(url, statement), statement)
	}
}

// one is the only value of a query, as text.
func (s *server) one(url, query string) string {
	s.t.Helper()
	c, err := s.connect(url)
	require.NoError(s.t, err)
	defer func() { _ = c.Close(context.Background()) }()
	var value string
	require.NoError(s.t, c.QueryRow(context.Background(), query).Scan(&value), query)
	return value
}
