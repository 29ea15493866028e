package k8s

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// PoolerPort is the TCP port of the pooler's Service and pods, PgBouncer's own.
const PoolerPort = 6432

// PoolerArgs describes PgBouncer between the applications and the database.
type PoolerArgs struct {
	App            string // whose objects they are
	Namespace      string // of all objects
	NamespaceReady []pulumi.Resource
	RoleArn        pulumi.StringInput // of the role that reads the secret of the logins
	RoleReady      []pulumi.Resource
	Region         string
	// Source is the secret of the logins. Its SecretStore is made.
	Source
	Image string // with PgBouncer 1.21 or later, and sh
	// Host and Port are the database's.
	Host     pulumi.StringInput
	Port     pulumi.IntInput
	Database string // in the instance
	PoolerLimits
	TLSSecret string   // Secret of the namespace with tls.crt and tls.key, for the clients
	CaBundle  CaBundle // checked against where its ConfigMap is given; otherwise the connection is encrypted alone
	// ClientNamespaces are the namespaces whose pods may connect.
	ClientNamespaces []string
	DatabaseCidrs    []string // all that the pods may reach, beside DNS
	DatabasePort     int
	// Reload asks Reloader to restart the pods when the certificate is renewed.
	Reload bool
}

// PoolerLimits are those of each pod.
type PoolerLimits struct {
	PoolSize             int // connections to the database for each login
	MaxClientConnections int
}

// Pooler is the component.
type Pooler struct {
	pulumi.ResourceState

	Host  string            // where clients connect, in the cluster
	Ready []pulumi.Resource // there once clients can
}

func (a *PoolerArgs) check() error {
	if a.App == "" || a.Namespace == "" || a.RoleArn == nil || a.Region == "" || !a.complete() || a.Image == "" || a.Host == nil || a.Port == nil ||
		a.Database == "" || a.PoolSize < 1 || a.MaxClientConnections < 1 || a.TLSSecret == "" || len(a.ClientNamespaces) == 0 ||
		len(a.DatabaseCidrs) == 0 || a.DatabasePort <= 0 {
		return errors.New("k8s: Pooler needs all of its arguments but NamespaceReady, RoleReady, CaBundle and Reload")
	}
	return nil
}

// NewPooler registers the component. Its options must bring the kubernetes provider.
func NewPooler(ctx *pulumi.Context, name string, args *PoolerArgs, opts ...pulumi.ResourceOption) (*Pooler, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Pooler{Host: naming.PoolerHost(args.App, args.Namespace)}
	if err := ctx.RegisterComponentResource("mosaic-database:k8s:Pooler", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	p := &pooler{
		objects: objects{ctx: ctx, parent: pulumi.Parent(component), app: args.App, namespace: args.Namespace},
		args:    args, name: naming.Pooler(args.App),
	}
	if err := p.build(component); err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"host": pulumi.String(component.Host)}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// pooler makes the objects.
type pooler struct {
	objects
	args *PoolerArgs
	name string // of most of them
}

func (p *pooler) build(component *Pooler) error {
	a := p.args
	reader, err := p.serviceAccount(naming.PoolerReader(p.app), a.RoleArn, a.NamespaceReady)
	if err != nil {
		return err
	}
	store, err := p.secretStore(a.SecretStore, a.Region, naming.PoolerReader(p.app), reader)
	if err != nil {
		return err
	}
	synced, err := p.externalSecret(naming.ExternalSecret(p.name), &a.Source, []Key{{userlist, "userlist"}}, append([]pulumi.Resource{store}, a.RoleReady...))
	if err != nil {
		return err
	}
	account, err := p.account()
	if err != nil {
		return err
	}
	policy, err := p.networkPolicy(p.name, "pooler", place{a.DatabaseCidrs, a.DatabasePort}, p.clients(), reader)
	if err != nil {
		return err
	}
	name, settings, err := p.settings(reader)
	if err != nil {
		return err
	}
	deployment, err := p.deployment(name, settings, synced, account, policy)
	if err != nil {
		return err
	}
	component.Ready, err = p.served(deployment)
	return err
}

// account is the pods': of no role, unlike the one that the operator reads the secret with.
func (p *pooler) account() (pulumi.Resource, error) {
	account, err := p.register("v1", "ServiceAccount", p.name, object{
		"metadata": p.metadata(p.name), "automountServiceAccountToken": false,
	}, pulumi.DependsOn(p.args.NamespaceReady))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", p.name, err)
	}
	return account, nil
}

// clients are the pods of the applications' namespaces.
func (p *pooler) clients() list {
	var from list
	for _, namespace := range p.args.ClientNamespaces {
		from = append(from, object{"namespaceSelector": selector(object{"kubernetes.io/metadata.name": namespace})})
	}
	return list{object{"from": from, "ports": ports(PoolerPort, "TCP")}}
}

// labels are the pods', and of what is theirs.
func (p *pooler) labels() object { return labels(p.app, "pooler") }

// own names an object that is the pods'.
func (p *pooler) own(name any) object {
	return object{"name": name, "namespace": p.namespace, "labels": p.labels()}
}
