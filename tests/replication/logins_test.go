package replication

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// bootstrap runs the statements of the Job that makes the logins, on a generation. Each login has its own name as its password.
func (p *pair) bootstrap(generation int) {
	p.t.Helper()
	roles := naming.DatabaseRoles("core-api")
	environment := []string{
		"INSTANCE=mosaic-prod-db", "PASSWORD_VERSION=1", "ROLE_OWNER=" + roles.Owner, "ROLE_READWRITE=" + roles.ReadWrite, "ROLE_READONLY=" + roles.ReadOnly,
		"LOGIN_PEOPLE=" + roles.IAMUsers, "PEOPLE_MAY_LOGIN=false", "LOGIN_APP_IAM=" + roles.ApplicationIAM, "LOGIN_MIGRATOR_IAM=" + roles.MigratorIAM,
		"CLIENTS_BY_TOKEN=false", "PGHOST=" + p.hosts[generation-1], "PGPORT=" + strconv.Itoa(p.port), "PGDATABASE=mosaic",
		"PGUSER=" + master, "PGPASSWORD=" + password, "PGSSLMODE=require",
	}
	for name, pair := range map[string]naming.Pair{"APP": roles.Application, "MIGRATOR": roles.Migrator, "READER": roles.Reader} {
		environment = append(environment, "LOGIN_"+name+"_A="+pair.A, "LOGIN_"+name+"_B="+pair.B)
		if name != "READER" {
			environment = append(environment, "VERIFIER_"+name+"_A="+pair.A, "VERIFIER_"+name+"_B="+pair.B)
		}
	}
	cmd := exec.Command(tools.At(p.t, tools.Psql), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file", filepath.Join("..", "..", "k8s", "jobs", "bootstrap.sql"))
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	require.NoError(p.t, err, string(out))
}

// as runs a statement as a login whose password is its name.
func (p *pair) as(generation int, login, statement string) error {
	c, err := pgx.Connect(p.t.Context(), "postgresql://"+login+":"+login+"@"+p.hosts[generation-1]+":"+strconv.Itoa(p.port)+"/mosaic?sslmode=require&connect_timeout=10")
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(p.t.Context()) }()
	_, err = c.Exec(p.t.Context(), statement, pgx.QueryExecModeSimpleProtocol)
	return err
}

// TestASwitchOfAlternatingLogins: the logins come along with what they own and may, and without passwords, which the Job of the same run gives
// them. Until then nobody but the master user logs in to the newest; on the way back, the other one has them.
func TestASwitchOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.answer("database.credentials", "alternating")
	p.bootstrap(1)
	require.NoError(t, p.as(1, "core_api_migrator_a", "CREATE TABLE stories (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)"))
	const write = "INSERT INTO stories (text) VALUES ('a')"
	require.NoError(t, p.as(1, "core_api_a", write))

	p.must("db-replicate", "prod", "--yes")
	pod, err := os.ReadFile(filepath.Join(p.dir, "pod.json"))
	require.NoError(t, err)
	assert.Contains(t, string(pod), `"core-api-bootstrap-db-secret"`, "the master user's")
	p.must("db-switch", "2", "prod", "--yes")
	assert.ErrorContains(t, p.as(1, "core_api_a", write), "25006", "the application's pods, and those of a pooler, until they have the new host")
	assert.ErrorContains(t, p.as(2, "core_api_a", write), "password authentication failed")
	p.bootstrap(2)
	for _, login := range []string{"core_api_a", "core_api_b"} {
		require.NoError(t, p.as(2, login, write), login)
		assert.ErrorContains(t, p.as(2, login, "CREATE TABLE own (a int)"), "permission denied for schema public")
	}
	require.NoError(t, p.as(2, "core_api_migrator_b", "ALTER TABLE stories ADD later text"))
	assert.Equal(t, "core_api_owner 3", p.one(2, "SELECT format('%s %s', (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'stories'::regclass), (SELECT count(*) FROM stories))"))
	require.NoError(t, p.as(1, "core_api_migrator_a", "ALTER TABLE stories ADD later text"), "a migration on both, or none")

	p.serves(2)
	p.answer("restore.logicalReplication", "complete")
	out := p.must("db-switch", "1", "prod", "--yes")
	assert.NotContains(t, strings.ToLower(out), "permission denied")
	require.NoError(t, p.as(1, "core_api_b", write))
	assert.Equal(t, "4", p.one(1, "SELECT count(*)::text FROM stories"))
}
