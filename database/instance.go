package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/awsbackup"
	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Instance is the component resource of the database: the active instance with its network, parameters, replicas,
// secrets and monitoring, and the retained instances.
type Instance struct {
	pulumi.ResourceState

	Identifier       pulumi.StringOutput      // of the primary, or of the Aurora cluster
	Endpoint         pulumi.StringOutput      // host name of the primary, or of what writes in the cluster
	Port             pulumi.IntOutput         // TCP port, primary and replicas
	ReplicaEndpoints pulumi.StringArrayOutput // host names, in the order of the replicas' numbers; one for all readers of a cluster
	EngineVersion    pulumi.StringOutput      // the actual version, such as 16.11; may differ from the configured one
	AllocatedStorage pulumi.IntOutput         // the actual storage of the primary, in GiB; 0 with Aurora

	SecurityGroupID      pulumi.StringOutput
	CredentialsSecretArn pulumi.StringOutput
	MasterUserSecretArn  pulumi.StringOutput // of the secret that has the master user's password: RDS's own where RDS manages it
	ConnectionSecretArn  pulumi.StringOutput
	CopiedBackupsArn     pulumi.StringOutput // of the copies of the primary's automated backups in another region; "": there are none
	BackupVault          pulumi.StringOutput // name of the vault of AWS Backup; "": there is none
	// ConnectionSecretVersionID changes with the content of the connection secret. [Instance.Publish] sets it when the secret holds the
	// master user and the URLs lead to the database, and [Instance.Connect] when they lead to the pooler. Where the clients
	// have logins of their own, it stays unset; [credentials.Connections] has the version.
	ConnectionSecretVersionID pulumi.StringOutput

	// Server is what the credentials need to know of the primary. It is not an output of the component.
	Server *credentials.Server
	// Source is what a Job has to load into the primary before it is published; nil: nothing.
	Source *credentials.Source

	config *config.Config
	master *credentials.Master
}

// New registers the component. opts must include the providers aws and random.
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
		copyRegion: args.CopyRegion,
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
		"copiedBackupsArn":     component.CopiedBackupsArn,
		"backupVault":          component.BackupVault,
	}
	if err := ctx.RegisterResourceOutputs(component, outputs); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// Publish writes the contents of the master user's secrets, which lead clients to the primary, once a Job has loaded its data; nil: no Job has to.
func (i *Instance) Publish(loaded pulumi.Resource) error {
	if loaded != nil {
		i.Server.Resource = loaded
	}
	err := i.master.Publish(i.Server)
	i.ConnectionSecretVersionID = i.master.ConnectionSecretVersionID
	return err
}

// Connect writes the connection secret of the master user with URLs that lead to the pooler.
func (i *Instance) Connect(ctx *pulumi.Context, pooler *credentials.Endpoint) error {
	version, err := credentials.Connect(ctx, &credentials.ConnectArgs{
		Config: i.config, Server: i.Server, ConnectionSecretArn: i.ConnectionSecretArn, Pooler: pooler, Parent: pulumi.Parent(i),
	})
	i.ConnectionSecretVersionID = version
	return err
}

// builder holds what every step of [New] needs.
type builder struct {
	ctx     *pulumi.Context
	cfg     *config.Config
	network config.Network
	name    string // of the database, such as mosaic-prod-db; resources that its instances share are named after it
	parent  pulumi.ResourceOption

	copyRegion pulumi.ProviderResource // nil: nothing is copied to another region
}

// shared are the resources that all instances use. They are registered before the instances.
type shared struct {
	subnetGroup   *rds.SubnetGroup
	securityGroup pulumi.CustomResource
	enhanced      *monitoring.Enhanced // nil without enhanced monitoring
	copies        *copies              // nil: nothing is copied to another region
	awsBackup     *awsbackup.Plan      // nil: AWS Backup backs up nothing
	password      pulumi.StringOutput  // of the master user; not set if RDS manages it
	retainedIDs   pulumi.StringArray   // by which IAM names the retained servers
	source        *kept                // whose data is loaded into the active one; nil: none
}

// build registers the child resources, each after those that it depends on. Pulumi creates what does not depend on the
// instance, such as the secrets, at the same time as the instance.
func (b *builder) build(c *Instance, tag monitoring.Tag) error {
	s, err := b.shared()
	if err != nil {
		return err
	}
	if err := b.retained(s); err != nil {
		return err
	}
	active, err := b.engine(b.cfg.Database.Engine).active(s)
	if err != nil {
		return err
	}
	c.Server = &credentials.Server{
		Resource: active.resource, Endpoint: active.endpoint, Port: active.port, ResourceID: active.resourceID, ReplicaResourceIDs: active.readerIDs,
		RetainedResourceIDs: s.retainedIDs, Master: credentials.Login{Name: active.username, Password: s.password}, MasterSecretArn: active.masterSecret,
	}
	if s.source != nil {
		c.Source = &credentials.Source{Endpoint: s.source.endpoint, Username: s.source.username}
	}
	if c.master, err = credentials.NewMaster(b.ctx, b.cfg, s.copiesKey(), b.parent); err != nil {
		return err
	}
	c.Identifier, c.Endpoint, c.Port = active.identifier, active.endpoint, active.port
	c.EngineVersion, c.AllocatedStorage = active.engineVersion, active.allocatedStorage
	c.ReplicaEndpoints = active.readers.ToStringArrayOutput()
	c.CopiedBackupsArn, c.BackupVault = active.copiedBackups, s.awsBackup.Vault()
	c.SecurityGroupID = s.securityGroup.ID().ToStringOutput()
	c.CredentialsSecretArn, c.ConnectionSecretArn = c.master.CredentialsSecretArn, c.master.ConnectionSecretArn
	if c.MasterUserSecretArn = c.CredentialsSecretArn; b.cfg.Database.ManageMasterUserPassword {
		c.MasterUserSecretArn = active.masterSecret
	}
	return monitoring.Register(b.ctx, &monitoring.Args{Config: b.cfg, Server: active.watched, BillingTag: tag, Parent: b.parent})
}

func (b *builder) shared() (*shared, error) {
	s := &shared{}
	var err error
	if s.subnetGroup, err = b.subnetGroup(); err != nil {
		return nil, err
	}
	if s.securityGroup, err = b.securityGroup(); err != nil {
		return nil, err
	}
	if s.enhanced, err = monitoring.NewEnhanced(b.ctx, b.cfg, b.parent); err != nil {
		return nil, err
	}
	if s.copies, err = b.copies(); err != nil {
		return nil, err
	}
	if s.awsBackup, err = awsbackup.New(b.ctx, b.cfg, b.parent); err != nil {
		return nil, err
	}
	if !b.cfg.Database.ManageMasterUserPassword {
		s.password, err = credentials.MasterPassword(b.ctx, b.cfg, b.parent)
	}
	return s, err
}
