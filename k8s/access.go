// Package k8s gives the pods of an application access to the database: it registers the ServiceAccount with its IAM role,
// the SecretStore and the ExternalSecret that bring the credentials into the cluster, the migration Job, and the namespace.
package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// accessType is the component's type. Namespaces were its children once.
const accessType = "mosaic-database:k8s:Access"

// Args is the configuration of an application's access, and what other resources know.
type Args struct {
	Config *config.Config
	App    config.Application
	Role   manifest.Role
	// NamespaceReady is the namespace, where this program makes it.
	NamespaceReady []pulumi.Resource
	// SecretVersion is the version of the connection secret's content.
	SecretVersion pulumi.StringInput
	// Migration is nil where this program runs none for the application.
	Migration *jobs.Migration
}

// Access is the component: what an application's pods need to reach the database.
type Access struct {
	pulumi.ResourceState

	// MigrationJobName is the name of the current revision's Job; "" without migrations.
	MigrationJobName string
	// Synced is the ID of the ExternalSecret, known once the Secret is in the cluster.
	Synced pulumi.IDOutput
}

// New registers the component. Its options must bring the kubernetes provider; pulumi.Protect among them
// protects all objects but the Jobs: deleting the ExternalSecret takes the pods' Secret away.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Access, error) {
	component := &Access{}
	if err := ctx.RegisterComponentResource(accessType, name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	w := &manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: args.App.Name, Namespace: args.App.Namespace}
	if !args.App.OwnsSchema {
		w.Prefix = args.App.Name + "/" // two applications in one namespace may have objects of the same name
	}
	secret := args.secret()
	synced, err := w.Sync(manifest.Reader{
		ServiceAccount: args.App.ServiceAccount, Role: args.Role, Region: args.Config.Region, NamespaceReady: args.NamespaceReady,
	}, secret)
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

// secret is the Secret that the application's pods read.
func (a *Args) secret() *manifest.Secret {
	keys := manifest.ConnectionKeys()
	if a.Config.Pooling.Routed() {
		keys = manifest.PooledConnectionKeys()
	}
	return &manifest.Secret{
		Name: a.App.SecretName, ExternalSecret: naming.ExternalSecret(a.App.Name), SecretStore: a.App.SecretStore(),
		RemoteName: naming.ConnectionSecret(a.Config.Environment), RemoteVersion: a.SecretVersion, Keys: keys,
	}
}
