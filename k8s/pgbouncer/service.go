package pgbouncer

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// service registers the Service, by which clients find the pods, and the PodDisruptionBudget, which keeps one of them running
// while nodes are drained.
func (b *builder) service(deployment pulumi.Resource) ([]pulumi.Resource, error) {
	needs := pulumi.DependsOn([]pulumi.Resource{deployment})
	service, err := b.Register(b.name, object{
		"apiVersion": "v1",
		"kind":       "Service",
		"metadata":   b.metadata(b.name),
		"spec": object{
			"type": "ClusterIP", "selector": b.podLabels(),
			"ports": list{object{"name": "postgresql", "port": Port, "targetPort": Port, "protocol": "TCP"}},
		},
	}, needs)
	if err != nil {
		return nil, fmt.Errorf("registering the service %s: %w", b.name, err)
	}
	budget, err := b.Register(b.name, object{
		"apiVersion": "policy/v1",
		"kind":       "PodDisruptionBudget",
		"metadata":   b.metadata(b.name),
		"spec":       object{"maxUnavailable": 1, "selector": manifest.Selector(b.podLabels())},
	}, needs)
	if err != nil {
		return nil, fmt.Errorf("registering the disruption budget %s: %w", b.name, err)
	}
	return []pulumi.Resource{deployment, service, budget}, nil
}
