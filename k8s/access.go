package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// accessType is the component's type. Namespaces were its children once.
const accessType = "mosaic-database:k8s:Access"

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
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Access{}
	if err := ctx.RegisterComponentResource(accessType, name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	o := &objects{ctx: ctx, parent: pulumi.Parent(component), app: args.App, namespace: args.Namespace, qualifier: args.Qualifier}
	account, err := o.serviceAccount(args.ServiceAccount, args.RoleArn, args.NamespaceReady)
	if err != nil {
		return nil, err
	}
	store, err := o.secretStore(args.SecretStore, args.Region, args.ServiceAccount, account)
	if err != nil {
		return nil, err
	}
	synced, err := o.externalSecret(naming.ExternalSecret(args.App), &args.Source, args.keys(), append([]pulumi.Resource{store}, args.RoleReady...))
	if err != nil {
		return nil, err
	}
	component.Synced = synced.ID()
	if m := args.Migration; m != nil {
		component.MigrationJobName = m.JobName(args.App)
		if err := o.migration(m, &args.Source, account, synced); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{
		"namespace":        pulumi.String(args.Namespace),
		"serviceAccount":   pulumi.String(args.ServiceAccount),
		"secretName":       pulumi.String(args.SecretName),
		"migrationJobName": pulumi.String(component.MigrationJobName),
	}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}
