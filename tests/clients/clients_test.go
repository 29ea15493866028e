// Package clients connects with the clients that people use, as a pod does: with the entries of the application's Secret as its
// variables, to a real PostgreSQL that takes TLS alone, as RDS does. docs/how-to/clients.md is made from its rows.
package clients

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/connection"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// asClient makes this test a client, if it is set.
const asClient = "RUN_AS_CLIENT"

func TestMain(m *testing.M) {
	if os.Getenv(asClient) != "" {
		os.Exit(runPgx())
	}
	os.Exit(m.Run())
}

func runPgx() int {
	c, err := pgx.Connect(context.Background(), os.Getenv("DB_LIBPQ_URL"))
	var tls string
	if err == nil {
		err = c.QueryRow(context.Background(), query).Scan(&tls)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Printf("5\n%s\n", tls)
	return 0
}

const user, password = "mosaicadmin", "s3cret"

// server is a PostgreSQL that takes TLS alone, with a certificate for a host name.
type server struct {
	port int
	ca   string // file with the certificate that verifies its own
}

func start(t *testing.T, host string) server {
	t.Helper()
	postgres := servers.NewPostgres(t)
	s := server{port: servers.Port(t), ca: filepath.Join(postgres.Dir, "server.crt")}
	certificate, key := servers.Certificate(t, host)
	postgres.Write("server.crt", certificate, 0o644)
	postgres.Write("server.key", key, 0o600)
	postgres.Init("--username", user, "--pwfile", postgres.Write("password", password, 0o600), "--auth", "scram-sha-256")
	postgres.Start("-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on",
		"-c", "ssl_cert_file="+s.ca, "-c", "ssl_key_file="+filepath.Join(postgres.Dir, "server.key"),
		"-c", "hba_file="+postgres.Write("access", "hostssl all all 127.0.0.1/32 scram-sha-256\n", 0o600))
	require.Eventually(t, func() bool {
		c, err := pgx.Connect(t.Context(), fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/postgres?sslmode=require", user, password, s.port))
		if err == nil {
			_, err = c.Exec(t.Context(), "CREATE DATABASE mosaic")
			_ = c.Close(t.Context())
		}
		return err == nil
	}, time.Minute, 100*time.Millisecond)
	return s
}

// variables are those that a pod has from the application's Secret, with envFrom.
func (s server) variables(chosen map[string]string, bundle string) map[string]string {
	content := connection.Connection{
		Host: "localhost", Port: s.port, Database: "mosaic", Username: user, Password: password, CaBundlePath: bundle,
	}.Content(slices.Collect(maps.Values(chosen)))
	variables := map[string]string{}
	for _, entry := range (connection.Layout{Chosen: chosen, Bundle: bundle != ""}).Entries() {
		variables[entry.Name] = content[entry.Property]
	}
	return variables
}

// connect runs the client in a pod with these variables, and returns what it printed.
func (c client) connect(t *testing.T, variables map[string]string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program(t), c.arguments(t, variables)...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1", asClient + "=pgx"}
	if c.needs == tools.NodePG || c.needs == tools.NodePostgres {
		cmd.Env = append(cmd.Env, "NODE_PATH="+filepath.Dir(tools.At(t, c.needs)))
	}
	for name, entry := range c.variables {
		if value := variables[entry]; value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (c client) arguments(t *testing.T, variables map[string]string) []string {
	t.Helper()
	switch c.needs {
	case tools.Psql:
		return append(slices.Clone(c.run), variables["DB_LIBPQ_URL"])
	case tools.JDBC:
		return append([]string{"-cp", tools.At(t, tools.JDBC)}, c.run...)
	default:
		return c.run
	}
}

// TestClients: each client connects encrypted without a bundle; with one, it connects to the server of the bundle alone, under its name.
func TestClients(t *testing.T) {
	tools.Need(t, tools.Postgres)
	right, other := start(t, "localhost"), start(t, "another.example")
	for _, c := range clients() {
		t.Run(c.name, func(t *testing.T) {
			switch c.needs {
			case "":
			case tools.NodePG, tools.NodePostgres:
				tools.Need(t, tools.Node, c.needs)
			default:
				tools.Need(t, c.needs)
			}
			out, err := c.connect(t, right.variables(c.chosen, ""))
			if c.picky {
				require.Error(t, err)
				assert.Regexp(t, refusal, out)
			} else {
				connected(t, c, out, err)
			}
			out, err = c.connect(t, right.variables(c.chosen, right.ca))
			connected(t, c, out, err)
			for what, variables := range map[string]map[string]string{
				"another CA": right.variables(c.chosen, other.ca), "another host's certificate": other.variables(c.chosen, other.ca),
			} {
				out, err = c.connect(t, variables)
				require.Error(t, err, "%s: %s", what, out)
				assert.Regexp(t, refusal, out, what)
			}
		})
	}
}

// refusal is what clients say of a certificate that does not verify.
const refusal = `(?i)certificate|PKIX|hostname`

func connected(t *testing.T, c client, out string, err error) {
	t.Helper()
	require.NoError(t, err, out)
	lines := strings.Fields(out)
	require.NotEmpty(t, lines)
	assert.Equal(t, "true", lines[len(lines)-1], "TLS is on")
	if !strings.HasPrefix(out, c.tried) {
		t.Logf("the page says version %s: %s", c.tried, out)
	}
}

// TestWhyTheURLsHaveNoQuery: what earlier versions of the program wrote breaks two of them.
func TestWhyTheURLsHaveNoQuery(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.Python)
	s := start(t, "localhost")
	former := map[string]string{"DB_URL": "sqlalchemy_tls_url", "DB_LIBPQ_URL": "tls_url"}
	for name, want := range map[string]string{
		"sqlalchemy+asyncpg": "unexpected keyword argument 'sslmode'", "alembic": "invalid interpolation syntax",
	} {
		out, err := client{needs: tools.Python, run: python(name)}.connect(t, s.variables(former, s.ca))
		require.Error(t, err)
		assert.Contains(t, out, want)
	}
	for _, name := range []string{"psycopg", "psycopg2", "sqlalchemy+psycopg"} { // and these went on with it
		out, err := client{needs: tools.Python, run: python(name)}.connect(t, s.variables(former, s.ca))
		require.NoError(t, err, out)
	}
}

// TestDocsAreCurrent compares the tables of docs/how-to/clients.md with the rows of this test, and with the program.
func TestDocsAreCurrent(t *testing.T) {
	var rows [][]string
	for _, c := range clients() {
		takes := strings.NewReplacer(" and the others", "` and the others", ", ", "`, `", " and DB_PASSWORD", "` and `DB_PASSWORD").Replace("`" + c.takes)
		if !strings.HasSuffix(takes, "others") {
			takes += "`"
		}
		for name, property := range c.chosen {
			takes += fmt.Sprintf(", chosen as `%s: %s`", name, property)
		}
		without := "yes"
		if c.picky {
			without = "refused"
		}
		rows = append(rows, []string{c.name, c.tried, takes, without, "yes", "refused", cmp.Or(c.adds, "nothing")})
	}
	text := golden.Table([]string{"client", "tried", "takes", "`require`", "`verify-full`, right CA", "another CA or host name", "the application adds"}, append(rows, read()...))
	rows = nil
	for _, p := range connection.Properties() {
		when := "always"
		if p.OnRequest {
			when = "on request"
		}
		rows = append(rows, []string{"`" + p.Name + "`", p.Doc, when})
	}
	golden.Docs("docs/how-to/clients.md").Check(t, "\n### Properties of the connection secret\n\n"+golden.Table([]string{"property", "what", "there"}, rows)+"\n### Clients\n\n"+text)
}
