//go:build !linux

package servers

import "syscall"

// asReader runs a command as a user; there is no right to read alone.
func asReader(id int) *syscall.SysProcAttr { return asUser(id) }
