package database

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PoolerLogin is a login that a connection pooler lets in, and logs in with.
type PoolerLogin struct {
	Name pulumi.StringInput
	// Credential is the password, secret; or the SCRAM verifier, the very one that the server has: with that, PgBouncer logs
	// in with what the client proved to it, and nobody can log in who only reads it.
	Credential pulumi.StringInput
}

// PoolerSecretArgs describes the secret of a connection pooler.
type PoolerSecretArgs struct {
	Instance *Instance
	Secret   string // its name
	// Logins are all that are let in, none of a name twice; empty: the master user's. A login that rests between two
	// rotations belongs here too, because pods that have not restarted still have it.
	Logins   []PoolerLogin
	KmsKeyID string // as of [Credentials]
	// Ready is what makes the logins work; empty: the instance.
	Ready []pulumi.Resource
}

// PoolerSecret is the component: the secret from which PgBouncer's list of users is made. It has neither protection nor a
// recovery window: a run can make its content again, and a name that waits to be deleted would be in the way of coming back.
type PoolerSecret struct {
	pulumi.ResourceState

	Arn       pulumi.StringOutput
	VersionID pulumi.StringOutput // changes with the content
}

// NewPoolerSecret registers the component. Its options must bring the aws provider.
func NewPoolerSecret(ctx *pulumi.Context, name string, args *PoolerSecretArgs, opts ...pulumi.ResourceOption) (*PoolerSecret, error) {
	if args.Instance == nil || args.Secret == "" {
		return nil, errors.New("database: PoolerSecret needs Instance and Secret")
	}
	component := &PoolerSecret{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:PoolerSecret", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	secrets := keeper{ctx: ctx, parent: pulumi.Parent(component), kmsKeyID: args.KmsKeyID}
	secret, err := secrets.secret(args.Secret, "Logins of the pooler of "+args.Instance.args.Name)
	if err != nil {
		return nil, err
	}
	version, err := secrets.content(args.Secret, secret.ID(), args.content(), append(args.Ready, args.Instance.itself)...)
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
		logins = []PoolerLogin{{Name: a.Instance.username, Credential: a.Instance.password}}
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

// Way is the way of clients to a database by a pooler.
type Way struct {
	Address
	Ready []pulumi.Resource // what clients need to be there
}

// Connect fills the connection secret of an instance with Credentials.Pooled, once everything is there that makes it
// true. The content is the same resource as the one that [New] registers otherwise, so that a run back to it, also after
// one that failed halfway, sees what the secret holds and replaces it.
func (i *Instance) Connect(ctx *pulumi.Context, pooler *Way) error {
	creds := i.args.Credentials
	if !creds.Pooled || pooler.Host == "" || pooler.Port == 0 || len(pooler.Ready) == 0 {
		return errors.New("database: Connect needs Credentials.Pooled, the pooler's address, and what makes it ready")
	}
	known := Connection{Database: i.args.Engine.DatabaseName, CaBundlePath: creds.CaBundlePath, Pooler: &pooler.Address}
	version, err := keeper{ctx: ctx, parent: pulumi.Parent(i)}.content(creds.ConnectionSecret, i.ConnectionSecretArn,
		connectionTo(i.Endpoint, i.Port, i.username, i.password, known), append(pooler.Ready, i.itself)...)
	if err != nil {
		return err
	}
	i.ConnectionSecretVersionID = version.VersionId
	return nil
}
