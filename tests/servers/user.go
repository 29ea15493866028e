package servers

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
)

// User is the user that a server runs as. Servers refuse to run as root, so root runs them as another user.
type User struct{ id int }

// Nobody is the user nobody, if this process runs as root; otherwise the current user.
func Nobody() (User, error) {
	if os.Getuid() != 0 {
		return User{os.Getuid()}, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return User{}, err
	}
	id, err := strconv.Atoi(nobody.Uid)
	return User{id}, err
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

// Own makes the user the owner of a file.
func (u User) Own(path string) error {
	if os.Getuid() != 0 {
		return nil
	}
	return os.Chown(path, u.id, u.id)
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
