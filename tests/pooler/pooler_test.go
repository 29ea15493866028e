package pooler

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// settings is the pgbouncer.ini in the ConfigMap that the program registers.
func settings(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../manifests/testdata/pooling.yaml")
	require.NoError(t, err)
	for _, document := range strings.Split(string(content), "---\n") {
		var object corev1.ConfigMap
		require.NoError(t, yaml.Unmarshal([]byte(document), &object))
		if object.Kind == "ConfigMap" {
			return object.Data["pgbouncer.ini"]
		}
	}
	t.Fatal("no ConfigMap")
	return ""
}

// bouncer is a PgBouncer in front of a server.
type bouncer struct {
	*exec.Cmd
	port int
}

func (b *bouncer) url(user, password string) string {
	return login{user, password}.url(b.port, "mosaic")
}

// bounce starts PgBouncer with a user list. It changes only paths and ports in the settings.
func (s *server) bounce(users string, others ...string) *bouncer {
	s.t.Helper()
	program := tools.At(s.t, tools.PgBouncer)
	b := &bouncer{port: servers.Port(s.t)}
	ini := settings(s.t)
	address := regexp.MustCompile(`host=\S+ port=\d+`).FindString(ini)
	ini = strings.NewReplacer(
		address, fmt.Sprintf("host=127.0.0.1 port=%d", s.port), "listen_port = 6432", fmt.Sprintf("listen_port = %d", b.port),
		"listen_addr = *", "listen_addr = 127.0.0.1", "/etc/pgbouncer-logins/userlist.txt", s.Write("userlist.txt", users, 0o644),
		"/etc/pgbouncer-tls/tls.crt", filepath.Join(s.Dir, "client.crt"), "/etc/pgbouncer-tls/tls.key", filepath.Join(s.Dir, "client.key"),
		"/etc/ssl/rds/ca-bundle.pem", filepath.Join(s.Dir, "server.crt")).Replace(ini)
	ini = strings.NewReplacer(others...).Replace(ini)
	require.NotContains(s.t, ini, "/etc/")
	b.Cmd = s.run("pgbouncer", servers.Numbered(podUser), program, s.Write("pgbouncer.ini", ini, 0o644))
	require.Eventually(s.t, func() bool {
		_, err := ask(b.url("nobody", "none"), "SELECT ''")
		var refused *pgconn.PgError
		return errors.As(err, &refused)
	}, 20*time.Second, 50*time.Millisecond, "PgBouncer does not listen: %s", s.log("pgbouncer"))
	return b
}

func refusal(err error) string {
	if err == nil {
		return "nothing"
	}
	return err.Error()
}

// TestLogins: a login with the right password reaches the database; a wrong password, an unknown user, a connection without TLS and the
// admin console are refused.
func TestLogins(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, logins)
}

func logins(t *testing.T, program string) {
	s := serverAt(t, program)
	b := s.bounce(credentials.UserlistLine(admin, adminPassword))
	who, err := ask(b.url(admin, adminPassword), "SELECT current_user || ' by ' || version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
	require.NoError(t, err, s.log("pgbouncer"))
	assert.Equal(t, "mosaicadmin by TLSv1.3", who)

	_, err = ask(b.url(admin, "Wrong0Password1"), "SELECT ''")
	assert.Contains(t, refusal(err), "SASL authentication failed")
	_, err = ask(b.url("stranger", adminPassword), "SELECT ''")
	assert.Contains(t, refusal(err), "SASL authentication failed")
	_, err = ask(strings.Replace(b.url(admin, adminPassword), "sslmode=require", "sslmode=disable", 1), "SELECT ''")
	assert.Contains(t, refusal(err), "SSL required")
	for _, name := range []string{"pgbouncer", "postgres"} {
		_, err = ask(strings.Replace(b.url(admin, adminPassword), "/mosaic?", "/"+name+"?", 1), "SHOW POOLS")
		assert.Error(t, err, "%s is not for clients", name)
	}
	// The startup parameters of psycopg and SQLAlchemy are accepted; an option that would be lost is refused.
	_, err = ask(b.url(admin, adminPassword)+"&client_encoding=UTF8&application_name=core-api&extra_float_digits=3", "SELECT ''")
	assert.NoError(t, err)
	_, err = ask(b.url(admin, adminPassword)+"&options=-c%20search_path%3Delsewhere", "SELECT ''")
	assert.Contains(t, refusal(err), "unsupported startup parameter")
}

// TestVerifiers: with only the server's verifiers in its list, PgBouncer accepts both alternating logins, and logs in to the server with
// the keys that each client's SCRAM login gives it.
func TestVerifiers(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, verifiers)
}

func verifiers(t *testing.T, program string) {
	s := serverAt(t, program)
	s.do("mosaic", "CREATE ROLE core_api_a LOGIN PASSWORD 'First0Password'", "CREATE ROLE core_api_b LOGIN PASSWORD 'Second0Password'")
	var users string
	for _, login := range []string{"core_api_a", "core_api_b"} {
		verifier, err := ask(s.url("mosaic"), "SELECT rolpassword FROM pg_authid WHERE rolname = $1", login)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(verifier, "SCRAM-SHA-256$"))
		users += credentials.UserlistLine(login, verifier)
	}
	b := s.bounce(users)
	for login, password := range map[string]string{"core_api_a": "First0Password", "core_api_b": "Second0Password"} {
		who, err := ask(b.url(login, password), "SELECT current_user::text")
		require.NoError(t, err, s.log("pgbouncer"))
		assert.Equal(t, login, who)
		_, err = ask(b.url(login, "Wrong0Password"), "SELECT ''")
		assert.Contains(t, refusal(err), "SASL authentication failed")
	}
	// After the server has changed a password, it refuses the old one, even if the list still has its verifier.
	s.do("mosaic", "ALTER ROLE core_api_b PASSWORD 'Third0Password'",
		"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'core_api_b'")
	_, err := ask(b.url("core_api_b", "Second0Password"), "SELECT ''")
	assert.Error(t, err, "the pods have to be replaced")
}

