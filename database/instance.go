package database

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Instance is the component: the database instance with its network, parameters, replicas and secrets.
type Instance struct {
	pulumi.ResourceState

	Identifier       pulumi.StringOutput      // of the primary
	Endpoint         pulumi.StringOutput      // host name of the primary
	Port             pulumi.IntOutput         // TCP port, primary and replicas
	ReplicaEndpoints pulumi.StringArrayOutput // host names, in the order of the replicas' numbers
	EngineVersion    pulumi.StringOutput      // that the primary has, such as 16.11, whatever it was asked to become
	AllocatedStorage pulumi.IntOutput         // GiB that the primary has

	SecurityGroupID           pulumi.StringOutput
	CredentialsSecretArn      pulumi.StringOutput
	ConnectionSecretArn       pulumi.StringOutput
	ConnectionSecretVersionID pulumi.StringOutput // changes with the content; with Credentials.Pooled, of [Instance.Connect]; not with Logins

	// Of the primary, and no outputs of the component: what the other components of this package are made from.
	resourceID pulumi.StringOutput
	username   pulumi.StringOutput
	password   pulumi.StringOutput // secret
	itself     pulumi.Resource
	args       *Args
}

// New registers the component. Its options must bring the aws and the random provider.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Instance, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Instance{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Instance", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	b := &builder{ctx: ctx, args: args, parent: pulumi.Parent(component)}
	if err := b.build(component); err != nil {
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

// builder carries what every step of New needs.
type builder struct {
	ctx    *pulumi.Context
	args   *Args
	parent pulumi.ResourceOption
}

// build registers the children in the order in which they need each other. Whatever does not need the
// instance, such as the secrets, is created beside it.
func (b *builder) build(c *Instance) error {
	place, err := b.network()
	if err != nil {
		return err
	}
	group, err := b.parameterGroup(b.args.Identifier)
	if err != nil {
		return err
	}
	monitoringRole, err := b.monitoringRole()
	if err != nil {
		return err
	}
	password, err := b.password()
	if err != nil {
		return err
	}
	settings := &settings{place: place, parameterGroup: group.Name, monitoring: monitoringRole}
	primary, err := b.primary(settings, password.Result)
	if err != nil {
		return err
	}
	if err := b.kept(settings, password.Result); err != nil {
		return err
	}
	replicas, err := b.replicas(settings, primary)
	if err != nil {
		return err
	}
	secrets, err := b.secrets(primary, password.Result)
	if err != nil {
		return err
	}
	if err := b.watch(primary, replicas, group); err != nil {
		return err
	}

	c.Identifier = primary.Identifier
	c.Endpoint = primary.Address
	c.Port = primary.Port
	c.EngineVersion, c.AllocatedStorage = primary.EngineVersionActual, primary.AllocatedStorage
	c.SecurityGroupID = place.securityGroup.ID().ToStringOutput()
	c.CredentialsSecretArn = secrets.credentialsArn
	c.ConnectionSecretArn = secrets.connectionArn
	c.ConnectionSecretVersionID = secrets.connectionVersionID
	c.resourceID, c.username, c.password, c.itself = primary.ResourceId, primary.Username, password.Result, primary
	c.args = b.args
	endpoints := pulumi.StringArray{}
	for _, replica := range replicas {
		endpoints = append(endpoints, replica.Address)
	}
	c.ReplicaEndpoints = endpoints.ToStringArrayOutput()
	return nil
}
