// Package pooler runs a real PgBouncer, with the settings and the list of users that the program makes, in front of a real
// PostgreSQL, with TLS on both sides.
package pooler

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
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
	// podUser is the pods', of which no machine has an entry.
	podUser = 10001
)

// server is a PostgreSQL on the loopback interface.
type server struct {
	t    *testing.T
	dir  string // of everything, also of the certificates
	port int

	postgres int // user of PostgreSQL, which has to be one of the machine's
}

// need skips a test without both servers.
func need(t *testing.T) {
	t.Helper()
	tools.Need(t, tools.Postgres, tools.PgBouncer)
}

func newServer(t *testing.T) *server {
	t.Helper()
	binary := tools.At(t, tools.Postgres)
	s := &server{t: t, port: servers.Port(t)}
	if nobody, err := user.Lookup("nobody"); err == nil {
		s.postgres, _ = strconv.Atoi(nobody.Uid)
	}
	dir, err := os.MkdirTemp("/tmp", "pooler-") // a folder of testing.T is for its user alone
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s.dir = dir
	s.certify("server")
	s.certify("client")
	s.write("password", adminPassword, 0o644)
	require.NoError(t, os.Chmod(dir, 0o755))
	s.own(dir)
	data := filepath.Join(dir, "data")
	out, err := s.command(s.postgres, filepath.Join(filepath.Dir(binary), "initdb"), "--pgdata", data, "--username", admin, "--pwfile", filepath.Join(dir, "password"),
		"--auth", "scram-sha-256", "--no-sync").CombinedOutput()
	require.NoError(t, err, string(out))
	s.write("data/pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n", 0o644) // as rds.force_ssl does
	s.run("postgresql", s.postgres, binary, "-D", data, "-k", dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1,127.0.0.2",
		"-c", "fsync=off", "-c", "ssl=on", "-c", "ssl_cert_file="+filepath.Join(dir, "server.crt"), "-c", "ssl_key_file="+filepath.Join(dir, "server.key"))
	s.eventually(s.url(admin, adminPassword, "postgres"))
	s.do("postgres", "CREATE DATABASE mosaic")
	return s
}

// command is a command as a user: PostgreSQL and PgBouncer refuse to run as root.
func (s *server) command(uid int, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	}
	return cmd
}

// run runs a command until the test ends; its output is in a file of its name.
func (s *server) run(name string, uid int, program string, args ...string) *exec.Cmd {
	s.t.Helper()
	cmd := s.command(uid, program, args...)
	log, err := os.Create(filepath.Join(s.dir, name+".log"))
	require.NoError(s.t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(s.t, cmd.Start())
	s.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		time.AfterFunc(5*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		_ = log.Close()
	})
	return cmd
}

func (s *server) write(name, content string, mode os.FileMode) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	require.NoError(s.t, os.WriteFile(path, []byte(content), mode))
	s.own(path)
	return path
}

func (s *server) own(path string) {
	s.t.Helper()
	if os.Getuid() == 0 {
		require.NoError(s.t, os.Chown(path, s.postgres, s.postgres))
	}
}

// certify makes a certificate for 127.0.0.1, and its key.
func (s *server) certify(name string) {
	s.t.Helper()
	certificate, key := servers.Certificate(s.t, "pooler")
	s.write(name+".crt", certificate, 0o644)
	mode := os.FileMode(0o644)
	if name == "server" {
		mode = 0o600 // PostgreSQL asks for that
	}
	s.write(name+".key", key, mode)
}

func (s *server) url(user, password, database string) string {
	return url(s.port, user, password, database)
}

func url(port int, user, password, database string) string {
	return fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=require", user, password, port, database)
}

func connect(url string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return pgx.Connect(ctx, url)
}

// ask is the only value of a query, in a session of its own.
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
	c, err := connect(s.url(admin, adminPassword, database))
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
	content, _ := os.ReadFile(filepath.Join(s.dir, name+".log"))
	lines := strings.Split(string(content), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
