package pgbouncer

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// service registers the Service that clients connect to, and the PodDisruptionBudget, which keeps a pod running while nodes
// are drained. It returns these two and the Deployment.
func (b *poolerBuilder) service(deployment pulumi.Resource) ([]pulumi.Resource, error) {
	afterDeployment := pulumi.DependsOn([]pulumi.Resource{deployment})
	service, err := b.Register(b.name, object{
		"apiVersion": "v1",
		"kind":       "Service",
		"metadata":   b.metadata(b.name),
		"spec": object{
			"type": "ClusterIP", "selector": b.podLabels(),
			"ports": list{object{"name": "postgresql", "port": Port, "targetPort": Port, "protocol": "TCP"}},
		},
	}, afterDeployment)
	if err != nil {
		return nil, fmt.Errorf("registering the service %s: %w", b.name, err)
	}
	budget, err := b.Register(b.name, object{
		"apiVersion": "policy/v1",
		"kind":       "PodDisruptionBudget",
		"metadata":   b.metadata(b.name),
		"spec":       object{"maxUnavailable": 1, "selector": manifest.Selector(b.podLabels())},
	}, afterDeployment)
	if err != nil {
		return nil, fmt.Errorf("registering the disruption budget %s: %w", b.name, err)
	}
	return []pulumi.Resource{deployment, service, budget}, nil
}
