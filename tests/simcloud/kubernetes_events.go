package simcloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
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

// events are those of a real cluster. A server that does not answer has none.
func (c Cluster) events() []string {
	client, err := c.admin()
	if err != nil {
		return nil
	}
	found, _ := client.List(context.Background(), corev1.SchemeGroupVersion.WithKind("Event"), "")
	var all []string
	for _, event := range found {
		p := Properties(event.Object)
		if c.owns("", event.GetNamespace()+"/") {
			all = append(all, fmt.Sprintf("%s %s: %s: %s", p.Text("involvedObject", "kind"), p.Text("involvedObject", "name"), p.Text("reason"), p.Text("message")))
		}
	}
	return all
}