// TestMoreClientsThanConnections: many clients at once, each with prepared statements, share the few connections of the pool, and all
// queries succeed.
func TestMoreClientsThanConnections(t *testing.T) {
	need(t)
	t.Parallel()
	s := newServer(t)
	b := s.bounce(credentials.UserlistLine(admin, adminPassword))
	s.do("mosaic", "CREATE TABLE served (client int, round int)")
	size, err := strconv.Atoi(regexp.MustCompile(`default_pool_size = (\d+)`).FindStringSubmatch(settings(t))[1])
	require.NoError(t, err)
	const clients, rounds = 100, 5
	var connected, done sync.WaitGroup
	start := make(chan struct{})
	failed := make(chan error, clients)
	connected.Add(clients)
	for n := range clients {
		done.Go(func() {
			c, err := connect(b.url(admin, adminPassword))
			connected.Done()
			if err != nil {
				failed <- err
				return
			}
			defer func() { _ = c.Close(context.Background()) }()
			<-start
			for round := range rounds { // prepared once for each client, and run on whichever connection is free
				if _, err := c.Exec(context.Background(), "INSERT INTO served SELECT $1, $2 FROM pg_sleep(0.02)", n, round); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	connected.Wait()
	t.Logf("%d clients: PgBouncer has %s of memory", clients, memory(b.Process.Pid))
	close(start)
	most := 0
	// One session counts the others: a new one each time could still see the one before it.
	counting, err := connect(s.url("mosaic"))
	require.NoError(t, err)
	defer func() { _ = counting.Close(context.Background()) }()
	over := make(chan struct{})
	go func() { done.Wait(); close(over) }()
	for busy := true; busy; {
		select {
		case <-over:
			busy = false
		case <-time.After(20 * time.Millisecond):
		}
		var count int
		require.NoError(t, counting.QueryRow(context.Background(),
			"SELECT count(*) FROM pg_stat_activity WHERE datname = 'mosaic' AND backend_type = 'client backend' AND pid <> pg_backend_pid()").Scan(&count))
		most = max(most, count)
	}
	close(failed)
	for err := range failed {
		assert.NoError(t, err)
	}
	served, err := ask(s.url("mosaic"), "SELECT count(DISTINCT (client, round))::text FROM served")
	require.NoError(t, err)
	assert.Equal(t, strconv.Itoa(clients*rounds), served)
	assert.LessOrEqual(t, most, size, "connections to the database")
	assert.Greater(t, most, 1)
	t.Logf("%d clients were served by at most %d connections", clients, most)
}

// memory is the resident memory of a process, as the kernel reports it.
func memory(pid int) string {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return strings.TrimSpace(strings.TrimPrefix(string(regexp.MustCompile(`VmRSS:.*`).Find(content)), "VmRSS:"))
}

// TestLeave: after the pod's preStop hook, PgBouncer waits for the end of transactions, accepts no new clients, and ends.
func TestLeave(t *testing.T) {
	need(t)
	t.Parallel()
	s := newServer(t)
	b := s.bounce(credentials.UserlistLine(admin, adminPassword))
	s.do("mosaic", "CREATE TABLE kept (n int)")
	c, err := connect(b.url(admin, adminPassword))
	require.NoError(t, err)
	tx, err := c.Begin(context.Background())
	require.NoError(t, err)
	_, err = tx.Exec(context.Background(), "INSERT INTO kept VALUES (1)")
	require.NoError(t, err)
	require.NoError(t, b.Process.Signal(syscall.SIGINT))
	require.Eventually(t, func() bool { _, err := ask(b.url(admin, adminPassword), "SELECT ''"); return err != nil }, 10*time.Second, 50*time.Millisecond)
	require.NoError(t, tx.Commit(context.Background()), "the transaction ends as it would have")
	require.Eventually(t, func() bool { return b.Process.Signal(syscall.Signal(0)) != nil || zombie(b.Process.Pid) }, 10*time.Second, 50*time.Millisecond)
	rows, err := ask(s.url("mosaic"), "SELECT count(*)::text FROM kept")
	require.NoError(t, err)
	assert.Equal(t, "1", rows)
}

// zombie tells whether a process has ended and was not waited for.
func zombie(pid int) bool {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err != nil || strings.Contains(string(content), "State:\tZ")
}

// TestAnotherServer: PgBouncer sends no password to a server whose certificate is not signed by the bundle, or is for another name.
func TestAnotherServer(t *testing.T) {
	need(t)
	t.Parallel()
	soon := []string{"query_wait_timeout = 30", "query_wait_timeout = 2"}
	t.Run("certificate", func(t *testing.T) {
		s := newServer(t)
		s.certify("another")
		b := s.bounce(credentials.UserlistLine(admin, adminPassword), append(soon, "server.crt", "another.crt")...)
		_, err := ask(b.url(admin, adminPassword), "SELECT ''")
		assert.Error(t, err)
		assert.Contains(t, s.log("pgbouncer"), "certificate verify failed")
	})
	t.Run("name", func(t *testing.T) {
		s := newServer(t)
		b := s.bounce(credentials.UserlistLine(admin, adminPassword), append(soon, "host=127.0.0.1", "host=127.0.0.2")...)
		_, err := ask(b.url(admin, adminPassword), "SELECT ''")
		assert.Error(t, err)
		assert.Contains(t, s.log("pgbouncer"), "not present in server certificate")
	})
}
