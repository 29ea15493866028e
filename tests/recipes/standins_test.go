// Package recipes runs the recipes of the justfile with the real just, and with stand-ins for what they call.
package recipes

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// root is the root of the repository.
var root = filepath.Join("..", "..")

// need skips a test without the tools that all recipes need, or those that it names.
func need(t *testing.T, more ...tools.Tool) {
	t.Helper()
	tools.Need(t, append([]tools.Tool{tools.Bash, tools.Git, tools.Jq, tools.Just}, more...)...)
}

// call is an expected call of a stand-in: its arguments, and a shell script that answers.
type call struct {
	argv  []string
	reply string
}

// on is a call whose arguments have no spaces; says is its answer.
func on(line, says string) call {
	return call{strings.Fields(line), "printf '%s\\n' " + strconv.Quote(says)}
}

func (c call) with(more ...string) call { return call{append(slices.Clone(c.argv), more...), c.reply} }
func (c call) do(shell string) call     { return call{c.argv, shell} }

// in is the same call for another stack.
func (c call) in(stack string) call {
	argv := slices.Clone(c.argv)
	argv[slices.Index(argv, "--stack")+1] = stack
	return call{argv, c.reply}
}

// bench is a project folder with the recipes, stand-ins for what they call, and a stack in a simulated cloud.
type bench struct {
	t       *testing.T
	project string // folder of the justfile and the stack file
	tools   string // the only folder on the PATH
	state   string // folder of the engine's environment
	calls   string // the expected calls
	env     []string
	count   int
}

// system lists the commands that a recipe may use without checking that they exist.
var system = []string{"bash", "env", "sh", "jq", "cat", "cp", "rm", "date", "sed", "grep", "mktemp", "basename",
	"dirname", "sha256sum", "sleep", "tee", "git", "awk", "head", "tail", "wc", "mkdir", "mv", "ln", "cmp", "sort", "tar"}

// builtProgram is the path of command recipe, which a script would build for itself.
var builtProgram = sync.OnceValues(func() (string, error) { return repository.BuildRecipe(sharedDir) })

// newBench is a bench with the stack that is deployed in a folder.
func newBench(t *testing.T, state string) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{t: t, project: filepath.Join(dir, "project"), state: state, calls: filepath.Join(dir, "calls")}
	bin, temp := filepath.Join(dir, "tools"), filepath.Join(dir, "temp")
	b.tools = bin
	for _, folder := range []string{b.project, b.calls, bin, temp} {
		require.NoError(t, os.Mkdir(folder, 0o700))
	}
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml", "justfile"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(b.project, name), content, 0o600))
	}
	link := func(target, name string) {
		absolute, err := filepath.Abs(target)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(absolute, name))
	}
	link(filepath.Join(root, "scripts"), filepath.Join(b.project, "scripts"))
	_, err := os.ReadDir(filepath.Join(root, "scripts")) // Go caches a test's result until a file changes that the test itself has read
	require.NoError(t, err)
	for _, name := range []string{"aws", "kubectl", "helm", "pulumi", "gh", "npm", "session-manager-plugin"} {
		link(filepath.Join("testdata", "standin"), filepath.Join(bin, name))
	}
	for _, name := range system {
		if path, err := exec.LookPath(name); err == nil {
			link(path, filepath.Join(bin, name))
		}
	}
	link(filepath.Join("testdata", "standin"), filepath.Join(bin, "go"))
	cli, err := engine.CLI(t.Context(), os.Stderr)
	require.NoError(t, err)
	program, err := builtProgram()
	require.NoError(t, err)
	self, err := os.Executable()
	require.NoError(t, err)
	here, err := os.Getwd()
	require.NoError(t, err)
	b.env = []string{"PATH=" + bin, "HOME=" + dir, "TMPDIR=" + temp, "CALLS=" + b.calls, "REAL_PULUMI=" + cli.Path,
		"SELF=" + self, "PROGRAM=" + program, "PACKAGE_DIR=" + here, "STATE=" + state, "PULUMI_BACKEND_URL=file://" + filepath.Join(state, "state"),
		"PULUMI_HOME=" + filepath.Join(dir, "pulumi-home"), "PULUMI_CONFIG_PASSPHRASE=simulated",
		"PULUMI_SKIP_UPDATE_CHECK=true", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com",
		"GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com", "SECRET_INTERVAL=0", "SECRET_PATIENCE=2"}
	return b
}

// expect adds expected calls, in order.
func (b *bench) expect(calls ...call) {
	b.t.Helper()
	for _, c := range calls {
		b.count++
		name := filepath.Join(b.calls, strconv.Itoa(b.count))
		require.NoError(b.t, os.WriteFile(name+".call", []byte(strings.Join(c.argv, "\x1f")), 0o600))
		require.NoError(b.t, os.WriteFile(name+".reply", []byte(c.reply), 0o600))
	}
}

// ran is the output and the exit code of a recipe.
type ran struct {
	stdout, stderr string
	code           int
}

func (b *bench) command(args ...string) *exec.Cmd {
	return b.prepared(exec.Command(tools.At(b.t, tools.Just), args...))
}

func (b *bench) prepared(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir, cmd.Env = b.project, b.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 30 * time.Second
	return cmd
}

// just runs a recipe with answers to its questions. It expects exactly the calls that were added.
func (b *bench) just(answers string, args ...string) ran {
	b.t.Helper()
	cmd := b.command(args...)
	cmd.Stdin = strings.NewReader(answers)
	return b.finish(cmd, func() error { return cmd.Run() })
}

func (b *bench) finish(cmd *exec.Cmd, run func() error) ran {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(b.t, err)
	}
	r := ran{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	unexpected, _ := os.ReadFile(filepath.Join(b.calls, "unexpected"))
	require.Empty(b.t, string(unexpected), "%s", r.stderr)
	made := "0"
	if counted, err := os.ReadFile(filepath.Join(b.calls, "n")); err == nil {
		made = strings.TrimSpace(string(counted))
	}
	assert.Equal(b.t, strconv.Itoa(b.count), made, "calls made; it said:\n%s", r.stderr)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(b.calls), "temp", "*"))
	require.NoError(b.t, err)
	assert.Empty(b.t, left, "files are left behind")
	return r
}
