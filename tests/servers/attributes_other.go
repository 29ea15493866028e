//go:build !linux

package servers

import "syscall"

// asReader runs a command as a user. Only Linux has a capability for reading.
func asReader(id int) *syscall.SysProcAttr { return asUser(id) }
