package credentials

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// LoginsArgs are the arguments of [NewLogins].
type LoginsArgs struct {
	Config *config.Config
	App    config.Application // whose logins they are
	Server *Server
}

// Logins is the component resource of an application's logins: their passwords, unless they take tokens; the bootstrap secret with the verifiers
// of these; and the connection secrets of migrator and reader, and of a database of its own, which [NewConnections] fills once the logins work.
type Logins struct {
	pulumi.ResourceState

	Application, Migrator Login  // of a pair, the active one
	Reader                *Login // nil without database.readOnlyLogin
	Previews              *Login // nil without previews
	// Pooled are both logins of the application's pair: pods that have not restarted since a rotation still use the other one. A pooler makes
	// no tokens.
	Pooled []PoolerLogin

	BootstrapSecretArn       pulumi.StringOutput
	BootstrapSecretVersionID pulumi.StringOutput // changes with the content
	MigratorSecretArn        pulumi.StringOutput
	ReaderSecretArn          pulumi.StringOutput // set only with Reader
	ConnectionSecretArn      pulumi.StringOutput // set only with a database of its own: the other one's is there before the logins
	PreviewsSecretArn        pulumi.StringOutput // set only with Previews
}

// NewLogins registers the component. opts must include the providers aws and random.
func NewLogins(ctx *pulumi.Context, name string, args *LoginsArgs, opts ...pulumi.ResourceOption) (*Logins, error) {
	if args.Config == nil || args.Server == nil {
		return nil, errors.New("database: Logins needs Config and Server")
	}
	component := &Logins{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Logins", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	server := args.Server
	b := &loginsBuilder{
		ctx: ctx, cfg: args.Config, app: args.App, server: server, parent: pulumi.Parent(component),
		secrets:  derived(ctx, args.Config, component),
		database: naming.Instance(args.Config.Environment),
		content: pulumi.StringMap{
			"host": server.Endpoint, "port": pulumi.Sprintf("%d", server.Port), "database": pulumi.String(args.Config.Database.Name),
		},
	}
	if !args.Config.Database.ManageMasterUserPassword { // otherwise the bootstrap reads both from RDS's secret
		b.content["username"], b.content["password"] = server.Master.Name, server.Master.Password
	}
	if err := b.build(component); err != nil {
		return nil, err
	}
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{
		"bootstrapSecretArn": component.BootstrapSecretArn, "migratorSecretArn": component.MigratorSecretArn,
	}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// loginsBuilder holds what every step of [NewLogins] needs.
type loginsBuilder struct {
	ctx      *pulumi.Context
	cfg      *config.Config
	app      config.Application
	server   *Server
	parent   pulumi.ResourceOption
	secrets  secrets
	database string           // such as mosaic-prod-db; the passwords are named after it
	content  pulumi.StringMap // of the bootstrap secret
}

func (b *loginsBuilder) build(c *Logins) error {
	roles, names := naming.DatabaseRoles(b.app.Name), b.app.Secrets
	if b.cfg.ByToken() {
		c.Application, c.Migrator = byToken(roles.ApplicationIAM), byToken(roles.MigratorIAM)
	} else if err := b.byPassword(c, roles); err != nil {
		return err
	}
	if b.app.Main && b.cfg.HasPreviews() {
		if err := b.previews(c, roles.Previews); err != nil {
			return err
		}
	}
	migrator, err := b.secrets.secret(names.Migrator, "The migrator's connection to "+b.described())
	if err != nil {
		return err
	}
	bootstrap, version, err := b.secrets.filled("What the logins of "+b.described()+" are made from", secretContent{
		name: names.Bootstrap, value: b.encoded(), dependencies: []pulumi.Resource{b.server.Resource},
	})
	if err != nil {
		return err
	}
	c.MigratorSecretArn, c.BootstrapSecretArn, c.BootstrapSecretVersionID = migrator.Arn, bootstrap.Arn, version.VersionId
	if b.app.Main {
		return nil
	}
	return b.connection(c)
}

// described names the database in the description of a secret.
func (b *loginsBuilder) described() string {
	if b.app.Main {
		return b.database
	}
	return b.app.Database + " of " + b.database
}

// byPassword registers the logins that have passwords.
func (b *loginsBuilder) byPassword(c *Logins, roles naming.Roles) error {
	var err error
	if c.Application, err = b.pair("app", roles.Application); err != nil {
		return err
	}
	if c.Migrator, err = b.pair("migrator", roles.Migrator); err != nil {
		return err
	}
	c.Pooled = []PoolerLogin{
		{Name: pulumi.String(roles.Application.A), Credential: b.content["app_a_verifier"]},
		{Name: pulumi.String(roles.Application.B), Credential: b.content["app_b_verifier"]},
	}
	if !b.app.ReadOnlyLogin {
		return nil
	}
	return b.reader(c, roles.Reader)
}

// pair registers the passwords of a pair of logins, and returns the active one. The active login has the password of the
// present passwordVersion, the other one that of the version before.
func (b *loginsBuilder) pair(role string, pair naming.Pair) (Login, error) {
	var active Login
	for suffix, name := range map[string]string{"_a": pair.A, "_b": pair.B} {
		number := b.cfg.Database.PasswordVersion
		if name != pair.Active(number) {
			number--
		}
		login, err := b.login(role+suffix, name, number)
		if err != nil {
			return Login{}, err
		}
		if number == b.cfg.Database.PasswordVersion {
			active = login
		}
	}
	return active, nil
}

// login registers the password of a login for one passwordVersion, with its salt and verifier. Each version is a resource of
// its own: a password that a failed run has created stays in the state for the next run, and no run replaces the password
// that the clients use.
func (b *loginsBuilder) login(property, login string, number int) (Login, error) {
	name := fmt.Sprintf("%s-%s-%d", b.database, login, number)
	password, err := newPassword(b.ctx, name, nil, b.parent)
	if err != nil {
		return Login{}, err
	}
	salt, err := random.NewRandomId(b.ctx, name+"-salt", &random.RandomIdArgs{ByteLength: pulumi.Int(16)}, b.parent)
	if err != nil {
		return Login{}, fmt.Errorf("registering the salt of %s: %w", login, err)
	}
	b.content[property+"_verifier"] = pulumi.All(password, salt.B64Std).ApplyT(func(values []any) (string, error) {
		salt, err := base64.StdEncoding.DecodeString(values[1].(string))
		if err != nil {
			return "", fmt.Errorf("decoding the salt of %s: %w", login, err)
		}
		return Verifier(values[0].(string), salt)
	}).(pulumi.StringOutput)
	return Login{Name: pulumi.String(login), Password: password}, nil
}

// encoded returns the content of the bootstrap secret as JSON.
func (b *loginsBuilder) encoded() pulumi.StringOutput {
	return b.content.ToStringMapOutput().ApplyT(func(content map[string]string) (string, error) {
		return encode(content)
	}).(pulumi.StringOutput)
}
