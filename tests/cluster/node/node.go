// Package node is a node of a Kubernetes cluster. It does what a kubelet does for its pods, except that a container is a process of this
// machine: volumes are folders, an image says where its programs are, and the paths at which a container has its volumes are replaced in
// its command, its variables and its files. Nothing isolates a container, and its security context has no effect.
package node

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
)

// Name is the name of the node.
const Name = "node"

// Node is the node.
type Node struct {
	client kubernetes.Interface
	dir    string // for volumes and logs
	images string // file
	// unprivileged is the user that owns the files of volumes: nobody, whom containers become that do not stay root; -1: the own user.
	unprivileged int
	events       record.EventRecorder

	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
	mu      sync.Mutex
	pods    map[types.UID]*pod
	next    int // of the addresses of pods
}

// Start registers the node, and runs the pods that the scheduler puts there. Its files are in a folder; images.json there says which
// images can be pulled, see [Image].
func Start(ctx context.Context, config *rest.Config, dir string) (*Node, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	n := &Node{
		client: client, dir: filepath.Join(dir, "pods"), images: filepath.Join(dir, "images.json"),
		pods: map[types.UID]*pod{}, next: rand.IntN(1 << 20), unprivileged: -1,
	}
	if os.Getuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			return nil, err
		}
		if n.unprivileged, err = strconv.Atoi(nobody.Uid); err != nil {
			return nil, err
		}
	}
	n.ctx, n.stop = context.WithCancel(ctx)
	broadcaster := record.NewBroadcaster(record.WithContext(n.ctx))
	broadcaster.StartRecordingToSink(&typed.EventSinkImpl{Interface: client.CoreV1().Events(metav1.NamespaceAll)})
	n.events = broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet", Host: Name})
	port, err := n.serveLogs()
	if err == nil {
		err = n.register(port)
	}
	if err != nil {
		n.stop()
		return nil, err
	}
	n.watch()
	return n, nil
}

// Stop kills the containers that run.
func (n *Node) Stop() {
	n.stop()
	n.running.Wait()
}

// register creates the node, and says that it is ready.
func (n *Node) register(port int32) error {
	nodes := n.client.CoreV1().Nodes()
	created, err := nodes.Create(n.ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: Name, Labels: map[string]string{
		corev1.LabelHostname: Name, corev1.LabelTopologyRegion: "us-east-1", corev1.LabelTopologyZone: "us-east-1a", corev1.LabelOSStable: "linux",
	}}}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("registering the node: %w", err)
	}
	created.Spec.Taints = nil // a new node is tainted until it is ready
	if created, err = nodes.Update(n.ctx, created, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("registering the node: %w", err)
	}
	room := corev1.ResourceList{
		corev1.ResourceCPU: resource.MustParse("1k"), corev1.ResourceMemory: resource.MustParse("1Ti"),
		corev1.ResourcePods: resource.MustParse("1k"), corev1.ResourceEphemeralStorage: resource.MustParse("1Ti"),
	}
	created.Status = corev1.NodeStatus{
		Capacity: room, Allocatable: room,
		Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: loopback}, {Type: corev1.NodeHostName, Address: Name}},
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: port}},
		Conditions: []corev1.NodeCondition{{
			Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady",
			LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now(),
		}},
	}
	_, err = nodes.UpdateStatus(n.ctx, created, metav1.UpdateOptions{})
	return err
}

const loopback = "127.0.0.1"

// watch runs the pods of the node until it stops.
func (n *Node) watch() {
	mine := cache.NewListWatchFromClient(n.client.CoreV1().RESTClient(), "pods", metav1.NamespaceAll, fields.OneTermEqualSelector("spec.nodeName", Name))
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: mine, ObjectType: &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(o any) { n.see(o.(*corev1.Pod)) },
			UpdateFunc: func(_, o any) { n.see(o.(*corev1.Pod)) },
			DeleteFunc: func(o any) {
				if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
					o = last.Obj
				}
				n.gone(o.(*corev1.Pod))
			},
		},
	})
	n.running.Go(func() { informer.Run(n.ctx.Done()) })
}

// see starts a pod that is new, and ends one that is to be deleted.
func (n *Node) see(live *corev1.Pod) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, known := n.pods[live.UID]
	if !known {
		if ended(live) {
			return
		}
		p = n.newPod(live)
		n.pods[live.UID] = p
		n.running.Go(p.run)
	}
	if live.DeletionTimestamp != nil {
		p.end(gracePeriod(live))
	}
}

// gone ends a pod that was deleted without a grace period.
func (n *Node) gone(live *corev1.Pod) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p, known := n.pods[live.UID]; known {
		p.end(0)
		delete(n.pods, live.UID)
	}
}

func ended(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}

func gracePeriod(p *corev1.Pod) time.Duration {
	if p.DeletionGracePeriodSeconds == nil {
		return 0
	}
	return time.Duration(*p.DeletionGracePeriodSeconds) * time.Second
}

// address is the address of a pod: one of the loopback interface, which on Linux has all of 127.0.0.0/8.
func (n *Node) address() string {
	n.next++
	return fmt.Sprintf("127.%d.%d.%d", 64+n.next/62500%64, n.next/250%250, 1+n.next%250)
}

// published is the address of a pod as the API has it. Kubernetes takes no loopback address for a Service, so 127 is 10 there.
func published(address string) string { return "10" + strings.TrimPrefix(address, "127") }
