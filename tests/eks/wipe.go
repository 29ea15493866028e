package eks

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// furnished are the namespaces that a cluster has from the start.
var furnished = map[string]bool{"default": true, "external-secrets": true, "kube-node-lease": true, "kube-public": true, "kube-system": true}

// Wipe deletes all namespaces that people have made, with what is in them, and what belongs to no namespace.
func (c *Cluster) Wipe(ctx context.Context) error {
	client, err := kube.Connect(c.As(Admin))
	if err != nil {
		return err
	}
	for _, kind := range []schema.GroupVersionKind{
		{Group: "external-secrets.io", Version: "v1", Kind: "ClusterSecretStore"}, {Version: "v1", Kind: "Namespace"},
	} {
		objects, err := client.List(ctx, kind, "")
		if err != nil {
			return err
		}
		for _, object := range objects {
			if furnished[object.GetName()] {
				continue
			}
			if err := client.Delete(ctx, &object, time.Minute); err != nil {
				return err
			}
		}
	}
	return nil
}
