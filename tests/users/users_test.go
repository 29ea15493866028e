package users

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/rds"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// deployment is prod in a simulated cloud, with a real PostgreSQL as its instance, on which the commands of the Jobs run.
type deployment struct {
	*engine.Environment
	*server
	t         *testing.T
	bootstrap func(change map[string]string) (string, error) // runs the last bootstrap again, with changed variables
	applied   map[string]string                              // the variables of later bootstraps
	image     string                                         // folder of the programs that the Jobs' images have
	printed   strings.Builder
}

// need skips a test without PostgreSQL and the programs of the Jobs' images.
func need(t *testing.T) {
	t.Helper()
	tools.Need(t, tools.Postgres, tools.Psql, tools.Alembic)
}

// deploy deploys prod on a server where the master user has created objects already.
func deploy(t *testing.T, overrides ...engine.Override) *deployment {
	t.Helper()
	return deployOn(t, newServer(t), overrides...)
}

// deployOn deploys prod on a server.
func deployOn(t *testing.T, on *server, overrides ...engine.Override) *deployment {
	t.Helper()
	d := &deployment{server: on, t: t, applied: map[string]string{}, image: image(t)}
	env, err := engine.New(t.Context(), engine.Options{
		Dir: t.TempDir(), Project: root, Stack: "prod", Program: stack.Deploy, Stderr: os.Stderr,
		Overrides: append([]engine.Override{{Path: "database.port", Value: strconv.Itoa(d.port)}}, overrides...),
	})
	require.NoError(t, err)
	t.Cleanup(env.Close)
	d.Environment = env
	env.Cloud.RunContainer = d.run
	return d
}

// image makes a folder with the programs of the Jobs' images: psql, Alembic, and a shell with its tools.
func image(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	link := func(path, name string) { require.NoError(t, os.Symlink(path, filepath.Join(dir, name))) }
	link(tools.At(t, tools.Psql), "psql")
	link(tools.At(t, tools.Alembic), "alembic")
	for _, name := range []string{"sh", "sleep", "cat"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		link(path, name)
	}
	return dir
}

