package credentials

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// PoolerLogin is a login that a connection pooler lets in, and logs in with.
type PoolerLogin struct {
	Name pulumi.StringInput
	// Credential is the password, secret; or the SCRAM verifier, the very one that the server has: with that, PgBouncer logs
	// in with what the client proved to it, and nobody can log in who only reads it.
	Credential pulumi.StringInput
}

// PoolerSecretArgs is what the secret of a connection pooler is made from.
type PoolerSecretArgs struct {
	Config *config.Config
	Server *Server
	// Logins are all that are let in, none of a name twice; empty: the master user's. A login that rests between two
	// rotations belongs here too, because pods that have not restarted still have it.
	Logins []PoolerLogin
	Ready  []pulumi.Resource // what makes the logins work, beside the server
}

// PoolerSecret is the component: the secret from which PgBouncer's list of users is made.
type PoolerSecret struct {
	pulumi.ResourceState

	Arn       pulumi.StringOutput
	VersionID pulumi.StringOutput // changes with the content
}

// NewPoolerSecret registers the component. Its options must bring the aws provider.
func NewPoolerSecret(ctx *pulumi.Context, name string, args *PoolerSecretArgs, opts ...pulumi.ResourceOption) (*PoolerSecret, error) {
	if args.Config == nil || args.Server == nil {
		return nil, errors.New("database: PoolerSecret needs Config and Server")
	}
	component := &PoolerSecret{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:PoolerSecret", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	env, secrets := args.Config.Environment, derived(ctx, args.Config, component)
	secret, err := secrets.secret(naming.PoolerSecret(env), "Logins of the pooler of "+naming.Instance(env))
	if err != nil {
		return nil, err
	}
	version, err := secrets.content(naming.PoolerSecret(env), secret.ID(), args.content(), append(slices.Clone(args.Ready), args.Server.Resource)...)
	if err != nil {
		return nil, err
	}
	component.Arn, component.VersionID = secret.Arn, version.VersionId
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"arn": component.Arn, "versionId": component.VersionID}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// content is JSON with one entry, the file.
func (a *PoolerSecretArgs) content() pulumi.StringOutput {
	logins := a.Logins
	if len(logins) == 0 {
		logins = []PoolerLogin{{Name: a.Server.Master.Name, Credential: a.Server.Master.Password}}
	}
	var parts []any
	for _, login := range logins {
		parts = append(parts, login.Name, login.Credential)
	}
	return pulumi.All(parts...).ApplyT(func(values []any) (string, error) {
		var list strings.Builder
		for i := 0; i < len(values); i += 2 {
			list.WriteString(UserlistLine(values[i].(string), values[i+1].(string)))
		}
		return encode(map[string]string{"userlist": list.String()})
	}).(pulumi.StringOutput)
}

// UserlistLine is a line of PgBouncer's list of users: both parts in double quotes, one inside doubled.
func UserlistLine(name, credential string) string {
	quoted := func(part string) string { return `"` + strings.ReplaceAll(part, `"`, `""`) + `"` }
	return quoted(name) + " " + quoted(credential) + "\n"
}
