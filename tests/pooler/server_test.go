// Package pooler runs a real PgBouncer, with the program's settings and user list, in front of a real PostgreSQL, with TLS on both sides.
package pooler

import (
	"context"
	"fmt"
	"os"
	"os/exec"
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

const (
	admin         = "mosaicadmin"
	adminPassword = "Master0Password1"
	// podUser is the user id of the pods. No machine has an entry for it.
	podUser = 10001
)

// server is a PostgreSQL on the loopback interface.
type server struct {
	*servers.Postgres
	t    *testing.T
	port int
}

// need skips a test without both servers.
func need(t *testing.T) {
	t.Helper()
	tools.Need(t, tools.Postgres, tools.PgBouncer)
}

func newServer(t *testing.T) *server {
	t.Helper()
	return serverAt(t, tools.At(t, tools.Postgres))
}

// serverAt is a server whose program is at a path.
func serverAt(t *testing.T, program string) *server {
	t.Helper()
	s := &server{Postgres: servers.PostgresAt(t, program), t: t, port: servers.Port(t)}
	s.certify("server")
	s.certify("client")
	s.Init("--username", admin, "--pwfile", s.Write("password", adminPassword, 0o644), "--auth", "scram-sha-256")
	s.Write("data/pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n", 0o644) // as rds.force_ssl does
	s.Start("-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1,127.0.0.2",
		"-c", "ssl=on", "-c", "ssl_cert_file="+filepath.Join(s.Dir, "server.crt"), "-c", "ssl_key_file="+filepath.Join(s.Dir, "server.key"))
	s.eventually(s.url("postgres"))
	s.do("postgres", "CREATE DATABASE mosaic")
	return s
}

// run runs a command as a user until the test ends; its output is in a file of its name.
func (s *server) run(name string, as servers.User, program string, args ...string) *exec.Cmd {
	s.t.Helper()
	cmd := as.Command(program, args...)
	cmd.Dir = s.Dir
	servers.Run(s.t, cmd, filepath.Join(s.Dir, name+".log"))
	return cmd
}

// certify makes a certificate for 127.0.0.1, and its key.
func (s *server) certify(name string) {
	s.t.Helper()
	certificate, key := servers.Certificate(s.t, "pooler")
	s.Write(name+".crt", certificate, 0o644)
	mode := os.FileMode(0o644)
	if name == "server" {
		mode = 0o600 // PostgreSQL requires that
	}
	s.Write(name+".key", key, mode)
}

// url is the URL of a database for the master user.
func (s *server) url(database string) string {
	return login{admin, adminPassword}.url(s.port, database)
}

type login struct{ user, password string }

// url is the URL of a database for the login.
func (l login) url(port int, database string) string {
	return fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=require", l.user, l.password, port, database)
}

func connect(url string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return pgx.Connect(ctx, url)
}

// ask runs a query in a new session, and returns its only value.
func ask(url, query string, args ...any) (string, error) {
	c, err := connect(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = c.Close(context.Background()) }()
	var value string
	return value, c.QueryRow(context.Background(), query, args...).Scan(&value)
}

func (s *server) do(database string, statements ...string) {
	s.t.Helper()
	c, err := connect(s.url(database))
	require.NoError(s.t, err)
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range statements {
		_, err := c.Exec(context.Background(), statement)
		require.NoError(s.t, err, statement)
	}
}

func (s *server) eventually(url string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { _, err := ask(url, "SELECT 'up'"); return err == nil }, 30*time.Second, 100*time.Millisecond,
		"nothing answers: %s", s.log("postgresql")+s.log("pgbouncer"))
}

func (s *server) log(name string) string {
	content, _ := os.ReadFile(filepath.Join(s.Dir, name+".log"))
	lines := strings.Split(string(content), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
