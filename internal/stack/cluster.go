package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// cluster is the Kubernetes cluster, and the namespace in it that this program makes.
type cluster struct {
	provider      pulumi.ProviderResource
	namespaceName string
	namespace     pulumi.Resource // nil where the namespace has to be there
}

// newCluster is nil where this program makes nothing in the cluster.
func newCluster(ctx *pulumi.Context, cfg *config.Config, found *discovery) (*cluster, error) {
	if !cfg.Delivery.InCluster() {
		return nil, nil
	}
	provider, err := newKubernetes(ctx, cfg, found)
	if err != nil {
		return nil, err
	}
	c := &cluster{provider: provider, namespaceName: cfg.App.Namespace}
	if cfg.App.CreateNamespace {
		c.namespace, err = k8s.NewNamespace(ctx, cfg, provider, ownership(cfg, cfg.Applications()[0]))
	}
	return c, err
}

// ready is what an object in a namespace waits for.
func (c *cluster) ready(namespace string) []pulumi.Resource {
	if c.namespace == nil || namespace != c.namespaceName {
		return nil
	}
	return []pulumi.Resource{c.namespace}
}

// ownership protects the Kubernetes objects of an application. During a handover this program gives them up instead: what
// is no longer in the program stays in the cluster.
func ownership(cfg *config.Config, app config.Application) pulumi.ResourceOption {
	if cfg.Delivery == config.DeliveryHandover {
		return pulumi.RetainOnDelete(true)
	}
	return pulumi.Protect(app.DeletionProtection)
}
