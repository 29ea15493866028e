package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// NewNamespace registers the namespace of an application, whose access it was a part of once: access is the Pulumi name
// of that. Deleting a namespace deletes everything in it.
func NewNamespace(ctx *pulumi.Context, name, app, access string, provider pulumi.ProviderResource, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	former := pulumi.URN(fmt.Sprintf("urn:pulumi:%s::%s::%s::%s", ctx.Stack(), ctx.Project(), accessType, access))
	o := &objects{ctx: ctx, parent: pulumi.Provider(provider)}
	namespace, err := o.register("v1", "Namespace", name, object{
		"metadata": object{"name": name, "labels": labels(app, "database")},
	}, append(opts, pulumi.Aliases([]pulumi.Alias{{ParentURN: former}}))...)
	if err != nil {
		return nil, fmt.Errorf("registering the namespace %s: %w", name, err)
	}
	return namespace, nil
}
