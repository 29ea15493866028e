package node

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
)

// A pod becomes ready by its probe. When it is deleted, its preStop hook reaches its process, and no other; the end of the process ends the
// hook, so that nothing waits for the grace period.
func TestThePodOfAShell(t *testing.T) {
	folder := t.TempDir()
	live := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns", UID: "1"},
		Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{
			Name: "c", Image: "shell", Command: []string{"sh", "-c", "trap 'echo told; exit 3' USR1; trap 'echo terminated' TERM; while :; do sleep 0.02; done"},
			ReadinessProbe: &corev1.Probe{FailureThreshold: 3, ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"test", "-f", "ready"}}}},
			Lifecycle:      &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "kill -USR1 1; sleep 60"}}}},

			TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		}}},
	}
	n := &Node{client: fake.NewClientset(live), dir: folder, images: filepath.Join(folder, "images.json"), events: record.NewFakeRecorder(100), pods: map[types.UID]*pod{}}
	n.ctx, n.stop = context.WithCancel(t.Context())
	defer n.Stop()
	images, err := json.Marshal(map[string]Image{"shell": {Path: filepath.SplitList(os.Getenv("PATH"))}})
	if err == nil {
		err = os.WriteFile(n.images, images, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	status := func() corev1.PodStatus {
		now, err := n.client.CoreV1().Pods("ns").Get(t.Context(), "p", metav1.GetOptions{})
		if err != nil {
			return corev1.PodStatus{}
		}
		return now.Status
	}
	ready := func() corev1.PodCondition {
		for _, c := range status().Conditions {
			if c.Type == corev1.PodReady {
				return c
			}
		}
		return corev1.PodCondition{}
	}
	n.see(live)
	eventually(t, func() bool {
		return status().Phase == corev1.PodRunning && ready().Reason == "ContainersNotReady" && ready().Message == "containers with unready status: [c]"
	})
	if err := os.WriteFile(filepath.Join(folder, "ns", "p", "ready"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return ready().Status == corev1.ConditionTrue })

	deleted, grace := live.DeepCopy(), int64(300)
	deleted.DeletionTimestamp, deleted.DeletionGracePeriodSeconds = &metav1.Time{Time: time.Now()}, &grace
	watched := n.pods["1"]
	n.see(deleted)
	eventually(t, func() bool {
		watched.mu.Lock()
		defer watched.mu.Unlock()
		ended := watched.status.ContainerStatuses[0].State.Terminated
		return ended != nil && ended.ExitCode == 3 && ended.Message == "told\n" && watched.status.Phase == corev1.PodFailed
	})
	eventually(t, func() bool { return status().Phase == "" }) // the node lets go of it
}

// A process that does not heed SIGTERM is killed after the grace period, and at once when somebody shortens it.
func TestAProcessThatStays(t *testing.T) {
	p := &pod{}
	p.ctx, p.cancel = context.WithCancel(t.Context())
	p.killed, p.kill = context.WithCancel(t.Context())
	p.end(time.Hour)
	p.end(0)
	eventually(t, func() bool { return p.ctx.Err() != nil && p.killed.Err() != nil })
}

func TestAddresses(t *testing.T) {
	n := &Node{}
	known := map[string]bool{}
	for range 100_000 {
		known[n.address()] = true
	}
	if len(known) != 100_000 {
		t.Error("two pods have one address", len(known))
	}
}

func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never was so")
		}
	}
}
