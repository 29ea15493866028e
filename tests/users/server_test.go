// Package users runs the bootstrap of the database's logins on a real PostgreSQL, exactly as the Job runs it.
package users

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

var root = filepath.Join("..", "..")

// server is a PostgreSQL on the loopback interface that is set up as on RDS: with a superuser that nobody uses, a master user that may
// create roles and owns the database, and TLS.
type server struct {
	t        *testing.T
	port     int
	access   string // pg_hba.conf
	postgres *servers.Postgres
}

const superuser, superPassword = "rdsadmin", "nobody-has-this-one"

// access is pg_hba.conf. RDS authenticates direct and indirect members of rds_iam with a PAM module that accepts only tokens. Here, a
// client certificate stands in for the token.
const access = `
hostssl all +rds_iam 127.0.0.1/32 cert
hostssl all all      127.0.0.1/32 scram-sha-256
`

func newServer(t *testing.T) *server {
	t.Helper()
	return serverAt(t, tools.At(t, tools.Postgres))
}

// serverAt is a server whose program is at a path.
func serverAt(t *testing.T, program string) *server {
	t.Helper()
	return serverWith(t, program, access)
}

// serverWith is a server with this pg_hba.conf.
func serverWith(t *testing.T, program, access string) *server {
	t.Helper()
	postgres := servers.PostgresAt(t, program)
	s := &server{t: t, port: servers.Port(t), access: access, postgres: postgres}
	for name, subject := range map[string]string{"server": "127.0.0.1", "token": iamUser} {
		certificate, key := servers.Certificate(t, subject)
		postgres.Write(name+".crt", certificate, 0o600)
		postgres.Write(name+".key", key, 0o600)
	}
	postgres.Init("--username", superuser, "--pwfile", postgres.Write("password", superPassword, 0o600), "--auth", "scram-sha-256")
	s.start()
	t.Logf("PostgreSQL %s", s.one(s.url(superuser, superPassword, "postgres"), "SHOW server_version"))
	return s
}

// start starts the server, or restarts it, with more arguments of postgres.
func (s *server) start(args ...string) {
	s.t.Helper()
	file := func(name string) string { return filepath.Join(s.postgres.Dir, name) }
	s.postgres.Start(append([]string{
		"-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "ssl=on", "-c", "ssl_cert_file=" + file("server.crt"), "-c", "ssl_key_file=" + file("server.key"), "-c", "ssl_ca_file=" + file("token.crt"),
		"-c", "hba_file=" + s.postgres.Write("access", s.access, 0o600), "-c", "log_statement=all", "-c", "logging_collector=off",
		"-c", "log_line_prefix=%t:%r:%u@%d:[%p]:", "-c", "log_timezone=UTC", // RDS's own
	}, args...)...)
	require.Eventually(s.t, func() bool {
		c, err := s.connect(s.url(superuser, superPassword, "postgres"))
		if err == nil {
			_ = c.Close(context.Background())
		}
		return err == nil
	}, time.Minute, 50*time.Millisecond, "PostgreSQL does not start")
}

// logged is the log of the server, which has every statement.
func (s *server) logged() string {
	s.t.Helper()
	content, err := os.ReadFile(s.postgres.LogFile())
	require.NoError(s.t, err)
	return string(content)
}

func (s *server) url(user, password, database string) string {
	return fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=require", user, password, s.port, database)
}

// token is the URL of an IAM user with a token.
func (s *server) token() string {
	return s.url(iamUser, "", "mosaic") + "&sslcert=" + filepath.Join(s.postgres.Dir, "token.crt") + "&sslkey=" + filepath.Join(s.postgres.Dir, "token.key")
}

// connect opens a connection to this server, whatever host the URL names.
func (s *server) connect(url string) (*pgx.Conn, error) {
	if !strings.Contains(url, "?") { // the URLs of the secrets have no query; the pods have PGSSLMODE beside them
		url += "?sslmode=require"
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
	config.ConnectTimeout = 10 * time.Second
	return pgx.ConnectConfig(context.Background(), config)
}

// try runs statements in a new session.
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

// do runs statements that have to succeed.
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
