//go:build !linux

package main

import "syscall"

// dieWithParent does nothing here: only Linux can.
func dieWithParent() *syscall.SysProcAttr { return nil }
