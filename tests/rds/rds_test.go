package rds

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// shared is the region of the tests. Each has an account of its own in it.
var shared = sync.OnceValues(func() (_ *Region, err error) {
	program, _ := tools.Path(tools.Postgres)
	made, err = Temporary(program)
	return made, err
})

var made *Region // nil: no test has needed it

func TestMain(m *testing.M) {
	code := m.Run()
	if made != nil {
		if err := made.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func account(t *testing.T) *Account {
	t.Helper()
	tools.Need(t, tools.Postgres)
	tools.Commands(t, "cp")
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has more loopback addresses than 127.0.0.1")
	}
	r, err := shared()
	require.NoError(t, err)
	a, err := r.Account(t.Name())
	require.NoError(t, err)
	return a
}

// instance is an instance as the cloud has it before its server is there.
func instance(id string) simcloud.Properties {
	return simcloud.Properties{"resourceId": id, "username": "mosaicadmin", "password": "it's-the-first-one", "dbName": "mosaic", "port": 5432.0}
}

// create starts the server of an instance.
func create(t *testing.T, a *Account, i simcloud.Properties, origin string) simcloud.Properties {
	t.Helper()
	var err error
	i["address"], err = a.Create(i, origin)
	require.NoError(t, err)
	return i
}

// with is the properties with another value of one.
func with(p simcloud.Properties, name string, value any) simcloud.Properties {
	changed := simcloud.Properties{}
	for n, v := range p {
		changed[n] = v
	}
	changed[name] = value
	return changed
}

// ask runs a query as the master user, and returns its only value.
func ask(t *testing.T, a *Account, i simcloud.Properties, query string) string {
	t.Helper()
	c, err := master(a, i, "mosaic")
	require.NoError(t, err)
	defer func() { _ = c.Close(context.Background()) }()
	var value string
	require.NoError(t, c.QueryRow(t.Context(), query).Scan(&value), query)
	return value
}

func master(a *Account, i simcloud.Properties, database string) (*pgx.Conn, error) {
	s := server{region: a.region, settings: settings{i.Text("address"), int(i.Number("port"))}}
	return s.connect(i.Text("username"), i.Text("password"), database)
}

// TestAnInstance: the master user has what RDS gives it, and nobody gets in without TLS or without a password.
func TestAnInstance(t *testing.T) {
	t.Parallel()
	a := account(t)
	i := create(t, a, instance("db-ONE"), "")
	assert.Equal(t, "false true true", ask(t, a, i, "SELECT concat_ws(' ', rolsuper::text, rolcreaterole::text, rolcreatedb::text) FROM pg_roles WHERE rolname = current_user"))
	assert.Equal(t, "mosaicadmin", ask(t, a, i, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"))
	assert.Equal(t, "UTF8 UTC", ask(t, a, i, "SELECT current_setting('server_encoding') || ' ' || current_setting('timezone')"))

	c, err := master(a, i, "mosaic")
	require.NoError(t, err)
	defer func() { _ = c.Close(context.Background()) }()
	for _, statement := range []string{"CREATE TABLE stories (id int)", "CREATE EXTENSION pgcrypto", "CREATE ROLE people LOGIN PASSWORD 'people'", "GRANT pg_monitor TO people"} {
		_, err := c.Exec(t.Context(), statement)
		assert.NoError(t, err, statement)
	}
	_, err = c.Exec(t.Context(), "ALTER SYSTEM SET work_mem = '1MB'")
	assert.ErrorContains(t, err, "permission denied")

	assert.EqualError(t, a.Accept(i, "", "mosaicadmin", "wrong"), `FATAL: password authentication failed for user "mosaicadmin"`)
	_, err = pgx.Connect(t.Context(), fmt.Sprintf("host=%s user=mosaicadmin password='it''s' dbname=mosaic sslmode=disable", i.Text("address")))
	assert.ErrorContains(t, err, "no encryption")

	assert.NoError(t, a.Accept(i, "", "people", "people"))
	_, err = c.Exec(t.Context(), "GRANT rds_iam TO people")
	require.NoError(t, err)
	for user, password := range map[string]string{"people": "people", "mosaicadmin": i.Text("password")} { // who has made a role is a member of it
		assert.ErrorContains(t, a.Accept(i, "", user, password), "pg_hba.conf rejects connection", "rds_iam: %s has no token", user)
	}
}

// TestChanges: the password and the port of an instance.
func TestChanges(t *testing.T) {
	t.Parallel()
	a := account(t)
	i := create(t, a, instance("db-ONE"), "")
	changed := with(i, "password", "the second")
	require.NoError(t, a.Modify(i, changed))
	assert.NoError(t, a.Accept(i, "", "mosaicadmin", "the second"))
	assert.ErrorContains(t, a.Accept(i, "", "mosaicadmin", i.Text("password")), "password authentication failed")

	moved := with(changed, "port", 6432.0)
	require.NoError(t, a.Modify(changed, moved))
	assert.NoError(t, a.Accept(moved, "", "mosaicadmin", "the second"))
	assert.Error(t, a.Accept(changed, "", "mosaicadmin", "the second"), "nothing is left at the old port")
}

// TestCopies: an instance that is created from another one, from a snapshot or from retained backups has a copy of the data.
func TestCopies(t *testing.T) {
	t.Parallel()
	a := account(t)
	i := create(t, a, instance("db-ONE"), "")
	ask(t, a, i, "WITH x AS (SELECT 1) SELECT lo_create(42)::text")
	objects := "SELECT count(*)::text FROM pg_largeobject_metadata"

	copied := create(t, a, with(instance("db-TWO"), "password", "of the copy"), "db-ONE")
	assert.NotEqual(t, i.Text("address"), copied.Text("address"))
	assert.Equal(t, "1", ask(t, a, copied, objects))
	ask(t, a, copied, "SELECT lo_create(43)::text")
	assert.Equal(t, "1", ask(t, a, i, objects), "the source goes on, by itself, with its own password")

	replica := create(t, a, with(instance("db-THREE"), "replicateSourceDb", "one"), "db-ONE")
	assert.Equal(t, i.Text("address"), replica.Text("address"))
	require.NoError(t, a.Delete(replica))
	assert.Equal(t, "1", ask(t, a, i, objects), "without its replica")

	require.NoError(t, a.Delete(copied))
	require.NoError(t, a.Snapshot(copied, "final"))
	_, err := net.Dial("tcp", net.JoinHostPort(copied.Text("address"), "5432"))
	require.Error(t, err, "it is gone")
	assert.Equal(t, "2", ask(t, a, create(t, a, instance("db-FOUR"), "final"), objects))
	assert.Equal(t, "2", ask(t, a, create(t, a, instance("db-FIVE"), "db-TWO"), objects))
	_, err = a.Create(instance("db-SIX"), "nobody-knows")
	require.Error(t, err)
	assert.NoDirExists(t, filepath.Join(a.dir, "db-SIX"))
}

// TestARegionEnds: all servers stop, and go on at the same addresses when the region is opened again, with certificates of the same bundle.
func TestARegionEnds(t *testing.T) {
	account(t) // or the test is skipped
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "rds-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	open := func() (*Region, *Account) {
		r, err := Open(dir, tools.At(t, tools.Postgres))
		require.NoError(t, err)
		a, err := r.Account("123456789012")
		require.NoError(t, err)
		return r, a
	}
	r, a := open()
	i := create(t, a, instance("db-ONE"), "")
	deleted := create(t, a, instance("db-TWO"), "")
	require.NoError(t, a.Delete(deleted))
	require.NoError(t, r.Close())
	assert.ErrorContains(t, a.Accept(i, "", "mosaicadmin", i.Text("password")), "connection refused")

	again, b := open()
	assert.NoError(t, b.Accept(i, "", "mosaicadmin", i.Text("password")))
	assert.ErrorContains(t, b.Accept(deleted, "", "mosaicadmin", i.Text("password")), "connection refused")
	again.temporary = true
	require.NoError(t, again.Close())
	assert.NoDirExists(t, dir)
}
