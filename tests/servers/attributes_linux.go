package servers

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
)

// Linux capabilities. Root in most containers has only the second one.
const (
	dacOverride   = 1
	dacReadSearch = 2
)

// asReader runs a command as a user who may read every file.
func asReader(id int) *syscall.SysProcAttr {
	attributes := asUser(id)
	attributes.AmbientCaps = []uintptr{dacReadSearch}
	if !has(dacReadSearch) {
		attributes.AmbientCaps = []uintptr{dacOverride}
	}
	return attributes
}

// endWithParent lets a command end as soon as this process ends.
func endWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
}

// has tells whether this process has a capability.
func has(right int) bool {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return true
	}
	found := regexp.MustCompile(`(?m)^CapEff:\t([0-9a-f]+)$`).FindSubmatch(status)
	if found == nil {
		return true
	}
	rights, err := strconv.ParseUint(string(found[1]), 16, 64)
	return err != nil || rights&(1<<right) != 0
}
