package database

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ConnectionsArgs describes what the clients of logins are told.
type ConnectionsArgs struct {
	Instance *Instance
	Logins   *Logins
	// Ready is what makes the logins work.
	Ready []pulumi.Resource
	// Pooler is the applications' way to the database; nil: straight. Migrator and reader go straight.
	Pooler *Way
	// The names of the secrets; "" where the logins have no reader.
	ConnectionSecret, MigratorSecret, ReaderSecret string
	Database                                       string // in the instance
	CaBundlePath                                   string // as of [Credentials]
}

func (a *ConnectionsArgs) check() error {
	if a.Instance == nil || a.Logins == nil || len(a.Ready) == 0 || a.ConnectionSecret == "" || a.MigratorSecret == "" || a.Database == "" {
		return errors.New("database: Connections needs Instance, Logins, Ready, ConnectionSecret, MigratorSecret and Database")
	}
	return nil
}

// Connections is the component: the contents of the connection secrets, which follow the logins.
type Connections struct {
	pulumi.ResourceState

	ConnectionSecretVersionID pulumi.StringOutput // changes with the content
	MigratorSecretVersionID   pulumi.StringOutput // changes with the content
}

// NewConnections registers the component. Its options must bring the aws provider.
func NewConnections(ctx *pulumi.Context, name string, args *ConnectionsArgs, opts ...pulumi.ResourceOption) (*Connections, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Connections{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Connections", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	secrets := keeper{ctx: ctx, parent: pulumi.Parent(component)}
	known := Connection{Database: args.Database, CaBundlePath: args.CaBundlePath}
	put := func(secret string, arn pulumi.StringOutput, login Login, way *Way) (pulumi.StringOutput, error) {
		known, ready := known, args.Ready
		if way != nil {
			known.Pooler, ready = &way.Address, append(slices.Clone(ready), way.Ready...)
		}
		content := connectionTo(args.Instance.Endpoint, args.Instance.Port, pulumi.String(login.Name), login.Password, known)
		version, err := secrets.content(secret, arn, content, ready...)
		if err != nil {
			return pulumi.StringOutput{}, err
		}
		return version.VersionId, nil
	}
	var err error
	if component.ConnectionSecretVersionID, err = put(args.ConnectionSecret, args.Instance.ConnectionSecretArn, args.Logins.Application, args.Pooler); err != nil {
		return nil, err
	}
	if component.MigratorSecretVersionID, err = put(args.MigratorSecret, args.Logins.MigratorSecretArn, args.Logins.Migrator, nil); err != nil {
		return nil, err
	}
	if reader := args.Logins.Reader; reader != nil {
		if _, err := put(args.ReaderSecret, args.Logins.ReaderSecretArn, *reader, nil); err != nil {
			return nil, err
		}
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{
		"connectionSecretVersionId": component.ConnectionSecretVersionID, "migratorSecretVersionId": component.MigratorSecretVersionID,
	}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}
