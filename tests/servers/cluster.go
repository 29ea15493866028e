package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Programs are the programs of a PostgreSQL, and the user who runs them.
type Programs struct {
	folder string
	user   User
}

// ProgramsBeside are a server's program and those beside it. Where their user could not run them, a copy of them is made in a folder.
func ProgramsBeside(server, copied string) (Programs, error) {
	user, err := Nobody()
	if err != nil {
		return Programs{}, err
	}
	binary, err := filepath.EvalSymlinks(server)
	if err != nil {
		return Programs{}, err
	}
	p := Programs{filepath.Dir(binary), user}
	if os.Getuid() == 0 && !open(binary) { // initdb asks whether it may run the server, and a right to read is no answer to that
		installation := filepath.Dir(p.folder)
		p.folder = filepath.Join(copied, filepath.Base(p.folder))
		if err := os.CopyFS(copied, os.DirFS(installation)); !errors.Is(err, os.ErrExist) { // an earlier process has copied them
			return p, err
		}
	}
	return p, nil
}

// Cluster is a database cluster: the files of one PostgreSQL server.
type Cluster struct {
	Dir string // also for other files of the server, such as certificates

	programs Programs
}

// Cluster is a database cluster in a folder that exists. Its user has to be able to enter the folders above.
func (p Programs) Cluster(dir string) (*Cluster, error) {
	return &Cluster{dir, p}, p.user.Own(dir)
}

// Data is the folder that PostgreSQL calls PGDATA.
func (c *Cluster) Data() string { return filepath.Join(c.Dir, "data") }

// LogFile is the file with the server's output.
func (c *Cluster) LogFile() string { return filepath.Join(c.Dir, "postgresql.log") }

// Command is a command of PostgreSQL that runs in the folder.
func (c *Cluster) Command(name string, args ...string) *exec.Cmd {
	cmd := c.programs.user.Command(filepath.Join(c.programs.folder, name), args...)
	cmd.Dir = c.Dir
	return cmd
}

// Write writes a file of the server, and returns its path.
func (c *Cluster) Write(name, content string, mode os.FileMode) (string, error) {
	path := filepath.Join(c.Dir, name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		return "", err
	}
	return path, c.programs.user.Own(path)
}

// Init runs initdb with these arguments. The encoding is RDS's: on a machine without a locale, initdb would choose SQL_ASCII.
func (c *Cluster) Init(args ...string) error {
	return complete(c.Command("initdb", append([]string{"--pgdata", c.Data(), "--no-sync", "--encoding", "UTF8", "--locale", "C"}, args...)...))
}

// Do runs statements as the superuser, while the server does not run.
func (c *Cluster) Do(statements ...string) error {
	cmd := c.Command("postgres", "--single", "-j", "-D", c.Data(), "-c", "fsync=off", "-c", "exit_on_error=on", "postgres")
	cmd.Stdin = strings.NewReader(strings.Join(statements, ";\n\n") + ";\n\n")
	return complete(cmd)
}

// CopyData makes the data of the cluster, as a copy of the data of one that does not run.
func (c *Cluster) CopyData(from string) error {
	cmd := c.programs.user.Command("cp", "-Rp", from, c.Data())
	cmd.Dir = c.Dir
	return complete(cmd)
}

// Start starts the server.
func (c *Cluster) Start(args ...string) (*Process, error) {
	return Start(c.Command("postgres", append([]string{"-D", c.Data(), "-c", "fsync=off"}, args...)...), c.LogFile())
}

// complete runs a command to its end. The error has its output.
func complete(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	return nil
}
