package recipes

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// An ear runs a command, and returns what it writes to standard error.
type ear func(*testing.T, *exec.Cmd) string

// aPipe is what a log gets.
func aPipe(_ *testing.T, cmd *exec.Cmd) string {
	var said bytes.Buffer
	cmd.Stderr = &said
	_ = cmd.Run() // the exit code says it
	return said.String()
}

// aScreen is what a person at a terminal gets.
func aScreen(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	person, program, err := pty.Open()
	require.NoError(t, err)
	defer func() { _ = person.Close() }()
	cmd.Stderr = program
	require.NoError(t, cmd.Start())
	require.NoError(t, program.Close())
	said, _ := io.ReadAll(person) // ends with an error when the terminal is closed
	_ = cmd.Wait()                // the exit code says it
	return string(said)
}

// talking runs bash with scripts/terminal.sh, and returns what it said and its exit code.
func talking(t *testing.T, to ear, script string, env ...string) (said string, code int) {
	t.Helper()
	tools.Need(t, tools.Bash)
	cmd := exec.Command(tools.At(t, tools.Bash), "-c", `set -euo pipefail; recipe=db-test ticking="" scratch=$(mktemp -d); trap 'rm -r "$scratch"' EXIT; option() { false; }; source "$0"; `+script, filepath.Join(root, "scripts", "terminal.sh"))
	cmd.Env = append(append(cmd.Environ(), "TERM=xterm", "NO_COLOR="), env...)
	said = to(t, cmd)
	return said, cmd.ProcessState.ExitCode()
}

// Colours are for a terminal that has them and a person who wants them; a pipe, a file and NO_COLOR get the bare text.
func TestColoursAreForTerminals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		to       ear
		env      string
		coloured bool
	}{
		"a terminal": {aScreen, "", true}, "a pipe": {aPipe, "", false},
		"NO_COLOR": {aScreen, "NO_COLOR=1", false}, "a terminal that has none": {aScreen, "TERM=dumb", false},
	} {
		said, code := talking(t, test.to, `fail "no such thing"`, "X=", test.env)
		assert.Equal(t, 1, code, name)
		assert.Equal(t, test.coloured, strings.Contains(said, "\x1b[1;31mdb-test:\x1b[0m no such thing"), "%s: %q", name, said)
		assert.Equal(t, !test.coloured, strings.HasPrefix(said, "db-test: no such thing"), "%s: %q", name, said)
	}
}

// The exit codes of docs/how-to/operations.md: a script knows whether to correct its call, to ask again, or to look at what failed.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]int{
		`true`: 0, `fail no`: 1, `misused "there is no option --x"`: 2, `ask "Go on?" <<<no`: 3, `ask "Go on?" </dev/null`: 3, `ask "Go on?" <<<yes`: 0,
		`unchanged=1; ask "Go on?" <<<no`: 1, `patiently "a thing" false`: 1, `patiently "a thing" sh -c "exit 7"`: 7, `patiently "a thing" true`: 0,
	} {
		_, code := talking(t, aPipe, script)
		assert.Equal(t, want, code, script)
	}
}

// A long wait shows on a terminal what is waited for and for how long, and leaves no trace; a log does not get a line a second.
func TestLongWaits(t *testing.T) {
	t.Parallel()
	said, code := talking(t, aScreen, `patiently "the snapshot" sleep 2.5; say done`)
	require.Zero(t, code, said)
	assert.Contains(t, said, "\rdb-test: waiting for the snapshot, 0:01 \x1b[K")
	assert.Contains(t, said, "\rdb-test: waiting for the snapshot, 0:02 \x1b[K")
	assert.True(t, strings.HasSuffix(said, "\r\x1b[Kdb-test: done\r\n"), "%q", said)

	// A clock that ends as soon as it begins does not clean up for the recipe.
	said, code = talking(t, aPipe, `trap 'echo "cleaned up by $BASHPID" >&2' EXIT; trap 'exit 143' TERM; for _ in {1..200}; do patiently "a thing" true; done; rm -r "$scratch"`)
	assert.Zero(t, code)
	assert.Regexp(t, `^cleaned up by \d+\n$`, said)

	// What the command says is not written into that line, whether a program says it or the recipe.
	said, code = talking(t, aScreen, `asked() { sleep 1.5; say refused; sh -c 'echo denied >&2; exit 7'; }; patiently "the operator" asked`)
	assert.Equal(t, 7, code)
	assert.True(t, strings.HasSuffix(said, "0:01 \x1b[K\r\x1b[Kdb-test: refused\r\ndenied\r\n"), "%q", said)

	// What the recipe says when it is ended while it waits for a function is heard.
	said, code = talking(t, aPipe, `trap 'say "part is left"' EXIT; trap 'exit 143' TERM; asked() { sleep 1; }; (sleep 0.3; kill -TERM $$) & patiently "the operator" asked`)
	assert.Equal(t, 143, code)
	assert.Equal(t, "db-test: part is left\n", said)

	said, code = talking(t, aScreen, `patiently "the snapshot" sleep 1.5`, "TERM=dumb")
	assert.Zero(t, code)
	assert.Empty(t, said, "it cannot write a line anew")

	said, code = talking(t, aPipe, `patiently "the snapshot" sleep 1.5`)
	assert.Zero(t, code)
	assert.Empty(t, said)

	// The minute of the clock passes in a second.
	said, code = talking(t, aPipe, `sleep() { SECONDS=$((SECONDS + 60)); command sleep 0.1; }; patiently "the snapshot" command sleep 1.5`)
	assert.Zero(t, code)
	assert.Contains(t, said, "db-test: still waiting for the snapshot, after 1 min\n")
}

type (
	finding struct{ Verdict, Application, What, Says string }
	// report is what db-check --json prints.
	report struct {
		Stack    string
		Broken   bool
		Findings []finding
	}
)

// checked reads the report of db-check --json, which is all that it prints.
func checked(t *testing.T, r ran) (read report) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &read), r.stdout)
	return read
}

// With --json a script reads the findings, and nothing else is on standard output.
func TestTheCheckForScripts(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	for name, broken := range map[string]bool{"whole": false, "broken": true} {
		t.Run(name, func(t *testing.T) {
			calls := slices.Clone(links(t, state))
			want := finding{Verdict: "ok", What: "RDS instance mosaic-prod-db", Says: "available"}
			if broken {
				calls[0] = calls[0].do("echo stopped")
				want.Verdict, want.Says = "broken", "stopped"
			}
			b := newBench(t, state)
			b.expect(inCluster(calls...)...)
			r := b.just("", "db-check", "prod", "--json")
			assert.Equal(t, broken, r.code == 1, r.stderr)
			report := checked(t, r)
			assert.Equal(t, "prod", report.Stack)
			assert.Equal(t, broken, report.Broken)
			assert.Equal(t, want, report.Findings[0])
			assert.Contains(t, report.Findings, finding{"ok", "core-api", "entries of the Secret core-api-db-secret", "DB_HOST DB_URL "})
			last := report.Findings[len(report.Findings)-1]
			assert.Equal(t, "none", last.Verdict, "what is neither")
			assert.Empty(t, last.Application, "it is of the instance")
		})
	}
}
