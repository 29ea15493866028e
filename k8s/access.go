package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Access is the component: what an application's pods need to reach the database.
type Access struct {
	pulumi.ResourceState

	// MigrationJobName is the name of the current revision's Job; "" without migrations.
	MigrationJobName string
	// Namespace is the namespace, where the component makes it; nil otherwise.
	Namespace pulumi.Resource
	// Synced is the ID of the ExternalSecret, known once the Secret is in the cluster.
	Synced pulumi.IDOutput
}

// New registers the component. Its options must bring the kubernetes provider; pulumi.Protect among them
// protects all objects but the Jobs: deleting the ExternalSecret takes the pods' Secret away, and deleting
// a namespace everything in it.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Access, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Access{}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Access", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	b := &builder{ctx: ctx, args: args, parent: pulumi.Parent(component)}
	if err := b.namespace(component); err != nil {
		return nil, err
	}
	account, err := b.serviceAccount(component.Namespace)
	if err != nil {
		return nil, err
	}
	synced, err := b.externalSecret(account)
	if err != nil {
		return nil, err
	}
	component.Synced = synced.ID()
	if args.Migration != nil {
		component.MigrationJobName = args.Migration.JobName(args.App)
		if err := b.migration(component.MigrationJobName, account, synced); err != nil {
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

// builder carries what every step of New needs.
type builder struct {
	ctx    *pulumi.Context
	args   *Args
	parent pulumi.ResourceOption
}

// kept is for what brings the credentials to the pods: neither Helm nor Argo CD may delete it, if it was theirs once.
func kept(annotations object) object {
	annotations["helm.sh/resource-policy"] = "keep"
	annotations["argocd.argoproj.io/sync-options"] = "Prune=false"
	return annotations
}

// metadata names an object in the namespace.
func (b *builder) metadata(name string) object {
	return object{"name": name, "namespace": b.args.Namespace, "labels": b.labels("database")}
}

func (b *builder) labels(component string) object {
	return object{
		"app.kubernetes.io/part-of":    b.args.App,
		"app.kubernetes.io/component":  component,
		"app.kubernetes.io/managed-by": "pulumi",
	}
}

func (b *builder) namespace(component *Access) error {
	if !b.args.CreateNamespace {
		return nil
	}
	namespace, err := b.register("v1", "Namespace", b.args.Namespace, object{
		"metadata": object{"name": b.args.Namespace, "labels": b.labels("database")},
	})
	if err != nil {
		return fmt.Errorf("registering the namespace %s: %w", b.args.Namespace, err)
	}
	component.Namespace = namespace
	return nil
}

func (b *builder) serviceAccount(namespace pulumi.Resource) (pulumi.Resource, error) {
	needs := b.args.NamespaceReady
	if namespace != nil {
		needs = append(needs, namespace)
	}
	metadata := b.metadata(b.args.ServiceAccount)
	metadata["annotations"] = kept(object{"eks.amazonaws.com/role-arn": b.args.RoleArn})
	account, err := b.register("v1", "ServiceAccount", b.args.ServiceAccount, object{"metadata": metadata}, pulumi.DependsOn(needs))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", b.args.ServiceAccount, err)
	}
	return account, nil
}
