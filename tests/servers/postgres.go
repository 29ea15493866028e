package servers

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// Postgres is a PostgreSQL in a folder of its own, which is gone when the test ends.
type Postgres struct {
	Dir string // also for what goes with the server, such as its certificates

	t    *testing.T
	user User
}

// NewPostgres makes the folder. The test has said that it needs the server.
func NewPostgres(t *testing.T) *Postgres {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pg-") // a folder of testing.T is for its user alone, and a socket's path has to be short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	p := &Postgres{Dir: dir, t: t, user: Nobody(t)}
	p.user.Own(t, dir)
	return p
}

// Write makes a file of the server's, and returns its path.
func (p *Postgres) Write(name, content string, mode os.FileMode) string {
	p.t.Helper()
	path := filepath.Join(p.Dir, name)
	require.NoError(p.t, os.WriteFile(path, []byte(content), mode))
	p.user.Own(p.t, path)
	return path
}

// Init makes the data, as initdb does with these arguments.
func (p *Postgres) Init(args ...string) {
	p.t.Helper()
	initdb := filepath.Join(filepath.Dir(tools.At(p.t, tools.Postgres)), "initdb")
	cmd := p.user.Command(initdb, append([]string{"--pgdata", filepath.Join(p.Dir, "data"), "--no-sync"}, args...)...)
	cmd.Dir = p.Dir
	out, err := cmd.CombinedOutput()
	require.NoError(p.t, err, string(out))
}

// Start starts the server, with a socket in its folder.
func (p *Postgres) Start(args ...string) {
	p.t.Helper()
	server := p.user.Command(tools.At(p.t, tools.Postgres), append([]string{"-D", filepath.Join(p.Dir, "data"), "-k", p.Dir, "-c", "fsync=off"}, args...)...)
	server.Dir = p.Dir
	Run(p.t, server, p.LogFile())
}

// LogFile is where the server's output goes.
func (p *Postgres) LogFile() string { return filepath.Join(p.Dir, "postgresql.log") }

// Run runs a server until the test ends. Its output goes into a file.
func Run(t *testing.T, server *exec.Cmd, logFile string) {
	t.Helper()
	log, err := os.Create(logFile)
	require.NoError(t, err)
	server.Stdout, server.Stderr = log, log
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGINT) // a fast shutdown
		kill := time.AfterFunc(10*time.Second, func() { _ = server.Process.Kill() })
		_ = server.Wait()
		kill.Stop()
		_ = log.Close()
	})
}
