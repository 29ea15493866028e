package users

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const iamUser = "core_api_people"

// version is the server's major version.
func (s *server) version() int {
	s.t.Helper()
	major, err := strconv.Atoi(s.one(s.url(superuser, superPassword, "postgres"), "SELECT (current_setting('server_version_num')::int / 10000)::text"))
	require.NoError(s.t, err)
	return major
}

// TestIAMUsersAndTheMasterUser: while IAM users log in with tokens, the master user logs in with its password, through every change.
func TestIAMUsersAndTheMasterUser(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, iamUsers)
}

func iamUsers(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), everything...)
	d.up()
	both := func() {
		t.Helper()
		d.do(d.token(), `SELECT * FROM memories`)
		d.do(d.master(), `SELECT * FROM memories`)
		assert.Equal(t, "0", d.one(d.master(), "SELECT count(*)::text FROM pg_auth_members WHERE roleid = 'core_api_people'::regrole"), "no role is a member of the IAM users' login")
	}
	both()
	assert.Equal(t, "0", d.one(d.master(), "SELECT count(*)::text FROM pg_roles WHERE rolname LIKE 'bootstrap%'"), "what made the login is gone")
	require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.passwordVersion", Value: "2"}))
	d.up()
	both()
	out, err := d.bootstrap(map[string]string{"PEOPLE_MAY_LOGIN": "false"})
	require.NoError(t, err, out)
	d.refused(d.token(), password, `SELECT 1`)
	assert.Equal(t, "0", d.one(d.master(), "SELECT count(*)::text FROM pg_auth_members WHERE member = 'core_api_people'::regrole"))
	d.do(d.url(superuser, superPassword, "mosaic"), "ALTER ROLE core_api_people PASSWORD 'guess'")
	d.refused(d.url(iamUser, "guess", "mosaic"), denied, `SELECT 1`) // a password is refused, too
	for range 2 {
		out, err = d.bootstrap(nil)
		require.NoError(t, err, out)
		both()
	}
	d.do(d.master(), `REVOKE rds_iam, core_api_readwrite, pg_monitor FROM core_api_people`) // what docs/why/users.md says about going back
	d.refused(d.token(), password, `SELECT 1`)
}

// TestALoginThatTheMasterUserMade: an earlier version of the program created the IAM users' login as the master user, which makes the
// master user a member of it on PostgreSQL 16 and later. The bootstrap creates it again, but not while it owns something.
func TestALoginThatTheMasterUserMade(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, everything[:2]...)
	d.up()
	if d.version() < 16 {
		t.Skip("PostgreSQL 16 began it")
	}
	master := d.master()
	c, err := d.connect(master)
	require.NoError(t, err)
	earlier := func(statement string) {
		t.Helper()
		_, err := c.Exec(context.Background(), statement)
		require.NoError(t, err)
	}
	earlier("CREATE ROLE core_api_people LOGIN")
	earlier("GRANT rds_iam TO core_api_people")
	d.refused(master, noLogin, `SELECT 1`) // the server behaves as RDS might
	earlier("REVOKE rds_iam FROM core_api_people")
	require.NoError(t, c.Close(context.Background()))
	d.do(master, "GRANT SELECT ON memories TO core_api_people", "CREATE SCHEMA theirs", "GRANT CREATE ON SCHEMA theirs TO core_api_people",
		"GRANT CREATE ON DATABASE mosaic TO core_api_people", "CREATE DATABASE further")
	further := func(url string) string { return strings.Replace(url, "/mosaic?", "/further?", 1) }
	d.do(further(master), "CREATE TABLE notes ()", "GRANT SELECT ON notes TO core_api_people")
	d.do(d.url(superuser, superPassword, "mosaic"), "CREATE TABLE theirs.drafts ()", "ALTER TABLE theirs.drafts OWNER TO core_api_people")

	id := func() string {
		return d.one(d.master(), "SELECT oid::text FROM pg_roles WHERE rolname = 'core_api_people'")
	}
	before := id()
	out, err := d.bootstrap(map[string]string{"PEOPLE_MAY_LOGIN": "true"})
	require.Error(t, err)
	assert.Contains(t, out, "core_api_people, which mosaicadmin made, has to be made again, but owns or may use these objects:\n"+
		"database mosaic\nschema theirs\nsomething in the database further\ntable memories\ntable theirs.drafts\nTake them from it, in each of these databases: ")
	assert.Equal(t, before, id(), "nothing was changed")

	_, advice, _ := strings.Cut(out, "in each of these databases: ")
	advice, _, _ = strings.Cut(advice, "; then run this again")
	d.do(master, advice)
	d.do(further(master), advice)
	assert.Equal(t, "core_api_owner", d.one(master, "SELECT tableowner FROM pg_tables WHERE tablename = 'drafts'"))
	out, err = d.bootstrap(map[string]string{"PEOPLE_MAY_LOGIN": "true"})
	require.NoError(t, err, out)
	d.do(master, "SELECT * FROM memories")
	d.do(d.token(), "SELECT * FROM memories")
	d.refused(d.token(), readOnly, `DELETE FROM memories`)
}

// TestTheMasterUserIsNotLockedOut: if a server then requires a token of the master user, too, the bootstrap revokes the grant and
// fails. A stand-in for the second psql simulates that server.
func TestTheMasterUserIsNotLockedOut(t *testing.T) {
	need(t)
	t.Parallel()
	d := deploy(t, everything[:2]...)
	d.up()
	psql := filepath.Join(d.image, "psql")
	require.NoError(t, os.Remove(psql))
	script := "#!/bin/sh\nfor word; do case $word in --command=*) echo PAM authentication failed >&2; exit 2 ;; esac; done\nexec " + tools.At(t, tools.Psql) + " \"$@\"\n"
	require.NoError(t, os.WriteFile(psql, []byte(script), 0o755))
	out, err := d.bootstrap(map[string]string{"PEOPLE_MAY_LOGIN": "true"})
	require.Error(t, err)
	assert.Contains(t, out, "PAM authentication failed")
	assert.Contains(t, out, "with rds_iam granted, the server refused the password of the master user, so it was revoked; remove database.iamPrincipals")
	assert.Equal(t, "0", d.one(d.master(), "SELECT count(*)::text FROM pg_auth_members WHERE roleid = 'rds_iam'::regrole AND member = 'core_api_people'::regrole"))
	d.do(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), "SELECT * FROM memories")
}
