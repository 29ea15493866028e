package k8s

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
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
func kept(annotations pulumi.StringMap) pulumi.StringMap {
	annotations["helm.sh/resource-policy"] = pulumi.String("keep")
	annotations["argocd.argoproj.io/sync-options"] = pulumi.String("Prune=false")
	return annotations
}

// pulumiName is what Pulumi knows an object by.
func (b *builder) pulumiName(name string) string { return b.args.Qualifier + name }

// metadata names an object in the namespace.
func (b *builder) metadata(name string, annotations pulumi.StringMap) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name:        pulumi.String(name),
		Namespace:   pulumi.String(b.args.Namespace),
		Labels:      b.labels(),
		Annotations: annotations,
	}
}

func (b *builder) labels() pulumi.StringMap {
	return pulumi.StringMap{
		"app.kubernetes.io/part-of":    pulumi.String(b.args.App),
		"app.kubernetes.io/component":  pulumi.String("database"),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
	}
}

func (b *builder) namespace(component *Access) error {
	if !b.args.CreateNamespace {
		return nil
	}
	namespace, err := corev1.NewNamespace(b.ctx, b.pulumiName(b.args.Namespace), &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(b.args.Namespace), Labels: b.labels()},
	}, b.parent)
	if err != nil {
		return fmt.Errorf("registering the namespace %s: %w", b.args.Namespace, err)
	}
	component.Namespace = namespace
	return nil
}

func (b *builder) serviceAccount(namespace pulumi.Resource) (*corev1.ServiceAccount, error) {
	needs := b.args.NamespaceReady
	if namespace != nil {
		needs = append(needs, namespace)
	}
	account, err := corev1.NewServiceAccount(b.ctx, b.pulumiName(b.args.ServiceAccount), &corev1.ServiceAccountArgs{
		Metadata: b.metadata(b.args.ServiceAccount, kept(pulumi.StringMap{
			"eks.amazonaws.com/role-arn": b.args.RoleArn,
		})),
	}, b.parent, pulumi.DependsOn(needs))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", b.args.ServiceAccount, err)
	}
	return account, nil
}
