package node

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// again is how long the node waits before it tries again what a pod lacks. A kubelet waits longer, and longer each time.
const again = 200 * time.Millisecond

// pod is a pod that runs on the node.
type pod struct {
	node *Node
	live *corev1.Pod // as it was scheduled
	dir  string
	ip   string // of its processes

	ctx    context.Context // ends with the pod
	cancel context.CancelFunc
	killed context.Context // ends when its containers have to be gone: after the grace period, and with the node
	kill   context.CancelFunc

	mu     sync.Mutex
	status corev1.PodStatus
}

func (n *Node) newPod(live *corev1.Pod) *pod {
	p := &pod{node: n, live: live, dir: filepath.Join(n.dir, live.Namespace, live.Name), ip: n.address()}
	p.ctx, p.cancel = context.WithCancel(n.ctx)
	p.killed, p.kill = context.WithCancel(n.ctx)
	p.status = corev1.PodStatus{
		Phase: corev1.PodPending, HostIP: loopback, PodIP: published(p.ip), PodIPs: []corev1.PodIP{{IP: published(p.ip)}}, StartTime: &metav1.Time{Time: time.Now()},
		QOSClass: live.Status.QOSClass,
	}
	for _, c := range live.Spec.InitContainers {
		p.status.InitContainerStatuses = append(p.status.InitContainerStatuses, waiting(c, "PodInitializing", ""))
	}
	for _, c := range live.Spec.Containers {
		p.status.ContainerStatuses = append(p.status.ContainerStatuses, waiting(c, "ContainerCreating", ""))
	}
	return p
}

func waiting(c corev1.Container, reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: c.Name, Image: c.Image, State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message},
	}}
}

// end ends the pod. Its containers get SIGTERM, and SIGKILL after the grace period. A later call can only shorten it.
func (p *pod) end(grace time.Duration) {
	p.cancel()
	time.AfterFunc(grace, p.kill)
}

// run runs the pod to its end.
func (p *pod) run() {
	defer os.RemoveAll(filepath.Join(p.dir, "volumes"))
	defer os.RemoveAll(filepath.Join(p.dir, "copies"))
	defer p.kill()
	_ = os.MkdirAll(p.dir, 0o755) // a pod may have no volume
	p.report()
	phase := p.containers()
	if p.node.ctx.Err() != nil {
		return // the cluster ends
	}
	p.mu.Lock()
	p.status.Phase = phase
	p.mu.Unlock()
	p.report()
	<-p.ctx.Done() // somebody deletes it, and it waits for the node
	if now := int64(0); p.node.ctx.Err() == nil {
		_ = p.node.client.CoreV1().Pods(p.live.Namespace).Delete(p.node.ctx, p.live.Name, metav1.DeleteOptions{
			GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(p.live.UID)),
		})
	}
}

// containers runs the containers, and returns how the pod ended.
func (p *pod) containers() corev1.PodPhase {
	for _, v := range p.live.Spec.Volumes {
		for said := ""; ; {
			err := p.volume(p.ctx, v)
			if err == nil {
				break
			}
			if err.Error() != said {
				said = err.Error()
				p.node.events.Event(p.live, corev1.EventTypeWarning, "FailedMount", said)
			}
			if !p.pause(again) {
				return corev1.PodFailed
			}
		}
	}
	for i, c := range p.live.Spec.InitContainers {
		if !p.container(c, &p.status.InitContainerStatuses[i]) {
			return corev1.PodFailed
		}
	}
	var all sync.WaitGroup
	succeeded := make([]bool, len(p.live.Spec.Containers))
	for i, c := range p.live.Spec.Containers {
		all.Go(func() { succeeded[i] = p.container(c, &p.status.ContainerStatuses[i]) })
	}
	all.Wait()
	for _, s := range succeeded {
		if !s {
			return corev1.PodFailed
		}
	}
	return corev1.PodSucceeded
}

// pause waits; false: the pod ends.
func (p *pod) pause(d time.Duration) bool {
	select {
	case <-p.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// change changes the status of a container, and reports it.
func (p *pod) change(status *corev1.ContainerStatus, change func(*corev1.ContainerStatus)) {
	p.mu.Lock()
	before := status.DeepCopy()
	change(status)
	if status.State.Running != nil && p.status.Phase == corev1.PodPending {
		p.status.Phase = corev1.PodRunning
	}
	if phase, over := p.over(); over { // a kubelet says both at once
		p.status.Phase = phase
	}
	same := reflect.DeepEqual(before, status)
	p.mu.Unlock()
	if !same {
		p.report()
	}
}

// over is how a pod ended that restarts no container; false: it has not ended.
func (p *pod) over() (corev1.PodPhase, bool) {
	if p.live.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return "", false
	}
	phase := corev1.PodSucceeded
	for _, s := range p.status.InitContainerStatuses {
		if t := s.State.Terminated; t != nil && t.ExitCode != 0 {
			return corev1.PodFailed, true
		}
	}
	for _, s := range p.status.ContainerStatuses {
		if s.State.Terminated == nil {
			return "", false
		}
		if s.State.Terminated.ExitCode != 0 {
			phase = corev1.PodFailed
		}
	}
	return phase, true
}

// report writes the status of the pod to the API server, and nothing else: what the pod has besides belongs to others, who have changed it
// since it was scheduled.
func (p *pod) report() {
	p.mu.Lock()
	defer p.mu.Unlock() // the reports of a pod are in order
	p.status.Conditions = p.conditions()
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": p.live.UID}, "status": p.status})
	for err == nil {
		_, err = p.node.client.CoreV1().Pods(p.live.Namespace).Patch(p.node.ctx, p.live.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) || p.node.ctx.Err() != nil {
			return // a pod that was deleted in the meantime has no status any more, nor has another one of its name
		}
		time.Sleep(again)
		err = nil
	}
}
