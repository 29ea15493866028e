// Package k8s registers the Kubernetes objects that give an application's pods access to the database: ServiceAccount,
// SecretStore, ExternalSecret, the migration Job and the namespace.
package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// accessType is the type token of the component. Earlier versions registered the namespace as its child.
const accessType = "mosaic-database:k8s:Access"

// Args are the arguments of [New].
type Args struct {
	Config *config.Config
	App    config.Application
	Role   manifest.IAMRole
	// NamespaceReady is the namespace; empty if this program does not create it.
	NamespaceReady []pulumi.Resource
	// SecretVersion is the version ID of the connection secret's content.
	SecretVersion pulumi.StringInput
	// Migration is the application's migration; nil if this program runs none.
	Migration *jobs.Migration
}

// Access is the component resource with an application's Kubernetes objects.
type Access struct {
	pulumi.ResourceState

	// MigrationJobName is the name of the current revision's Job; "" without migrations.
	MigrationJobName string
	// Synced is the ID of the ExternalSecret. It is known once the Secret is in the cluster.
	Synced pulumi.IDOutput
}

// New registers the component. opts must include the provider kubernetes. With pulumi.Protect, the objects that provide the
// Secret are protected too, because the Secret is deleted with its ExternalSecret.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Access, error) {
	component := &Access{}
	if err := ctx.RegisterComponentResource(accessType, name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: args.App.Name, Namespace: args.App.Namespace}
	if !args.App.Main {
		w.Prefix = args.App.Name + "/" // two applications in one namespace may have objects of the same name
	}
	secret := args.secret()
	synced, err := args.sync(w, secret)
	if err != nil {
		return nil, err
	}
	component.Synced = synced.ExternalSecret.ID()
	if m := args.Migration; m != nil {
		component.MigrationJobName = m.JobName()
		if err := m.Register(w, secret, synced); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{
		"namespace":        pulumi.String(args.App.Namespace),
		"serviceAccount":   pulumi.String(args.App.ServiceAccount),
		"secretName":       pulumi.String(args.App.SecretName),
		"migrationJobName": pulumi.String(component.MigrationJobName),
	}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// secret returns the Secret that the application's pods use.
func (a *Args) secret() *manifest.Secret {
	keys := manifest.ConnectionKeys(a.Config, a.App.SecretEntries)
	if a.Config.Pooled(a.App) {
		keys = manifest.PooledConnectionKeys(a.Config, a.App.SecretEntries)
	}
	store, kind := a.App.Store()
	return &manifest.Secret{
		Name: a.App.SecretName, ExternalSecret: naming.ExternalSecret(a.App.Name), SecretStore: store, StoreKind: kind,
		RemoteName: a.App.Secrets.Connection, RemoteVersion: a.SecretVersion, Keys: keys,
	}
}
