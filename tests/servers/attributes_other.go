//go:build !linux

package servers

import (
	"os/exec"
	"syscall"
)

// asReader runs a command as a user. Only Linux has a capability for reading.
func asReader(id int) *syscall.SysProcAttr { return asUser(id) }

// endWithParent does nothing. Only Linux tells a process that its parent has ended.
func endWithParent(*exec.Cmd) {}
