package credentials

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// ConnectionsArgs are the arguments of [NewConnections].
type ConnectionsArgs struct {
	Config *config.Config
	Server *Server
	App    config.Application // whose database it is
	Logins *Logins
	// ConnectionSecretArn is the connection secret of the application.
	ConnectionSecretArn pulumi.StringInput
	// Pooler is where the applications connect; nil: to the server. Migrator and reader always connect to the server.
	Pooler *Endpoint
	Ready  []pulumi.Resource // the logins work once these exist
}

func (a *ConnectionsArgs) check() error {
	if a.Config == nil || a.Server == nil || a.Logins == nil || a.ConnectionSecretArn == nil || len(a.Ready) == 0 {
		return errors.New("database: Connections needs all of its arguments except Pooler")
	}
	return nil
}

// Connections is the component resource with the contents of the connection secrets of the logins.
type Connections struct {
	pulumi.ResourceState

	ConnectionSecretVersionID pulumi.StringOutput // changes with the content
	MigratorSecretVersionID   pulumi.StringOutput // changes with the content
}

// NewConnections registers the component. opts must include the provider aws.
func NewConnections(ctx *pulumi.Context, name string, args *ConnectionsArgs, opts ...pulumi.ResourceOption) (*Connections, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Connections{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Connections", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	put := func(secret string, arn pulumi.StringInput, login Login, pooler *Endpoint) (pulumi.StringOutput, error) {
		ready := args.Ready
		if pooler != nil {
			ready = append(slices.Clone(ready), pooler.Ready...)
		}
		version, err := secrets{ctx: ctx, parent: pulumi.Parent(component)}.
			put(secretContent{name: secret, secretID: arn, value: args.Server.connectionOf(args.Config, args.App.Database, login, pooler), dependencies: ready})
		if err != nil {
			return pulumi.StringOutput{}, err
		}
		return version.VersionId, nil
	}
	names, logins := args.App.Secrets, args.Logins
	var err error
	if component.ConnectionSecretVersionID, err = put(names.Connection, args.ConnectionSecretArn, logins.Application, args.Pooler); err != nil {
		return nil, err
	}
	if component.MigratorSecretVersionID, err = put(names.Migrator, logins.MigratorSecretArn, logins.Migrator, nil); err != nil {
		return nil, err
	}
	if logins.Reader != nil {
		if _, err := put(names.ReadOnly, logins.ReaderSecretArn, *logins.Reader, nil); err != nil {
			return nil, err
		}
	}
	if logins.Previews != nil {
		if _, err := (secrets{ctx: ctx, parent: pulumi.Parent(component)}).put(secretContent{
			name: naming.PreviewsSecret(args.Config.Environment), secretID: logins.PreviewsSecretArn, value: args.Server.loginOf(*logins.Previews), dependencies: args.Ready,
		}); err != nil {
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
