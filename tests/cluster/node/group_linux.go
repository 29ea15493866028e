package node

import "syscall"

// ownGroup gives a process a group of its own, which signals reach as a whole, and ends it with the node.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
