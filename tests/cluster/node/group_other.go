//go:build !linux

package node

import "syscall"

// ownGroup gives a process a group of its own, which signals reach as a whole.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
