package simcloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// Events lists what the controllers say of objects, as "Kind name: Reason: message": much of it Pulumi does not show. Those of simulated
// clusters are since Open.
func (c *Cloud) Events() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(c.events)
	for _, name := range slices.Sorted(maps.Keys(c.Clusters)) {
		all = append(all, c.Clusters[name].events()...)
	}
	return all
}

// event is what a controller says of an object, or of its pods, beside its conditions.
func (c *cluster) event(o *Object, reason string, why error) {
	c.cloud.events = append(c.cloud.events, fmt.Sprintf("%s %s: %s: %s", o.Kind[strings.LastIndex(o.Kind, ":")+1:], o.Properties.Text("metadata", "name"), reason, why))
}

// events are those of a real cluster.
func (c Cluster) events() []string {
	client, err := c.admin()
	var found []kube.Object
	if err == nil {
		found, err = client.List(context.Background(), corev1.SchemeGroupVersion.WithKind("Event"), "")
	}
	if err != nil {
		panic(fmt.Sprintf("the events of a cluster: %v", err)) // no test may take that for a quiet cluster
	}
	var all []string
	for _, event := range found {
		p := Properties(event.Object)
		if c.owns("", event.GetNamespace()+"/") {
			all = append(all, fmt.Sprintf("%s %s: %s: %s", p.Text("involvedObject", "kind"), p.Text("involvedObject", "name"), p.Text("reason"), p.Text("message")))
		}
	}
	return all
}
