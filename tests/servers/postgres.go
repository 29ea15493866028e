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

// Postgres is a PostgreSQL server in a temporary folder, which is removed when the test ends.
type Postgres struct {
	Dir string // also for other files of the server, such as certificates

	t        *testing.T
	user     User
	binaries string // folder
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
	binary, err := filepath.EvalSymlinks(program)
	require.NoError(t, err)
	p := &Postgres{Dir: dir, t: t, user: Nobody(t), binaries: filepath.Dir(binary)}
	p.user.Own(t, dir)
	if os.Getuid() == 0 && !open(binary) { // initdb asks whether it may run the server, and a right to read is no answer to that
		copied := filepath.Join(dir, "server")
		require.NoError(t, os.CopyFS(copied, os.DirFS(filepath.Dir(p.binaries))))
		p.binaries = filepath.Join(copied, filepath.Base(p.binaries))
	}
	return p
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

func (p *Postgres) command(name string, args ...string) *exec.Cmd {
	cmd := p.user.Command(filepath.Join(p.binaries, name), args...)
	cmd.Dir = p.Dir
	return cmd
}

// Write writes a file of the server, and returns its path.
func (p *Postgres) Write(name, content string, mode os.FileMode) string {
	p.t.Helper()
	path := filepath.Join(p.Dir, name)
	require.NoError(p.t, os.WriteFile(path, []byte(content), mode))
	p.user.Own(p.t, path)
	return path
}

// Init runs initdb with these arguments. The encoding is RDS's: on a machine without a locale, initdb would choose SQL_ASCII.
func (p *Postgres) Init(args ...string) {
	p.t.Helper()
	out, err := p.command("initdb", append([]string{"--pgdata", filepath.Join(p.Dir, "data"), "--no-sync", "--encoding", "UTF8", "--locale", "C"}, args...)...).CombinedOutput()
	require.NoError(p.t, err, string(out))
}

// Start starts the server, with a socket in its folder.
func (p *Postgres) Start(args ...string) {
	p.t.Helper()
	args = append([]string{"-D", filepath.Join(p.Dir, "data"), "-k", p.Dir, "-c", "fsync=off"}, args...)
	Run(p.t, p.command("postgres", args...), p.LogFile())
}

// LogFile is the file with the server's output.
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
