package tools

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// runs tells whether a tool can run something that needs what is installed with it.
func runs(args ...string) func(path string) bool {
	return func(path string) bool { return exec.Command(path, args...).Run() == nil }
}

// besideJava tells whether there is a Java for a driver.
func besideJava(string) bool {
	_, err := exec.LookPath("javac")
	return err == nil
}

// isRecent tells whether a PgBouncer is 1.21 or later.
func isRecent(path string) bool { return atLeast(path, `^PgBouncer 1\.(\d+)`, 21) }

// besideServer tells whether a pg_dump is of version 16 or later, and beside a server of its version. pg_dump refuses a server that is
// newer, and an older server refuses what pg_restore sends.
func besideServer(pgDump string) bool {
	program, err := filepath.EvalSymlinks(pgDump)
	if err != nil {
		return false
	}
	for _, beside := range []string{"pg_restore", "postgres", "initdb"} {
		if _, err := os.Stat(filepath.Join(filepath.Dir(program), beside)); err != nil {
			return false
		}
	}
	return atLeast(program, `\(PostgreSQL\) (\d+)`, 16)
}

// atLeast tells whether the number that a pattern finds in a program's version is not below another.
func atLeast(program, pattern string, least int) bool {
	out, err := exec.Command(program, "--version").Output()
	version := regexp.MustCompile(pattern).FindSubmatch(out)
	if err != nil || version == nil {
		return false
	}
	number, err := strconv.Atoi(string(version[1]))
	return err == nil && number >= least
}

// hasDriver tells whether the Python of an Alembic has a PostgreSQL driver.
func hasDriver(alembic string) bool {
	script, err := os.ReadFile(alembic)
	first, _, _ := bytes.Cut(script, []byte("\n"))
	python := strings.Fields(strings.TrimPrefix(string(first), "#!"))
	if err != nil || len(python) == 0 {
		return false
	}
	for _, driver := range []string{"psycopg2", "psycopg"} {
		if exec.Command(python[0], append(python[1:], "-c", "import "+driver)...).Run() == nil {
			return true
		}
	}
	return false
}
