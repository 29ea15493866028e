package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Instance is the component: the active instance with its network, parameters, replicas and secrets, and the instances
// that are retained beside it.
type Instance struct {
	pulumi.ResourceState

	Identifier       pulumi.StringOutput      // of the primary
	Endpoint         pulumi.StringOutput      // host name of the primary
	Port             pulumi.IntOutput         // TCP port, primary and replicas
	ReplicaEndpoints pulumi.StringArrayOutput // host names, in the order of the replicas' numbers
	EngineVersion    pulumi.StringOutput      // that the primary has, such as 16.11, whatever it was asked to become
	AllocatedStorage pulumi.IntOutput         // GiB that the primary has

	SecurityGroupID      pulumi.StringOutput
	CredentialsSecretArn pulumi.StringOutput
	ConnectionSecretArn  pulumi.StringOutput
	// ConnectionSecretVersionID changes with the content. With a pooler it is set by [Instance.Connect]; with logins of the
	// clients' own, the version is that of [credentials.Connections].
	ConnectionSecretVersionID pulumi.StringOutput

	// Server is the primary, for the credentials that lead to it. It is no output of the component.
	Server *credentials.Server

	config *config.Config
}

// New registers the component. Its options must bring the aws and the random provider.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Instance, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Instance{config: args.Config}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Instance", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	b := &builder{
		ctx: ctx, cfg: args.Config, network: args.Network, name: naming.Instance(args.Config.Environment), parent: pulumi.Parent(component),
	}
	if err := b.build(component, args.BillingTag); err != nil {
		return nil, err
	}
	outputs := pulumi.Map{
		"identifier":           component.Identifier,
		"endpoint":             component.Endpoint,
		"port":                 component.Port,
		"replicaEndpoints":     component.ReplicaEndpoints,
		"securityGroupId":      component.SecurityGroupID,
		"credentialsSecretArn": component.CredentialsSecretArn,
		"connectionSecretArn":  component.ConnectionSecretArn,
	}
	if err := ctx.RegisterResourceOutputs(component, outputs); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// Connect fills the connection secret when its clients connect by a pooler.
func (i *Instance) Connect(ctx *pulumi.Context, pooler *credentials.Endpoint) error {
	version, err := credentials.Connect(ctx, i.config, i.Server, i.ConnectionSecretArn, pooler, pulumi.Parent(i))
	i.ConnectionSecretVersionID = version
	return err
}

// builder carries what every step of New needs.
type builder struct {
	ctx     *pulumi.Context
	cfg     *config.Config
	network config.Network
	name    string // of the database; what all its instances share is named after it
	parent  pulumi.ResourceOption
}

// shared is what the instances have in common, made before the first of them.
type shared struct {
	subnetGroup   *rds.SubnetGroup
	securityGroup pulumi.CustomResource
	enhanced      *monitoring.Enhanced
	password      pulumi.StringOutput
}

// build registers the children in the order in which they need each other. Whatever does not need the
// instance, such as the secrets, is created beside it.
func (b *builder) build(c *Instance, tag monitoring.Tag) error {
	s, err := b.shared()
	if err != nil {
		return err
	}
	group, err := b.parameterGroup(b.cfg.Instance())
	if err != nil {
		return err
	}
	primary, err := b.primary(s, group)
	if err != nil {
		return err
	}
	if err := b.retained(s); err != nil {
		return err
	}
	replicas, err := b.replicas(s, group, primary)
	if err != nil {
		return err
	}
	c.Server = &credentials.Server{
		Resource: primary, Endpoint: primary.Address, Port: primary.Port, ResourceID: primary.ResourceId,
		Master: credentials.Login{Name: primary.Username, Password: s.password},
	}
	master, err := credentials.NewMaster(b.ctx, b.cfg, c.Server, b.parent)
	if err != nil {
		return err
	}
	c.Identifier, c.Endpoint, c.Port = primary.Identifier, primary.Address, primary.Port
	c.EngineVersion, c.AllocatedStorage = primary.EngineVersionActual, primary.AllocatedStorage
	c.SecurityGroupID = s.securityGroup.ID().ToStringOutput()
	c.CredentialsSecretArn, c.ConnectionSecretArn = master.CredentialsSecretArn, master.ConnectionSecretArn
	c.ConnectionSecretVersionID = master.ConnectionSecretVersionID
	endpoints := pulumi.StringArray{}
	for _, replica := range replicas {
		endpoints = append(endpoints, replica.Address)
	}
	c.ReplicaEndpoints = endpoints.ToStringArrayOutput()
	return monitoring.Register(b.ctx, &monitoring.Args{
		Config: b.cfg, Primary: primary, Replicas: replicas, ParameterGroup: group, BillingTag: tag, Parent: b.parent,
	})
}

func (b *builder) shared() (*shared, error) {
	s := &shared{}
	var err error
	if s.subnetGroup, err = b.subnets(); err != nil {
		return nil, err
	}
	if s.securityGroup, err = b.clients(); err != nil {
		return nil, err
	}
	if s.enhanced, err = monitoring.NewEnhanced(b.ctx, b.cfg, b.parent); err != nil {
		return nil, err
	}
	s.password, err = credentials.MasterPassword(b.ctx, b.cfg, b.parent)
	return s, err
}
