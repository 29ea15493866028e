package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// cluster is the Kubernetes cluster, with the namespace that this program creates in it.
type cluster struct {
	provider      pulumi.ProviderResource
	namespaceName string          // of the application that owns the schema
	namespace     pulumi.Resource // nil if the namespace exists already
}

// newCluster registers the provider, and the namespace if the configuration asks for it. It returns nil if this program
// creates nothing in the cluster.
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

// ready returns what an object in a namespace has to wait for: the namespace, if this program creates it.
func (c *cluster) ready(namespace string) []pulumi.Resource {
	if c.namespace == nil || namespace != c.namespaceName {
		return nil
	}
	return []pulumi.Resource{c.namespace}
}

// ownership returns the option for the Kubernetes objects of an application: they are protected like the database. During a
// handover they are retained on delete instead, so that they stay in the cluster when this program no longer registers them.
func ownership(cfg *config.Config, app config.Application) pulumi.ResourceOption {
	if cfg.Delivery == config.DeliveryHandover {
		return pulumi.RetainOnDelete(true)
	}
	return pulumi.Protect(app.DeletionProtection)
}
