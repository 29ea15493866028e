package credentials

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// LoadSecretArgs are the arguments of [NewLoadSecret].
type LoadSecretArgs struct {
	Config *config.Config
	Server *Server // which is empty
	Source *Source
}

// LoadSecret is the component resource with the secret of the Job that loads an instance: the master user, and where both servers are.
type LoadSecret struct {
	pulumi.ResourceState

	Arn       pulumi.StringOutput
	VersionID pulumi.StringOutput // changes with the content
}

// NewLoadSecret registers the component. opts must include the provider aws.
func NewLoadSecret(ctx *pulumi.Context, name string, args *LoadSecretArgs, opts ...pulumi.ResourceOption) (*LoadSecret, error) {
	if args.Config == nil || args.Server == nil || args.Source == nil {
		return nil, errors.New("database: LoadSecret needs Config, Server and Source")
	}
	component := &LoadSecret{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:LoadSecret", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	what := "What loads " + args.Config.Instance() + " from " + args.Config.Restore.SourceInstanceIdentifier
	secret, version, err := derived(ctx, args.Config, component).filled(what, secretContent{
		name: naming.LoadSecret(args.Config.Environment), value: args.content(), dependencies: []pulumi.Resource{args.Server.Resource},
	})
	if err != nil {
		return nil, err
	}
	component.Arn, component.VersionID = secret.Arn, version.VersionId
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"arn": component.Arn, "versionId": component.VersionID}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// content returns the content of the secret as JSON.
func (a *LoadSecretArgs) content() pulumi.StringOutput {
	return pulumi.StringMap{
		"host": a.Server.Endpoint, "port": pulumi.Sprintf("%d", a.Server.Port), "database": pulumi.String(a.Config.Database.Name),
		"username": a.Server.Master.Name, "password": a.Server.Master.Password,
		"source_host": a.Source.Endpoint, "source_username": a.Source.Username,
	}.ToStringMapOutput().ApplyT(func(content map[string]string) (string, error) {
		return encode(content)
	}).(pulumi.StringOutput)
}
