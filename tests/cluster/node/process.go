package node

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	corev1 "k8s.io/api/core/v1"
)

// process is a process of this machine.
type process struct {
	cmd      *exec.Cmd
	replacer *strings.Replacer
}

func (r process) run(p *pod, c corev1.Container, status *corev1.ContainerStatus, log *os.File) int {
	r.cmd.Stdout, r.cmd.Stderr = log, log
	if err := r.cmd.Start(); err != nil {
		fmt.Fprintln(log, err)
		return 128
	}
	ctx, exited := context.WithCancel(context.WithoutCancel(p.ctx))
	defer exited()
	go r.end(ctx, p, c)
	p.runs(status, func(s *corev1.ContainerStatus) { s.Ready = c.ReadinessProbe == nil })
	if c.ReadinessProbe != nil {
		go r.probe(ctx, p, c, status)
	}
	_ = r.cmd.Wait()
	kill(r.cmd, syscall.SIGKILL) // what it has started
	return exitCode(r.cmd)
}

// end ends a container with its pod: the preStop hook, SIGTERM to the process alone, and SIGKILL to all processes after the grace period.
func (r process) end(exited context.Context, p *pod, c corev1.Container) {
	select {
	case <-exited.Done():
		return
	case <-p.ctx.Done():
	}
	grace, cancel := context.WithCancel(exited)
	defer context.AfterFunc(p.killed, cancel)()
	defer cancel()
	if c.Lifecycle != nil && c.Lifecycle.PreStop != nil && c.Lifecycle.PreStop.Exec != nil {
		if hook, err := r.within(grace, p, c, c.Lifecycle.PreStop.Exec.Command); err == nil {
			_ = hook.Run() // SIGTERM follows anyway
		}
	}
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-exited.Done():
	case <-p.killed.Done():
		kill(r.cmd, syscall.SIGKILL)
	}
}

// first is a signal to the first process of a container, which is not that of this machine.
var first = regexp.MustCompile(`\b(kill(?: -\w+)?) 1\b`)

// within is a command in the container: a hook, or a probe. It ends with the context, and with all that it has started.
func (r process) within(ctx context.Context, p *pod, c corev1.Container, command []string) (*exec.Cmd, error) {
	image, err := p.node.pull(c.Image)
	if err != nil {
		return nil, err
	}
	program, err := find(command[0], image.Path)
	if err != nil {
		return nil, err
	}
	var args []string
	for _, word := range command[1:] {
		args = append(args, first.ReplaceAllString(r.replacer.Replace(word), fmt.Sprintf("${1} %d", r.cmd.Process.Pid)))
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = r.cmd.Dir, r.cmd.Env, ownGroup()
	cmd.Cancel = func() error { kill(cmd, syscall.SIGKILL); return nil }
	return cmd, nil
}

// exitCode is that of a shell: 128 and the number of the signal that ended the process.
func exitCode(cmd *exec.Cmd) int {
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// kill sends a signal to a process and to what it has started.
func kill(cmd *exec.Cmd, signal syscall.Signal) { _ = syscall.Kill(-cmd.Process.Pid, signal) }
