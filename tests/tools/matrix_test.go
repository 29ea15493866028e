package tools

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// system lists the commands of a machine that has only Go.
var system = []string{"awk", "basename", "bash", "cat", "cmp", "cp", "date", "dirname", "env", "git", "go", "grep", "head", "ln", "mkdir",
	"mktemp", "mv", "rm", "sed", "sh", "sha256sum", "sleep", "sort", "tail", "tee", "true", "wc"}

// TestOnMachinesThatHaveSome runs the tests with only some of the tools: no test fails, each test runs that has its tools, and each
// skipped test names what is missing.
func TestOnMachinesThatHaveSome(t *testing.T) {
	var every []Tool
	for _, s := range All() {
		every = append(every, s.Tool)
	}
	Need(t, every...)
	root, err := repository.Root()
	require.NoError(t, err)
	packages := []string{"internal/pipeline", "tests/pooler", "tests/recipes", "tests/users"}
	binaries := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "test", "-C", root, "-c", "-o", binaries+"/")
	for _, pkg := range packages {
		build.Args = append(build.Args, "./"+pkg)
	}
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	npm := []Tool{Just, Postgres, IAMData, IAMSimulate}
	for name, test := range map[string]struct {
		has  []Tool
		runs []string // tests of which each passes; nil: all tests are run, and only those pass that need nothing
	}{
		"nothing":                     {},
		"only psql":                   {has: []Tool{Psql}},
		"only a server":               {has: []Tool{Postgres}},
		"both, but no tool of theirs": {has: []Tool{Psql, Postgres}},
		"only npm's": {has: append([]Tool{Node}, npm...), runs: []string{"TestRolesSimulated", "TestPoliciesAgainstTheReference",
			"TestRecipesAreListed"}},
		"a server and psql": {has: []Tool{Just, Jq, Postgres, Psql}, runs: []string{"TestQueriesOnPostgreSQL", "TestInfo"}},
		"everything":        {has: every, runs: []string{"TestLeave", "TestPrivileges", "TestScriptsPassShellCheck"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := otherMachine(t, root, test.has)
			var ran []string
			skipped := 0
			for _, pkg := range packages {
				cmd := exec.CommandContext(t.Context(), filepath.Join(binaries, filepath.Base(pkg)+".test"), "-test.v")
				if test.runs != nil {
					cmd.Args = append(cmd.Args, "-test.run", "^("+strings.Join(test.runs, "|")+")$")
				}
				cmd.Dir, cmd.Env = filepath.Join(root, pkg), env
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, "%s", out)
				for _, found := range regexp.MustCompile(`(?m)^--- PASS: (\w+)`).FindAllSubmatch(out, -1) {
					ran = append(ran, string(found[1]))
				}
				why := len(regexp.MustCompile(`needs [a-z, -]+; brought by: `+Command+`\n`).FindAll(out, -1))
				assert.Equal(t, why, len(regexp.MustCompile(`(?m)^--- SKIP: `).FindAll(out, -1)), "%s", out)
				skipped += why
			}
			for _, want := range test.runs {
				assert.Contains(t, ran, want)
			}
			if test.runs == nil {
				assert.Greater(t, skipped, 30)
			}
		})
	}
}

// otherMachine is the environment of a machine with these tools.
func otherMachine(t *testing.T, root string, has []Tool) []string {
	t.Helper()
	in, err := os.MkdirTemp("/tmp", "machine-") // a folder of testing.T is for its user alone, and a server runs as another
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(in) })
	path := filepath.Join(in, "path")
	require.NoError(t, errors.Join(os.Chmod(in, 0o755), os.Mkdir(path, 0o755)))
	for _, name := range system {
		if found, err := exec.LookPath(name); err == nil {
			require.NoError(t, os.Symlink(found, filepath.Join(path, name)))
		}
	}
	for _, tool := range has {
		if _, there := os.Stat(filepath.Join(path, string(tool))); there != nil {
			lay(t, in, root, At(t, tool), tool)
		}
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, RequireEnv+"=") })
	return append(env, "PATH="+path, InEnv+"="+in)
}

// lay installs a tool on the other machine.
func lay(t *testing.T, in, root, from string, tool Tool) {
	t.Helper()
	to := filepath.Join(in, "path", string(tool))
	switch below, err := filepath.Rel(root, from); {
	case tool == Postgres: // with what is beside it
		from = filepath.Dir(from)
		to = filepath.Join(in, "usr/lib/postgresql/16/bin")
	case err == nil && strings.HasPrefix(below, modules):
		to = filepath.Join(in, below)
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
	require.NoError(t, os.Symlink(from, to))
}
