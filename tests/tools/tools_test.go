package tools

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// put writes an executable that prints a text.
func put(t *testing.T, path, prints string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho '"+prints+"'\n"), 0o755))
}

// machine is a machine with nothing but a shell; the tools are put below it.
func machine(t *testing.T) string {
	t.Helper()
	in := t.TempDir()
	t.Setenv(InEnv, in)
	t.Setenv("PATH", filepath.Join(in, "path")+":/nowhere")
	return in
}

func TestPath(t *testing.T) {
	in := machine(t)
	assert.Len(t, Missing(), len(All()))

	put(t, filepath.Join(in, "path", "just"), "")
	path, found := Path(Just)
	assert.True(t, found)
	assert.Equal(t, filepath.Join(in, "path", "just"), path)
	put(t, filepath.Join(in, "bin/npm/node_modules/rust-just-linux-x64/bin/just"), "")
	path, _ = Path(Just)
	assert.Contains(t, path, "rust-just", "of the version that this repository names")

	for _, version := range []string{"15", "16"} {
		put(t, filepath.Join(in, "usr/lib/postgresql", version, "bin/postgres"), "")
	}
	path, _ = Path(Postgres)
	assert.Contains(t, path, "/16/", "the newest")
	_, found = Path(Psql)
	assert.False(t, found, "a server is no client")
}

// A tool that is not usable counts as missing.
func TestUnusableTools(t *testing.T) {
	in := machine(t)
	for version, usable := range map[string]bool{"PgBouncer 1.18.0": false, "PgBouncer 1.21.0": true, "PgBouncer 1.24.1": true, "what": false} {
		put(t, filepath.Join(in, "usr/sbin/pgbouncer"), version)
		_, found := Path(PgBouncer)
		assert.Equal(t, usable, found, version)
	}
	for version, usable := range map[string]bool{"15.18": false, "16.9": true, "17.12": true} {
		bin := filepath.Join(in, "usr/lib/postgresql/16/bin")
		put(t, filepath.Join(bin, "pg_dump"), "pg_dump (PostgreSQL) "+version)
		_, found := Path(PgDump)
		assert.False(t, found, "without a server")
		for _, beside := range []string{"pg_restore", "postgres", "initdb"} {
			put(t, filepath.Join(bin, beside), "")
		}
		_, found = Path(PgDump)
		assert.Equal(t, usable, found, version)
		require.NoError(t, os.Remove(filepath.Join(bin, "postgres")))
	}
	python := filepath.Join(in, "python")
	alembic := filepath.Join(in, "path", "alembic")
	put(t, alembic, "")
	for script, usable := range map[string]bool{`[ "$2" = "import psycopg" ]`: true, `[ "$2" = "import psycopg2" ]`: true, "false": false} {
		require.NoError(t, os.WriteFile(python, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
		require.NoError(t, os.WriteFile(alembic, []byte("#!"+python+"\n"), 0o755))
		_, found := Path(Alembic)
		assert.Equal(t, usable, found, script)
	}
}

// Every tool can be installed, on Linux and on a Mac.
func TestEveryToolCanBeBrought(t *testing.T) {
	pinned := regexp.MustCompile(`^([a-z0-9]+@npm:)?(@[a-z-]+/)?[a-z-]+[a-z0-9-]*@\d+\.\d+\.[\w.-]+$`)
	for _, s := range All() {
		assert.True(t, s.Npm != "" || len(s.Debian) > 0 || s.Script != "" || s.Build != nil, s.Tool)
		if s.Npm != "" {
			assert.Regexp(t, pinned, s.Npm)
		}
		if s.Npm == "" || strings.Contains(s.Npm, runtime.GOOS) { // what npm has for one system alone
			assert.NotEmpty(t, s.Homebrew, s.Tool)
		}
	}
	assert.Equal(t, runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64", platform("x-linux-x64@1") != "")
}

// told is a skipper that records the message.
type told struct{ skip, fatal string }

func (*told) Helper()             {}
func (o *told) Skip(args ...any)  { o.skip = fmt.Sprint(args...) }
func (o *told) Fatal(args ...any) { o.fatal = fmt.Sprint(args...) }

// A test without its tools is skipped, with a message that names them and how to install them. If RequireEnv is set, it fails.
func TestNeed(t *testing.T) {
	in := machine(t)
	put(t, filepath.Join(in, "path", "jq"), "")
	const lacks = "needs just, pgbouncer; brought by: go run ./tests/all"
	for forbidden, want := range map[string]told{"": {skip: lacks}, "1": {fatal: lacks}} {
		t.Setenv(RequireEnv, forbidden)
		var got told
		need(&got, Jq, Just, PgBouncer)
		assert.Equal(t, want, got)
		got = told{}
		need(&got, Jq)
		assert.Empty(t, got)
	}
	assert.Equal(t, filepath.Join(in, "path", "jq"), At(t, Jq))
}
