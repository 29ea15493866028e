package servers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// Postgres is the cluster of a test, in a temporary folder. The server ends and the folder is removed when the test ends.
type Postgres struct {
	*Cluster

	t       *testing.T
	process *Process // nil before the first start
}

// NewPostgres makes the folder. The test has to call tools.Need for the server first.
func NewPostgres(t *testing.T) *Postgres {
	t.Helper()
	return PostgresAt(t, tools.At(t, tools.Postgres))
}

// PostgresAt makes the folder of a server whose program is at a path, with initdb beside it.
func PostgresAt(t *testing.T, program string) *Postgres {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pg-") // a folder of testing.T is for its user alone, and a socket's path has to be short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	programs, err := ProgramsBeside(program, filepath.Join(dir, "server"))
	require.NoError(t, err)
	cluster, err := programs.Cluster(dir)
	require.NoError(t, err)
	return &Postgres{Cluster: cluster, t: t}
}

// OnEach runs a test side by side on the oldest major version that this program takes, and on the newest that it was tested with: those of the
// tools. The test has to call tools.Need for the older one first.
func OnEach(t *testing.T, run func(t *testing.T, program string)) {
	t.Helper()
	for _, tool := range []tools.Tool{tools.Postgres, tools.Postgres18} {
		t.Run(string(tool), func(t *testing.T) {
			tools.Need(t, tool)
			t.Parallel()
			run(t, tools.At(t, tool))
		})
	}
}

// Write writes a file of the server, and returns its path.
func (p *Postgres) Write(name, content string, mode os.FileMode) string {
	p.t.Helper()
	path, err := p.Cluster.Write(name, content, mode)
	require.NoError(p.t, err)
	return path
}

// Init runs initdb with these arguments.
func (p *Postgres) Init(args ...string) {
	p.t.Helper()
	require.NoError(p.t, p.Cluster.Init(args...))
}

// Start starts the server, with a socket in its folder. One that runs is stopped first, and its log is lost.
func (p *Postgres) Start(args ...string) {
	p.t.Helper()
	if p.process != nil {
		require.NoError(p.t, p.process.Stop())
	}
	process, err := p.Cluster.Start(append([]string{"-k", p.Dir}, args...)...)
	until(p.t)(process, err)
	p.process = process
}

// Run runs a server until the test ends. Its output goes into a file.
func Run(t *testing.T, server *exec.Cmd, logFile string) {
	t.Helper()
	until(t)(Start(server, logFile))
}

// until stops a server that has started when the test ends.
func until(t *testing.T) func(*Process, error) {
	return func(server *Process, err error) {
		t.Helper()
		require.NoError(t, err)
		t.Cleanup(func() { _ = server.Stop() })
	}
}
