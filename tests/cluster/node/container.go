package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// container runs a container until it may not be restarted any more, and tells whether it succeeded.
func (p *pod) container(c corev1.Container, status *corev1.ContainerStatus) bool {
	for delay := time.Second; ; delay = min(2*delay, time.Minute) {
		run, err := p.prepare(c, status)
		if err != nil {
			return false // the pod ends
		}
		code := p.execute(run, c, status)
		again := p.live.Spec.RestartPolicy == corev1.RestartPolicyAlways && !p.initializes(c) ||
			p.live.Spec.RestartPolicy != corev1.RestartPolicyNever && code != 0
		if !again || p.ctx.Err() != nil {
			return code == 0
		}
		p.change(status, func(s *corev1.ContainerStatus) {
			s.LastTerminationState, s.RestartCount = s.State, s.RestartCount+1
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
		})
		if !p.pause(delay) {
			return false
		}
	}
}

func (p *pod) initializes(c corev1.Container) bool {
	for _, i := range p.live.Spec.InitContainers {
		if i.Name == c.Name {
			return true
		}
	}
	return false
}

// prepare waits until the image, the variables and the files of a container are there. The error says that the pod ends.
func (p *pod) prepare(c corev1.Container, status *corev1.ContainerStatus) (execution, error) {
	for {
		run, reason, err := p.command(c)
		if err == nil {
			return run, nil
		}
		if w := status.State.Waiting; w == nil || w.Reason != reason || w.Message != err.Error() {
			p.node.events.Event(p.live, corev1.EventTypeWarning, "Failed", err.Error())
			p.change(status, func(s *corev1.ContainerStatus) { s.State = waiting(c, reason, err.Error()).State })
		}
		if !p.pause(again) {
			return nil, p.ctx.Err()
		}
	}
}

// execution is what a container does.
type execution interface {
	// run does it to its end, and returns the exit code. It writes to a log.
	run(p *pod, c corev1.Container, status *corev1.ContainerStatus, log *os.File) int
}

// command is what a container does, or why there is none yet: a reason in the kubelet's words, and a message.
func (p *pod) command(c corev1.Container) (run execution, reason string, err error) {
	image, err := p.node.pull(c.Image)
	if err != nil {
		return nil, "ErrImagePull", err
	}
	variables, err := p.environment(p.ctx, image, c)
	if err != nil {
		return nil, "CreateContainerConfigError", err
	}
	if err := p.place(image, c); err != nil {
		return nil, "CreateContainerError", err
	}
	command, args := c.Command, c.Args
	if len(command) == 0 {
		command = image.Entrypoint
		if len(args) == 0 {
			args = image.Cmd
		}
	}
	replacer, lookup := p.replacer(image, c), expansion.MappingFuncFor(variables)
	var words []string
	for _, word := range append(append([]string{}, command...), args...) {
		words = append(words, replacer.Replace(expansion.Expand(word, lookup)))
	}
	if image.URL != "" {
		return asked{url: image.URL, Image: c.Image, Command: words, Environment: variables}, "", nil
	}
	if len(words) == 0 {
		return nil, "CreateContainerError", errors.New("no command specified")
	}
	return p.exec(image, words, variables, replacer)
}

// exec is a command with the environment of a container.
func (p *pod) exec(image Image, words []string, variables map[string]string, replacer *strings.Replacer) (execution, string, error) {
	variables["PATH"] = strings.Join(image.Path, string(os.PathListSeparator))
	program, err := find(words[0], image.Path)
	if err != nil {
		return nil, "RunContainerError", fmt.Errorf("exec: %q: executable file not found in $PATH", words[0])
	}
	cmd := exec.Command(program, words[1:]...)
	cmd.Args[0], cmd.Dir = words[0], image.WorkingDir
	if cmd.Dir == "" {
		cmd.Dir = p.dir
	}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+replacer.Replace(value))
	}
	cmd.SysProcAttr = ownGroup()
	return process{cmd}, "", nil
}

// find looks for a program in folders.
func find(program string, folders []string) (string, error) {
	if filepath.IsAbs(program) {
		return exec.LookPath(program)
	}
	for _, folder := range folders {
		if path, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// execute runs a container to its end, and returns its exit code.
func (p *pod) execute(run execution, c corev1.Container, status *corev1.ContainerStatus) int {
	name := p.log(c.Name)
	log, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 128
	}
	defer log.Close()
	start, _ := log.Seek(0, io.SeekEnd)
	began := metav1.Now()
	code := run.run(p, c, status, log)
	terminated := &corev1.ContainerStateTerminated{ExitCode: int32(code), Reason: "Completed", StartedAt: began, FinishedAt: metav1.Now()}
	if code != 0 {
		terminated.Reason = "Error"
		if c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
			terminated.Message = lastWords(name, start)
		}
	}
	p.change(status, func(s *corev1.ContainerStatus) { s.State, s.Ready = corev1.ContainerState{Terminated: terminated}, false })
	return code
}

// runs says that a container runs.
func (p *pod) runs(status *corev1.ContainerStatus, ready func(*corev1.ContainerStatus)) {
	p.change(status, func(s *corev1.ContainerStatus) {
		s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}}
		ready(s)
	})
}

// process is a process of this machine.
type process struct{ cmd *exec.Cmd }

func (r process) run(p *pod, c corev1.Container, status *corev1.ContainerStatus, log *os.File) int {
	r.cmd.Stdout, r.cmd.Stderr = log, log
	if err := r.cmd.Start(); err != nil {
		fmt.Fprintln(log, err)
		return 128
	}
	exited := make(chan struct{})
	go p.watch(r.cmd, c, status, exited)
	p.runs(status, func(s *corev1.ContainerStatus) { s.Ready = c.ReadinessProbe == nil })
	_ = r.cmd.Wait()
	close(exited)
	kill(r.cmd, syscall.SIGKILL) // what it has started
	return exitCode(r.cmd)
}

// watch probes a container, and ends it with its pod.
func (p *pod) watch(cmd *exec.Cmd, c corev1.Container, status *corev1.ContainerStatus, exited <-chan struct{}) {
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	if c.ReadinessProbe != nil {
		go p.probe(ctx, c, cmd, status)
	}
	select {
	case <-exited:
		return
	case <-p.ctx.Done():
	}
	p.mu.Lock()
	grace := p.grace
	p.mu.Unlock()
	kill(cmd, syscall.SIGTERM)
	select {
	case <-exited:
	case <-time.After(grace):
		kill(cmd, syscall.SIGKILL)
	}
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

// log is the file with what a container writes.
func (p *pod) log(container string) string { return filepath.Join(p.dir, container+".log") }

// lastWords is the end of a log, as a kubelet takes it for a termination message: at most 80 lines and 2048 bytes.
func lastWords(file string, from int64) string {
	content, err := os.ReadFile(file)
	if err != nil || from > int64(len(content)) {
		return ""
	}
	text := string(content[from:])
	text = text[max(0, len(text)-2048):]
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-80):], "")
}
