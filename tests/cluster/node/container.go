package node

import (
	"io"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// container runs a container until it may not be restarted any more, and tells whether it succeeded. A kubelet waits ten times as long before
// a restart.
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
			p.node.events.Event(p.live, corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
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

// execute runs a container to its end, and returns its exit code.
func (p *pod) execute(run execution, c corev1.Container, status *corev1.ContainerStatus) int {
	name := p.log(c.Name)
	log, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		p.change(status, func(s *corev1.ContainerStatus) {
			s.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 128, Reason: "StartError", Message: err.Error()}}
		})
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
	p.change(status, func(s *corev1.ContainerStatus) {
		s.State, s.Ready = corev1.ContainerState{Terminated: terminated}, false
	})
	return code
}

// runs says that a container runs.
func (p *pod) runs(status *corev1.ContainerStatus, ready func(*corev1.ContainerStatus)) {
	p.change(status, func(s *corev1.ContainerStatus) {
		s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}}
		ready(s)
	})
}
