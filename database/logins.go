package database

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// LoginsArgs describes the logins of an instance's clients.
type LoginsArgs struct {
	Instance *Instance
	Name     string // of the database; the passwords are named after it
	Database string // in the instance
	Number   int    // of rotations, from 1; one more gives the logins that rest new passwords, and changes no other
	// The pairs of logins. Reader is empty where there is none.
	Application, Migrator, Reader naming.Pair
	// The names of the secrets: of what the bootstrap makes the logins from, and of the connections of migrator and
	// reader. They are made without protection and without a recovery window: a run can make their contents again, and a
	// name that waits to be deleted would be in the way of coming back.
	BootstrapSecret, MigratorSecret, ReaderSecret string
	KmsKeyID                                      string // as of [Credentials]
}

func (a *LoginsArgs) check() error {
	var problems []error
	if a.Instance == nil || a.Name == "" || a.Database == "" || a.BootstrapSecret == "" || a.MigratorSecret == "" {
		problems = append(problems, errors.New("database: Logins needs Instance, Name, Database, BootstrapSecret and MigratorSecret"))
	}
	if a.Number < 1 {
		problems = append(problems, fmt.Errorf("database: Logins.Number is %d; it is 1 or more", a.Number))
	}
	if none := (naming.Pair{}); a.Application == none || a.Migrator == none || (a.Reader == none) != (a.ReaderSecret == "") {
		problems = append(problems, errors.New("database: Logins needs the pairs Application and Migrator, and a ReaderSecret exactly with Reader"))
	}
	return errors.Join(problems...)
}

// Login is a login with its password.
type Login struct {
	Name     string
	Password pulumi.StringOutput // secret
}

// Logins is the component: passwords, their verifiers in the bootstrap's secret, and the secrets for the connections,
// which [NewConnections] fills once the logins work.
type Logins struct {
	pulumi.ResourceState

	Application, Migrator Login  // the clients' at this number
	Reader                *Login // nil where there is none
	// Pooled are both logins of the application, as a pooler lets them in: the one that rests is that of pods which have not
	// restarted.
	Pooled []PoolerLogin

	BootstrapSecretArn       pulumi.StringOutput
	BootstrapSecretVersionID pulumi.StringOutput // changes with the content
	MigratorSecretArn        pulumi.StringOutput
	ReaderSecretArn          pulumi.StringOutput // only with Reader
}

// NewLogins registers the component. Its options must bring the aws and the random provider.
func NewLogins(ctx *pulumi.Context, name string, args *LoginsArgs, opts ...pulumi.ResourceOption) (*Logins, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Logins{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:Logins", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	b := &loginsBuilder{ctx: ctx, args: args, parent: pulumi.Parent(component), content: pulumi.StringMap{
		"host": args.Instance.Endpoint, "port": pulumi.Sprintf("%d", args.Instance.Port), "database": pulumi.String(args.Database),
		"username": args.Instance.username, "password": args.Instance.password,
	}}
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

type loginsBuilder struct {
	ctx     *pulumi.Context
	args    *LoginsArgs
	parent  pulumi.ResourceOption
	content pulumi.StringMap // of the bootstrap's secret
}

func (b *loginsBuilder) build(c *Logins) error {
	var err error
	if c.Application, err = b.pair("app", b.args.Application); err != nil {
		return err
	}
	if c.Migrator, err = b.pair("migrator", b.args.Migrator); err != nil {
		return err
	}
	c.Pooled = []PoolerLogin{
		{Name: pulumi.String(b.args.Application.A), Credential: b.content["app_a_verifier"]},
		{Name: pulumi.String(b.args.Application.B), Credential: b.content["app_b_verifier"]},
	}
	secrets := keeper{ctx: b.ctx, parent: b.parent, kmsKeyID: b.args.KmsKeyID}
	if b.args.ReaderSecret != "" {
		reader, err := b.pair("reader", b.args.Reader)
		if err != nil {
			return err
		}
		secret, err := secrets.secret(b.args.ReaderSecret, "Read-only connection to "+b.args.Name)
		if err != nil {
			return err
		}
		c.Reader, c.ReaderSecretArn = &reader, secret.Arn
	}
	migrator, err := secrets.secret(b.args.MigratorSecret, "The migrator's connection to "+b.args.Name)
	if err != nil {
		return err
	}
	bootstrap, err := secrets.secret(b.args.BootstrapSecret, "What the logins of "+b.args.Name+" are made from")
	if err != nil {
		return err
	}
	version, err := secrets.content(b.args.BootstrapSecret, bootstrap.ID(), b.encoded(), b.args.Instance.itself)
	if err != nil {
		return err
	}
	c.MigratorSecretArn, c.BootstrapSecretArn, c.BootstrapSecretVersionID = migrator.Arn, bootstrap.Arn, version.VersionId
	return nil
}

// pair makes the passwords of two logins and returns the one that is the clients' now. Each has the password of the
// latest number at which it became that.
func (b *loginsBuilder) pair(role string, pair naming.Pair) (Login, error) {
	var active Login
	for suffix, name := range map[string]string{"_a": pair.A, "_b": pair.B} {
		number := b.args.Number
		if name != pair.Active(number) {
			number--
		}
		login, err := b.login(role+suffix, name, number)
		if err != nil {
			return Login{}, err
		}
		if number == b.args.Number {
			active = login
		}
	}
	return active, nil
}

// login makes a password for a number, as a resource of its own: what a run that fails has made is still there for the
// next one, whichever way that goes, and the clients' password is never made a second time.
func (b *loginsBuilder) login(property, login string, number int) (Login, error) {
	name := fmt.Sprintf("%s-%s-%d", b.args.Name, login, number)
	password, err := newPassword(b.ctx, name, nil, b.parent)
	if err != nil {
		return Login{}, err
	}
	salt, err := random.NewRandomId(b.ctx, name+"-salt", &random.RandomIdArgs{ByteLength: pulumi.Int(16)}, b.parent)
	if err != nil {
		return Login{}, fmt.Errorf("registering the salt of %s: %w", login, err)
	}
	b.content[property+"_verifier"] = pulumi.All(password.Result, salt.B64Std).ApplyT(func(values []any) (string, error) {
		salt, err := base64.StdEncoding.DecodeString(values[1].(string))
		if err != nil {
			return "", fmt.Errorf("decoding the salt of %s: %w", login, err)
		}
		return Verifier(values[0].(string), salt)
	}).(pulumi.StringOutput)
	return Login{Name: login, Password: password.Result}, nil
}

// encoded is the content of the bootstrap's secret.
func (b *loginsBuilder) encoded() pulumi.StringOutput {
	return b.content.ToStringMapOutput().ApplyT(func(content map[string]string) (string, error) {
		return encode(content)
	}).(pulumi.StringOutput)
}
