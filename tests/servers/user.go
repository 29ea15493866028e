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

// User is whom a server runs as. Servers refuse to run as root, so root runs them as another user.
type User struct{ id int }

// Nobody is the user without rights that every machine has; for anybody but root, the present one.
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

// Numbered is a user by number, of which the machine needs no entry; for anybody but root, the present one.
func Numbered(id int) User {
	if os.Getuid() != 0 {
		id = os.Getuid()
	}
	return User{id}
}

// Command is a command that the user runs. It also finds a program below a folder that is closed to others, such as a
// checkout in /root.
func (u User) Command(program string, args ...string) *exec.Cmd {
	switch {
	case os.Getuid() != 0:
		return exec.Command(program, args...)
	case open(program):
		cmd := exec.Command(program, args...)
		cmd.SysProcAttr = asUser(u.id)
		return cmd
	default: // the shell has the right to read, which its start gives it, and passes it on
		cmd := exec.Command("/bin/sh", append([]string{"-c", `exec "$0" "$@"`, program}, args...)...)
		cmd.SysProcAttr = asReader(u.id)
		return cmd
	}
}

// Own gives files to the user.
func (u User) Own(t *testing.T, paths ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	for _, path := range paths {
		require.NoError(t, os.Chown(path, u.id, u.id))
	}
}

// open tells whether everybody may enter all folders above a file.
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