// run runs a container's command with its variables and the programs of its image.
func (d *deployment) run(command []string, environment map[string]string) error {
	if environment["PGUSER"] != "" {
		d.asRDS(environment["PGUSER"], environment["PGPASSWORD"])
		d.bootstrap = func(change map[string]string) (string, error) {
			changed := maps.Clone(environment)
			maps.Copy(changed, change)
			return d.execute(command, changed)
		}
	}
	out, err := d.execute(command, environment)
	d.printed.WriteString(out)
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func (d *deployment) execute(command []string, environment map[string]string) (string, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = filepath.Join("testdata", "alembic")
	// The host name of the instance cannot be resolved here; libpq takes the address from PGHOSTADDR.
	cmd.Env = []string{"PATH=" + d.image, "PGHOSTADDR=127.0.0.1", "PYTHONDONTWRITEBYTECODE=1"}
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// asRDS creates the master user and the database as RDS does, the first time, and objects of all kinds that the master user owns.
func (d *deployment) asRDS(user, password string) {
	admin := d.url(superuser, superPassword, "postgres")
	if d.one(admin, "SELECT count(*)::text FROM pg_roles WHERE rolname = '"+user+"'") != "0" {
		return
	}
	d.emptyRDS(user, password, "mosaic")
	d.do(d.url(superuser, superPassword, "mosaic"), "CREATE EXTENSION pgcrypto")
	d.objects(d.url(user, password, "mosaic"))
}

// emptyRDS creates the master user and an empty database as RDS does.
func (d *deployment) emptyRDS(user, password, database string) {
	admin := d.url(superuser, superPassword, "postgres")
	d.do(admin, slices.Concat(rds.Roles(), rds.Master(user, password), rds.Database(database, user), []string{"CREATE ROLE legacy LOGIN PASSWORD 'old'"})...)
}

// objects creates objects of all kinds, which the login owns.
func (s *server) objects(url string) {
	s.t.Helper()
	s.do(url, `CREATE TABLE memories (id serial PRIMARY KEY, body text)`, `INSERT INTO memories (body) VALUES ('first')`,
		`CREATE SCHEMA other CREATE TABLE "Odd Name" (id int GENERATED ALWAYS AS IDENTITY, x int)`, `CREATE STATISTICS other.s ON id, x FROM other."Odd Name"`,
		`CREATE TABLE parted (x int) PARTITION BY RANGE (x)`, `CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (10)`,
		`CREATE VIEW titles AS SELECT body FROM memories`, `CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM memories`,
		`CREATE TYPE mood AS ENUM ('good')`, `CREATE DOMAIN positive AS int CHECK (value > 0)`, `CREATE SEQUENCE free`,
		`CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'`, `CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1'`,
		`CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)`)
}

// secret reads an entry of a Kubernetes Secret.
func (d *deployment) secret(name, entry string) string {
	for _, secret := range d.Cloud.Objects("kubernetes:core/v1:Secret") {
		if secret.ID == "mosaic-prod/"+name {
			value, _ := base64.StdEncoding.DecodeString(secret.Properties.Text("data", entry))
			return string(value)
		}
	}
	return ""
}

func (d *deployment) up() {
	d.t.Helper()
	_, err := d.Up(d.t.Context())
	require.NoError(d.t, err)
}

// refused expects PostgreSQL to refuse statements with an SQLSTATE.
func (d *deployment) refused(url, code string, statements ...string) {
	d.t.Helper()
	for _, statement := range statements {
		err := d.try(url, statement)
		var refusal *pgconn.PgError
		if assert.True(d.t, errors.As(err, &refusal), "%s: %v", statement, err) {
			assert.Equal(d.t, code, refusal.Code, "%s: %v", statement, err)
		}
	}
}

const (
	denied   = "42501" // insufficient_privilege
	readOnly = "25006" // read_only_sql_transaction
	noLogin  = "28000" // invalid_authorization_specification
	password = "28P01" // invalid_password

	notAccepting = "55000" // object_not_in_prerequisite_state
)

var everything = []engine.Override{
	{Path: "database.credentials", Value: "alternating"}, {Path: "database.readOnlyLogin", Value: "true"},
	{Path: "database.iamPrincipals[0]", Value: "arn:aws:iam::123456789012:role/developers"},
}

// TestPrivileges tries what each login may and may not do by docs/why/users.md.
func TestPrivileges(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, privileges)
}

func privileges(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), everything...)
	d.up()
	master := d.master()

	t.Run("the application reads and writes, and leaves the schema alone", func(t *testing.T) {
		app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
		require.Contains(t, app, "core_api_a:")
		d.do(app, `INSERT INTO memories (body) VALUES ('second')`, `UPDATE memories SET body = 'changed'`, `SELECT * FROM titles`, `SELECT * FROM counted`,
			`DELETE FROM memories WHERE id = 2`, `INSERT INTO other."Odd Name" (x) VALUES (1)`, `INSERT INTO parted VALUES (1)`, `SELECT nextval('free')`,
			`SELECT twice(2), total(x) FROM parted`, `CALL nothing()`, `CREATE TEMP TABLE scratch (a int)`,
			// what the migration made, after the bootstrap
			`INSERT INTO stories (id, title) VALUES (1, 'one')`, `UPDATE memories SET story = 1`)
		d.refused(app, denied, `CREATE TABLE mine (a int)`, `CREATE SCHEMA mine`, `ALTER TABLE memories ADD COLUMN a int`, `DROP TABLE memories`,
			`TRUNCATE memories`, `CREATE INDEX ON memories (body)`, `ALTER TABLE stories OWNER TO core_api_a`, `CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
			`CREATE TRIGGER t BEFORE INSERT ON memories EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
			`CREATE EXTENSION citext`, `CREATE ROLE other`, `ALTER ROLE core_api_b PASSWORD 'x'`, `SET ROLE core_api_owner`, `SET ROLE mosaicadmin`,
			`SELECT rolpassword FROM pg_authid`, `SELECT setval('free', 1)`, `CREATE DATABASE other`, `COPY memories TO PROGRAM 'cat'`)
		d.do(app, `GRANT SELECT ON memories TO legacy`) // a warning, and nothing else
		d.refused(d.url("legacy", "old", "mosaic"), denied, `SELECT * FROM memories`)
	})
	t.Run("the migrator changes the schema, and what it makes is the owner's", func(t *testing.T) {
		migrator := d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL")
		require.Contains(t, migrator, "core_api_migrator_a:")
		for _, table := range []string{"stories", "alembic_version", "memories"} {
			assert.Equal(t, "core_api_owner", d.one(migrator, "SELECT tableowner FROM pg_tables WHERE tablename = '"+table+"'"), table)
		}
		d.do(migrator, `ALTER TABLE memories ADD COLUMN a int`, `CREATE SCHEMA later CREATE TABLE t (a serial)`, `CREATE EXTENSION citext`,
			`REVOKE UPDATE, DELETE ON stories FROM core_api_readwrite`)
		d.do(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), `INSERT INTO later.t VALUES (DEFAULT)`)
		d.refused(migrator, denied, `CREATE ROLE other`, `ALTER ROLE core_api_a PASSWORD 'x'`, `SET ROLE mosaicadmin`, `CREATE DATABASE other`, `DROP DATABASE mosaic`)
	})
	t.Run("the reader reads", func(t *testing.T) {
		reader := d.remote("mosaic/prod/rds/readonly")
		require.Contains(t, reader, "core_api_reader_a:")
		d.do(reader, `SELECT * FROM memories`, `SELECT * FROM stories`, `SELECT * FROM later.t`, `SELECT * FROM titles`)
		d.refused(reader, readOnly, `INSERT INTO memories (body) VALUES ('x')`, `CREATE TABLE mine (a int)`)
		writing := `SET TRANSACTION READ WRITE; `
		d.refused(reader, denied, writing+`INSERT INTO memories (body) VALUES ('x')`, writing+`UPDATE memories SET body = 'x'`, writing+`DELETE FROM memories`,
			writing+`TRUNCATE memories`, writing+`CREATE TABLE mine (a int)`, writing+`CREATE TEMP TABLE scratch (a int)`, writing+`SELECT nextval('free')`,
			`SET ROLE core_api_owner`, `SET ROLE core_api_readwrite`)
	})
	t.Run("IAM users have no password, and do not write by accident", func(t *testing.T) {
		d.refused(d.url(iamUser, "guess", "mosaic"), noLogin, `SELECT 1`)
		assert.Equal(t, "{core_api_readwrite,pg_monitor,rds_iam}",
			d.one(master, "SELECT array_agg(r.rolname::text ORDER BY r.rolname::text)::text FROM pg_auth_members JOIN pg_roles r ON r.oid = roleid WHERE member = 'core_api_people'::regrole"))
		d.do(d.token(), `SELECT * FROM memories`, `SELECT query FROM pg_stat_activity`, `SET TRANSACTION READ WRITE; UPDATE memories SET body = 'on purpose'`)
		d.refused(d.token(), readOnly, `UPDATE memories SET body = 'by accident'`)
		d.refused(d.token(), denied, `SET TRANSACTION READ WRITE; DROP TABLE memories`, `SET ROLE core_api_owner`)
	})
	t.Run("nobody logs in as the owner, and others as before", func(*testing.T) {
		for _, role := range []string{"core_api_owner", "core_api_readwrite", "core_api_readonly"} {
			d.refused(d.url(role, "guess", "mosaic"), password, `SELECT 1`)
		}
		d.do(d.url("legacy", "old", "mosaic"), `SELECT 1`)
		d.do(d.url(superuser, superPassword, "postgres"), "CREATE ROLE late LOGIN PASSWORD 'new'")
		d.refused(d.url("late", "new", "mosaic"), denied, `SELECT 1`)
	})
	t.Run("the master user goes on", func(t *testing.T) {
		d.do(master, `INSERT INTO memories (body) VALUES ('master')`, `ALTER TABLE memories ADD COLUMN b int`, `DELETE FROM stories WHERE id = 99`, `CREATE TABLE again (a int)`)
		assert.Equal(t, "mosaic", d.one(master, `SELECT string_agg(o.identity, ' ') FROM pg_shdepend d, pg_identify_object(classid, objid, objsubid) o
			WHERE refobjid = 'mosaicadmin'::regrole AND deptype = 'o' AND o.identity NOT IN ('public.again', 'postgres', 'template1')`), "nothing else is still the master user's")
	})
	t.Run("the master user can alter every other role, also after an upgrade", func(t *testing.T) {
		assert.Equal(t, "core_api_people", d.one(d.url(superuser, superPassword, "mosaic"), `SELECT string_agg(rolname, ' ') FROM pg_roles
			WHERE rolname LIKE 'core_api%' AND oid NOT IN (SELECT roleid FROM pg_auth_members WHERE member = 'mosaicadmin'::regrole AND admin_option)`))
	})
	t.Run("once more, it is the same", func(t *testing.T) {
		out, err := d.bootstrap(nil)
		require.NoError(t, err, out)
		app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
		d.do(app, `INSERT INTO again VALUES (1)`) // and what the master user made since then
		d.refused(app, denied, `UPDATE stories SET title = 'x'`, `DROP TABLE again`)
	})
	t.Run("what is not asked for any more logs in no more", func(t *testing.T) {
		out, err := d.bootstrap(map[string]string{"VERIFIER_READER_A": "", "VERIFIER_READER_B": "", "PEOPLE_MAY_LOGIN": "false"})
		require.NoError(t, err, out)
		d.refused(d.remote("mosaic/prod/rds/readonly"), password, `SELECT 1`)
		d.refused(d.token(), password, `SELECT 1`)
	})
	t.Run("after going back, the logins are deleted", func(*testing.T) {
		app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
		d.do(master, `ALTER ROLE core_api_a NOLOGIN`, `DROP ROLE core_api_b`, `DROP ROLE core_api_migrator_b`)
		d.refused(app, noLogin, `SELECT 1`)
	})
	t.Run("no password reached the server in plain text", func(t *testing.T) {
		log := d.logged()
		require.Contains(t, log, "ALTER ROLE core_api_a LOGIN PASSWORD 'SCRAM-SHA-256$4096:", "the log has what was run")
		for _, secret := range []string{"core-api-db-secret", "core-api-migrator-db-secret"} {
			require.Len(t, d.secret(secret, "DB_PASSWORD"), 40)
			assert.NotContains(t, log+d.printed.String(), d.secret(secret, "DB_PASSWORD"))
		}
	})
}

