package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// NewNamespace registers the namespace of the application that owns the schema. Deleting a namespace deletes everything in
// it, so opts should protect it. The alias is for states of earlier versions, in which the namespace is a child of [Access].
func NewNamespace(ctx *pulumi.Context, cfg *config.Config, provider pulumi.ProviderResource, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	name := cfg.App.Namespace
	former := pulumi.URN(fmt.Sprintf("urn:pulumi:%s::%s::%s::%s", ctx.Stack(), ctx.Project(), accessType, naming.Access(cfg.Environment, cfg.App.Name)))
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Provider(provider), App: cfg.App.Name}
	namespace, err := w.Register(name, manifest.Object{
		"apiVersion": "v1",
		"kind":       "Namespace",
		"metadata":   manifest.Object{"name": name, "labels": w.Labels("database")},
	}, append(opts, pulumi.Aliases([]pulumi.Alias{{ParentURN: former}}))...)
	if err != nil {
		return nil, fmt.Errorf("registering the namespace %s: %w", name, err)
	}
	return namespace, nil
}
