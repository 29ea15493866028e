package node

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
)

// A pod becomes ready by its probe. When it is deleted, its preStop hook reaches its process, and no other; the end of the process ends the
// hook, so that nothing waits for the grace period.
func TestThePodOfAShell(t *testing.T) {
	live := shellPod("trap 'echo told; exit 3' USR1; trap 'echo terminated' TERM; while :; do sleep 0.02; done")
	c := &live.Spec.Containers[0]
	c.ReadinessProbe = &corev1.Probe{FailureThreshold: 3, ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"test", "-f", "ready"}}}}
	c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "kill -USR1 1; sleep 60"}}}}
	c.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	n := newNode(t, live)
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
	if err := os.WriteFile(filepath.Join(n.dir, "ns", "p", "ready"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return ready().Status == corev1.ConditionTrue })

	watched := n.pods["1"]
	n.see(deletedIn(live, 300))
	eventually(t, func() bool {
		watched.mu.Lock()
		defer watched.mu.Unlock()
		ended := watched.status.ContainerStatuses[0].State.Terminated
		return ended != nil && ended.ExitCode == 3 && ended.Message == "told\n" && watched.status.Phase == corev1.PodFailed
	})
	eventually(t, func() bool { return status().Phase == "" }) // the node lets go of it
}

// A process that does not heed SIGTERM is killed when the grace period is over, which somebody can shorten.
func TestAProcessThatStays(t *testing.T) {
	live := shellPod("trap '' TERM; echo ready; while :; do sleep 0.02; done")
	n := newNode(t, live)
	n.see(live)
	eventually(t, func() bool {
		log, _ := os.ReadFile(filepath.Join(n.dir, "ns", "p", "c.log"))
		return string(log) == "ready\n"
	})
	running := n.pods["1"]
	n.see(deletedIn(live, 300))
	n.see(deletedIn(live, 0))
	eventually(t, func() bool {
		running.mu.Lock()
		defer running.mu.Unlock()
		ended := running.status.ContainerStatuses[0].State.Terminated
		return ended != nil && ended.ExitCode == 128+int32(syscall.SIGKILL)
	})
}

// What others write into a pod while it runs is theirs.
func TestAReportChangesTheStatusAlone(t *testing.T) {
	live := shellPod("while [ ! -f over ]; do sleep 0.02; done")
	live.Finalizers = []string{"batch.kubernetes.io/job-tracking"}
	n := newNode(t, live)
	n.see(live)
	pods := n.client.CoreV1().Pods("ns")
	now := func() *corev1.Pod {
		pod, err := pods.Get(t.Context(), "p", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return pod
	}
	eventually(t, func() bool { return now().Status.Phase == corev1.PodRunning })
	released := now()
	released.Finalizers = nil
	if _, err := pods.Update(t.Context(), released, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.dir, "ns", "p", "over"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return now().Status.Phase == corev1.PodSucceeded })
	if left := now().Finalizers; len(left) > 0 {
		t.Error("the finalizer is back", left)
	}
}

// Each container has its own copy of a Secret's files, with its own paths in them, however often it starts.
func TestFilesOfAVolume(t *testing.T) {
	live := shellPod("")
	live.Spec.Volumes = []corev1.Volume{{Name: "conf", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}}}
	live.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "conf", MountPath: "/tmp"}}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "ns"}, Data: map[string][]byte{"file": []byte("log in /tmp/log")}}
	n := newNode(t, live, secret)
	p := n.newPod(live)
	if err := p.volume(t.Context(), live.Spec.Volumes[0]); err != nil {
		t.Fatal(err)
	}
	c := live.Spec.Containers[0]
	for range 2 {
		if err := p.place(Image{}, c); err != nil {
			t.Fatal(err)
		}
	}
	own := p.copyFor(c, "conf")
	content, err := os.ReadFile(filepath.Join(own, "file"))
	if err != nil || string(content) != "log in "+own+"/log" {
		t.Error(string(content), err)
	}
	if info, err := os.Stat(filepath.Join(own, "file")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error("others may read it", info, err)
	}
}

// shellPod is a pod of a shell with a script.
func shellPod(script string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns", UID: "1"},
		Spec: corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{
			Name: "c", Image: "shell", Command: []string{"sh", "-c", script},
		}}},
	}
}

// newNode is a node with the image shell, and with objects.
func newNode(t *testing.T, objects ...runtime.Object) *Node {
	t.Helper()
	folder := t.TempDir()
	n := &Node{
		client: fake.NewClientset(objects...), dir: folder, images: filepath.Join(folder, "images.json"),
		events: record.NewFakeRecorder(100), pods: map[types.UID]*pod{}, unprivileged: -1,
	}
	n.ctx, n.stop = context.WithCancel(context.Background())
	t.Cleanup(n.Stop)
	images, err := json.Marshal(map[string]Image{"shell": {Path: filepath.SplitList(os.Getenv("PATH"))}})
	if err == nil {
		err = os.WriteFile(n.images, images, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// deletedIn is a pod that somebody deletes, with a grace period in seconds.
func deletedIn(live *corev1.Pod, grace int64) *corev1.Pod {
	deleted := live.DeepCopy()
	deleted.DeletionTimestamp, deleted.DeletionGracePeriodSeconds = &metav1.Time{Time: time.Now()}, &grace
	return deleted
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