func (d *deployment) master() string {
	d.t.Helper()
	for _, instance := range d.Cloud.Objects("aws:rds/instance:Instance") {
		return d.url(instance.Properties.Text("username"), instance.Properties.Text("password"), "mosaic")
	}
	d.t.Fatal("there is no instance")
	return ""
}

// remote reads the URL in a secret of Secrets Manager.
func (d *deployment) remote(name string) string { return d.content(name)["url"] }

// content reads a secret of Secrets Manager.
func (d *deployment) content(name string) map[string]string {
	d.t.Helper()
	var content map[string]string
	for _, version := range d.Cloud.Objects("aws:secretsmanager/secretVersion:SecretVersion") {
		if strings.Contains(version.ID, name) && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			_ = json.Unmarshal([]byte(version.Properties.Text("secretString")), &content) // numbers are left out
		}
	}
	return content
}

// TestRefusalsOfTheBootstrap: a bootstrap that refuses changes nothing, and says what to write instead.
func TestRefusalsOfTheBootstrap(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, refusals)
}

func refusals(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), everything...)
	require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.passwordVersion", Value: "4"}))
	d.up()
	verifiers := func() string {
		return d.one(d.url(superuser, superPassword, "mosaic"), "SELECT string_agg(rolname || rolpassword, ' ' ORDER BY 1) FROM pg_authid")
	}
	before := verifiers()
	for want, change := range map[string]map[string]string{
		"the logins of mosaic-prod-db have passwordVersion 4 already, and with 3 the login that clients use would change; write database.passwordVersion: 4": {
			"PASSWORD_VERSION": "3", "VERIFIER_APP_A": "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"},
		`password authentication failed for user "mosaicadmin"`: {"PGPASSWORD": "another"},
	} {
		out, err := d.bootstrap(change)
		require.Error(t, err)
		assert.Contains(t, out, want)
		assert.Equal(t, before, verifiers())
	}
	out, err := d.bootstrap(map[string]string{"PASSWORD_VERSION": "1", "INSTANCE": "mosaic-prod-db-2"})
	require.NoError(t, err, "a restored instance begins anew: %s", out)

	d.do(d.master(), "SELECT lo_create(0)")
	out, err = d.bootstrap(nil)
	require.Error(t, err)
	assert.Contains(t, out, "1 large objects belong to mosaicadmin, and no other login could use them; write database.credentials: master")
}
