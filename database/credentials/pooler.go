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

// PoolerLogin is a login that clients may use at the connection pooler, and that the pooler uses at the database.
type PoolerLogin struct {
	Name pulumi.StringInput
	// Credential is the password, or the SCRAM verifier that the server has too; both are secret. With a verifier, PgBouncer
	// logs in with the keys that it gets from the client's login, and nobody can log in with the verifier alone.
	Credential pulumi.StringInput
}

// PoolerSecretArgs are the arguments of [NewPoolerSecret].
type PoolerSecretArgs struct {
	Config *config.Config
	Server *Server
	// Logins are the logins that clients may use, each name once; empty: the master user. The inactive login of a pair belongs
	// here too, because pods that have not restarted since a rotation still use it.
	Logins []PoolerLogin
	Ready  []pulumi.Resource // the logins work once these and the server exist
}

// PoolerSecret is the component resource with the secret that holds PgBouncer's user list (auth_file).
type PoolerSecret struct {
	pulumi.ResourceState

	Arn       pulumi.StringOutput
	VersionID pulumi.StringOutput // changes with the content
}

// NewPoolerSecret registers the component. opts must include the provider aws.
func NewPoolerSecret(ctx *pulumi.Context, name string, args *PoolerSecretArgs, opts ...pulumi.ResourceOption) (*PoolerSecret, error) {
	if args.Config == nil || args.Server == nil {
		return nil, errors.New("database: PoolerSecret needs Config and Server")
	}
	component := &PoolerSecret{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:PoolerSecret", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	env := args.Config.Environment
	secret, version, err := derived(ctx, args.Config, component).filled("Logins of the pooler of "+naming.Instance(env), secretContent{
		name: naming.PoolerSecret(env), value: args.content(),
		dependencies: append(slices.Clone(args.Ready), args.Server.Resource),
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

// content returns the content of the secret: JSON with the property userlist, the text of the file.
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

// UserlistLine returns a line of PgBouncer's user list: name and credential in double quotes, each double quote inside them
// written twice.
func UserlistLine(name, credential string) string {
	quoted := func(part string) string { return `"` + strings.ReplaceAll(part, `"`, `""`) + `"` }
	return quoted(name) + " " + quoted(credential) + "\n"
}
