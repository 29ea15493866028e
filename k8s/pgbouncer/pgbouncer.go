// Package pgbouncer registers the connection pooler of the applications: PgBouncer in the cluster.
package pgbouncer

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// Port is the TCP port of the Service and the pods, PgBouncer's default.
const Port = 6432

type (
	object = manifest.Object
	list   = manifest.List
)

// Args are the arguments of [New].
type Args struct {
	Config *config.Config
	Role   manifest.IAMRole
	// NamespaceReady is the namespace; empty if this program does not create it.
	NamespaceReady []pulumi.Resource
	DatabaseCidrs  []string // of the database's subnets
	// Host and Port are the address of the database.
	Host pulumi.StringInput
	Port pulumi.IntInput
	// SecretVersion is the version ID of the content of the secret with the user list.
	SecretVersion pulumi.StringInput
}

// Pooler is the component resource.
type Pooler struct {
	pulumi.ResourceState

	Host  string            // host name of the Service in the cluster
	Ready []pulumi.Resource // must exist before clients connect
}

// New registers the component. opts must include the provider kubernetes.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Pooler, error) {
	app := args.Config.App
	component := &Pooler{Host: naming.PoolerHost(app.Name, app.Namespace)}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Pooler", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	b := &poolerBuilder{
		Writer: manifest.Writer{Context: ctx, Parent: pulumi.Parent(component), App: app.Name, Namespace: app.Namespace},
		args:   args, name: naming.Pooler(app.Name), secret: args.secret(),
	}
	var err error
	if component.Ready, err = b.build(); err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"host": pulumi.String(component.Host)}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// secret returns the Secret with the user list.
func (a *Args) secret() *manifest.Secret {
	name := naming.Pooler(a.Config.App.Name)
	return &manifest.Secret{
		Name: naming.KubernetesSecret(name), ExternalSecret: naming.ExternalSecret(name), SecretStore: name,
		RemoteName: naming.PoolerSecret(a.Config.Environment), RemoteVersion: a.SecretVersion,
		Keys: []manifest.Key{{Name: userlistFile, Property: "userlist"}},
	}
}

const poolerComponent = "pooler" // in the labels

// poolerBuilder holds what every step of [New] needs.
type poolerBuilder struct {
	manifest.Writer
	args   *Args
	name   string // of most objects
	secret *manifest.Secret
}

// build registers the objects, and returns those that must exist before clients connect.
func (b *poolerBuilder) build() ([]pulumi.Resource, error) {
	cfg := b.args.Config
	synced, err := b.Sync(manifest.Reader{
		ServiceAccount: naming.PoolerReader(b.App), Role: b.args.Role, Region: cfg.Region, NamespaceReady: b.args.NamespaceReady,
	}, b.secret)
	if err != nil {
		return nil, err
	}
	account, err := b.podAccount()
	if err != nil {
		return nil, err
	}
	policy, err := b.NetworkPolicy(manifest.NetworkPolicy{
		Name: b.name, Component: poolerComponent, DatabaseCidrs: b.args.DatabaseCidrs, DatabasePort: cfg.Database.Port,
		Ingress: fromNamespaces(cfg.Applications()), Account: synced.Account,
	})
	if err != nil {
		return nil, err
	}
	settings, err := b.settings(synced.Account)
	if err != nil {
		return nil, err
	}
	deployment, err := b.deployment(settings, synced.ExternalSecret, account, policy)
	if err != nil {
		return nil, err
	}
	return b.service(deployment)
}

// podAccount registers the ServiceAccount of the pods. It has no IAM role: the one that reads the secret belongs to another
// ServiceAccount, which the External Secrets Operator uses.
func (b *poolerBuilder) podAccount() (pulumi.Resource, error) {
	account, err := b.Register(b.name, object{
		"apiVersion":                   "v1",
		"kind":                         "ServiceAccount",
		"metadata":                     b.Metadata(b.name),
		"automountServiceAccountToken": false,
	}, pulumi.DependsOn(b.args.NamespaceReady))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", b.name, err)
	}
	return account, nil
}

// fromNamespaces returns ingress rules that let pods in the applications' namespaces connect.
func fromNamespaces(applications []config.Application) list {
	var namespaces []string
	for _, app := range applications {
		namespaces = append(namespaces, app.Namespace)
	}
	slices.Sort(namespaces)
	var from list
	for _, namespace := range slices.Compact(namespaces) {
		from = append(from, object{"namespaceSelector": manifest.Selector(object{"kubernetes.io/metadata.name": namespace})})
	}
	return list{object{"from": from, "ports": manifest.Ports(Port, "TCP")}}
}

// podLabels returns the labels of the pods.
func (b *poolerBuilder) podLabels() object { return b.Labels(poolerComponent) }

// metadata returns the metadata of an object with the labels of the pods. name is a string or an Input.
func (b *poolerBuilder) metadata(name any) object {
	return object{"name": name, "namespace": b.Namespace, "labels": b.podLabels()}
}
