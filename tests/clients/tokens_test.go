package clients

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

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/connection"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tokens"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// snippets is what docs/how-to/clients.md shows in a language of clients that log in by token, as one program.
func snippets(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "how-to", "clients.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "<!-- snippets -->")
	require.True(t, found)
	part, _, found := strings.Cut(rest, "<!-- /snippets -->")
	require.True(t, found)
	var program strings.Builder
	for i, block := range strings.Split(part, "```"+language+"\n") {
		if code, _, ends := strings.Cut(block, "```"); i > 0 && ends {
			program.WriteString(code)
		}
	}
	return program.String()
}

// What logs in with each of them, and tells as whom. The pools open more than one connection.
const (
	inPython = `
import asyncio

def user(connection):
    return connection.execute(sqlalchemy.text("SELECT current_user::text")).scalar()

with engine.connect() as one, engine.connect() as another:
    print("sqlalchemy", user(one), user(another))
print("psycopg", connection.execute("SELECT current_user::text").fetchone()[0])

async def ask():
    async with await pool() as connections:
        async with connections.acquire() as one, connections.acquire() as another:
            return [await c.fetchval("SELECT current_user::text") for c in (one, another)]

print("asyncpg", *asyncio.run(ask()))
`
	inNode = `
const ask = () => pool.query("SELECT current_user::text, pg_sleep(0.1)")
Promise.all([ask(), ask()]).then(
  (answers) => { console.log("pg", ...answers.map(({ rows }) => rows[0].current_user)); return pool.end() },
  (error) => { console.error(String(error)); process.exit(1) },
)
`
)

// TestSnippetsByToken runs what the page shows against a server that has tokens checked, and once more with credentials of a role that may
// not log in.
func TestSnippetsByToken(t *testing.T) {
	tools.Need(t, tools.PostgresLDAP, tools.Python, tools.Node, tools.NodePG, tools.NodeSigner, tools.JDBC)
	port := servers.Port(t)
	session := tokens.Session{Role: "core-api", Credentials: aws.Credentials{AccessKeyID: "ASIA0000000000000001", SecretAccessKey: "of/the+pod", SessionToken: "of/the+session=="}}
	policy := `{"Statement": {"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-A/core_api_iam"}}`
	checker := &tokens.Server{
		Region: "us-east-1", AccountID: "123456789012", Host: fmt.Sprintf("localhost:%d", port), ResourceID: "db-A", Sessions: []tokens.Session{session},
		Policies: func(string) []string { return []string{policy} },
	}
	pod := startByToken(t, port, tokens.Directory(t, checker.Check))
	programs := map[string][]string{
		"sqlalchemy core_api_iam core_api_iam\npsycopg core_api_iam\nasyncpg core_api_iam core_api_iam\n": {
			tools.At(t, tools.Python), "-c", snippets(t, "python") + inPython,
		},
		"pgx core_api_iam\npgx core_api_iam\n": {os.Args[0]},
		"pg core_api_iam core_api_iam\n":       {tools.At(t, tools.Node), "-e", snippets(t, "js") + inNode},
		"42.5.5\ntrue\n":                       {"java", "-cp", tools.At(t, tools.JDBC), filepath.Join("testdata", "Client.java")},
	}
	for expected, program := range programs {
		out, err := pod.runByToken(t, session, program)
		require.NoError(t, err, out)
		assert.Equal(t, expected, out)
	}

	policy = `{"Statement": {"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-B/core_api_iam"}}`
	for _, program := range programs {
		out, err := pod.runByToken(t, session, program)
		require.Error(t, err)
		assert.Contains(t, out, `LDAP authentication failed for user "core_api_iam"`)
	}
}

// startByToken starts a server with the database mosaic and a login by token.
func startByToken(t *testing.T, port, directory int) server {
	t.Helper()
	postgres := servers.PostgresAt(t, tools.At(t, tools.PostgresLDAP))
	certificate, key := servers.Certificate(t, "localhost")
	postgres.Init("--username", user, "--pwfile", postgres.Write("password", password, 0o600), "--auth", "scram-sha-256")
	s := server{port: port, ca: postgres.Write("server.crt", certificate, 0o644)}
	postgres.Start("-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on", "-c", "ssl_cert_file="+s.ca, "-c", "ssl_key_file="+postgres.Write("server.key", key, 0o600),
		"-c", "hba_file="+postgres.Write("access", tokens.Access(directory)+"hostssl all all 127.0.0.1/32 scram-sha-256\n", 0o600))
	var c *pgx.Conn
	require.Eventually(t, func() bool {
		var err error
		c, err = pgx.Connect(t.Context(), fmt.Sprintf("postgresql://%s:%s@127.0.0.1:%d/postgres?sslmode=require", user, password, port))
		return err == nil
	}, time.Minute, 100*time.Millisecond)
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range []string{"CREATE DATABASE mosaic", "CREATE ROLE rds_iam", "CREATE ROLE core_api_iam LOGIN", "GRANT rds_iam TO core_api_iam"} {
		_, err := c.Exec(t.Context(), statement)
		require.NoError(t, err, statement)
	}
	return s
}

// runByToken runs the program in a pod whose role has this session. Java's has the token as its password.
func (s server) runByToken(t *testing.T, session tokens.Session, program []string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	content := connection.Connection{Host: "localhost", Port: s.port, Database: "mosaic", Username: "core_api_iam", CaBundlePath: s.ca}.Content([]string{"jdbc_url"})
	token, err := auth.BuildAuthToken(ctx, fmt.Sprintf("localhost:%d", s.port), "us-east-1", "core_api_iam", credentials.StaticCredentialsProvider{Value: session.Credentials})
	require.NoError(t, err)
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	cmd.Env = []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1", asClient + "=pool", "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=" + session.Credentials.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + session.Credentials.SecretAccessKey, "AWS_SESSION_TOKEN=" + session.Credentials.SessionToken,
		"NODE_PATH=" + filepath.Dir(tools.At(t, tools.NodePG)),
	}
	for _, entry := range (connection.Layout{Tokens: true, Bundle: true, Chosen: map[string]string{"JDBC_URL": "jdbc_url"}}).Entries() {
		cmd.Env = append(cmd.Env, entry.Name+"="+content[entry.Property])
	}
	if program[0] == "java" {
		cmd.Env = append(cmd.Env, "DB_PASSWORD="+token)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
