package eks

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// furnished are the namespaces that a cluster has from the start.
var furnished = map[string]bool{"default": true, operators: true, "kube-node-lease": true, "kube-public": true, "kube-system": true}

// operators is the namespace of the External Secrets Operator.
const operators = "external-secrets"

// Wipe deletes all namespaces that people have made, with what is in them, the ClusterSecretStores, and the ServiceAccounts with which
// they read.
func (c *Cluster) Wipe(ctx context.Context) error {
	client, err := kube.Connect(c.As(Admin))
	if err != nil {
		return err
	}
	for _, of := range []struct {
		kind      schema.GroupVersionKind
		namespace string
	}{
		{schema.GroupVersionKind{Group: "external-secrets.io", Version: "v1", Kind: "ClusterSecretStore"}, ""},
		{schema.GroupVersionKind{Version: "v1", Kind: "ServiceAccount"}, operators},
		{schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}, ""},
	} {
		objects, err := client.List(ctx, of.kind, of.namespace)
		if err != nil {
			return err
		}
		done := make(chan error, len(objects)) // all at once: a namespace takes seconds
		for _, object := range objects {
			go func() {
				if furnished[object.GetName()] {
					done <- nil
					return
				}
				done <- client.Delete(ctx, &object, time.Minute)
			}()
		}
		for range objects {
			err = errors.Join(err, <-done)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
