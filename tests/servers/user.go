package servers

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// User is the user that a server runs as. Servers refuse to run as root, so root runs them as another user.
type User struct{ id int }

// Nobody is the user nobody, if this process runs as root; otherwise the current user.
func Nobody(t *testing.T) User {
	t.Helper()
	if os.Getuid() != 0 {
		return User{os.Getuid()}
	}
	nobody, err := user.Lookup("nobody")
	require.NoError(t, err)
	id, err := strconv.Atoi(nobody.Uid)
	require.NoError(t, err)
	return User{id}
}

// Numbered is a user by id, if this process runs as root; otherwise the current user. The machine needs no entry for the id.
func Numbered(id int) User {
	if os.Getuid() != 0 {
		id = os.Getuid()
	}
	return User{id}
}

// Command is a command that runs as the user. It also works for a program in a folder that the user may not read, such as a checkout in
// /root.
func (u User) Command(program string, args ...string) *exec.Cmd {
	switch {
	case os.Getuid() != 0:
		return exec.Command(program, args...)
	case open(program):
		cmd := exec.Command(program, args...)
		cmd.SysProcAttr = asUser(u.id)
		return cmd
	default: // the shell gets the capability to read, and passes it on
		cmd := exec.Command("/bin/sh", append([]string{"-c", `exec "$0" "$@"`, program}, args...)...)
		cmd.SysProcAttr = asReader(u.id)
		return cmd
	}
}

// Own makes the user the owner of files.
func (u User) Own(t *testing.T, paths ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	for _, path := range paths {
		require.NoError(t, os.Chown(path, u.id, u.id))
	}
}

// open tells whether everybody may enter all parent folders of a file.
func open(file string) bool {
	resolved, err := filepath.EvalSymlinks(file)
	if err != nil {
		return true // a command says more about what is missing
	}
	for dir := filepath.Dir(resolved); ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}
