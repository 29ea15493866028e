package database

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// passwordLength gives 238 bits with letters and digits alone, which need no escaping in any of the
// places a password passes through: shells, URLs, YAML, libpq.
const passwordLength = 40

// secrets is what the two secrets are known by.
type secrets struct {
	credentialsArn      pulumi.StringOutput
	connectionArn       pulumi.StringOutput
	connectionVersionID pulumi.StringOutput
}

// password generates the master password. Another PasswordVersion makes another one, which the same run
// brings to the instance, to both secrets and to the cluster.
func (b *builder) password() (*random.RandomPassword, error) {
	creds := b.args.Credentials
	keepers := map[string]string{"version": strconv.Itoa(creds.PasswordVersion)}
	opts := []pulumi.ResourceOption{b.parent}
	switch {
	case creds.Logins && creds.MasterPasswordVersion == 0:
		opts = append(opts, pulumi.IgnoreChanges([]string{"keepers"}))
	case creds.Logins: // by a name of its own, because the other number may be the same
		keepers = map[string]string{"masterVersion": strconv.Itoa(creds.MasterPasswordVersion)}
	}
	return newPassword(b.ctx, b.args.Name+"-password", keepers, opts...)
}

func newPassword(ctx *pulumi.Context, name string, keepers map[string]string, opts ...pulumi.ResourceOption) (*random.RandomPassword, error) {
	password, err := random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length:  pulumi.Int(passwordLength),
		Special: pulumi.Bool(false),
		Keepers: pulumi.ToStringMap(keepers),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the password %s: %w", name, err)
	}
	return password, nil
}

// secrets registers both secrets at once and their contents after the instance has taken the password,
// so that neither ever holds one that does not work yet. The user is the instance's: a backup brings its own.
func (b *builder) secrets(primary *rds.Instance, password pulumi.StringOutput) (*secrets, error) {
	creds := b.args.Credentials
	s := keeper{
		ctx: b.ctx, parent: b.parent, kmsKeyID: creds.KmsKeyID, recoveryWindowDays: creds.RecoveryWindowDays,
		protect: b.args.DeletionProtection,
	}
	credentials, err := s.secret(creds.CredentialsSecret, "Master user of "+b.args.Name)
	if err != nil {
		return nil, err
	}
	_, err = s.content(creds.CredentialsSecret, credentials.ID(), pulumi.All(primary.Username, password).ApplyT(func(values []any) (string, error) {
		return credentialsJSON(values[0].(string), values[1].(string))
	}).(pulumi.StringOutput), primary)
	if err != nil {
		return nil, err
	}
	connection, err := s.secret(creds.ConnectionSecret, "Connection to "+b.args.Name)
	if err != nil {
		return nil, err
	}
	all := &secrets{credentialsArn: credentials.Arn, connectionArn: connection.Arn}
	if creds.Logins || creds.Pooled {
		return all, nil
	}
	version, err := s.content(creds.ConnectionSecret, connection.ID(), connectionTo(primary.Address, primary.Port, primary.Username, password,
		Connection{Database: b.args.Engine.DatabaseName, CaBundlePath: creds.CaBundlePath}), primary)
	if err != nil {
		return nil, err
	}
	all.connectionVersionID = version.VersionId
	return all, nil
}

// keeper registers secrets and their contents.
type keeper struct {
	ctx                *pulumi.Context
	parent             pulumi.ResourceOption
	kmsKeyID           string
	recoveryWindowDays int
	protect            bool
}

func (k keeper) secret(name, description string) (*secretsmanager.Secret, error) {
	args := &secretsmanager.SecretArgs{
		Name:                 pulumi.String(name),
		Description:          pulumi.String(description),
		RecoveryWindowInDays: pulumi.Int(k.recoveryWindowDays),
	}
	if k.kmsKeyID != "" {
		args.KmsKeyId = pulumi.String(k.kmsKeyID)
	}
	secret, err := secretsmanager.NewSecret(k.ctx, name, args, k.parent, pulumi.Protect(k.protect))
	if err != nil {
		return nil, fmt.Errorf("registering the secret %s: %w", name, err)
	}
	return secret, nil
}

// content puts a content into a secret once everything is there that makes it true.
func (k keeper) content(name string, secret, content pulumi.StringInput, needs ...pulumi.Resource) (*secretsmanager.SecretVersion, error) {
	version, err := secretsmanager.NewSecretVersion(k.ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId:     secret,
		SecretString: content.ToStringOutput().ToStringPtrOutput(),
	}, k.parent, pulumi.DependsOn(needs))
	if err != nil {
		return nil, fmt.Errorf("registering the content of the secret %s: %w", name, err)
	}
	return version, nil
}

// connectionTo is the content of a connection secret, from what is known in advance and from what is not.
func connectionTo(host pulumi.StringInput, port pulumi.IntInput, username, password pulumi.StringInput, known Connection) pulumi.StringOutput {
	return pulumi.All(host, port, username, password).ApplyT(func(values []any) (string, error) {
		c := known
		c.Host, c.Port, c.Username, c.Password = values[0].(string), values[1].(int), values[2].(string), values[3].(string)
		return connectionJSON(c)
	}).(pulumi.StringOutput)
}

// Connection is what a client needs to reach the database.
type Connection struct {
	Host     string
	Port     int
	Database string
	Username string
	Password string
	// CaBundlePath is the file with the certificates that the server's is checked against; "": no check.
	CaBundlePath string
	// Pooler is where clients connect instead; nil: at the database itself.
	Pooler *Address
}

// Address is a host name and a TCP port.
type Address struct {
	Host string
	Port int
}

// url is the connection as a URL of the scheme, every part encoded, TLS required, and the server's certificate and
// host name checked where there is something to check them against.
func (c Connection) url(scheme string) string {
	tls := "sslmode=require"
	if c.CaBundlePath != "" {
		tls = "sslmode=verify-full&sslrootcert=" + escape(c.CaBundlePath)
	}
	return fmt.Sprintf("%s://%s:%s@%s/%s?%s", scheme, escape(c.Username), escape(c.Password),
		net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), escape(c.Database), tls)
}

// escape encodes every reserved character. net/url would leave some of them as they are, the plus among
// them, which clients read in two ways.
func escape(part string) string {
	return strings.ReplaceAll(url.QueryEscape(part), "+", "%20")
}

// connectionJSON is the content of the connection secret. The port is a string, as clients of the
// secret have always read it. With a pooler, what begins with direct_ is the database itself, for what a pooler
// cannot carry: migrations, and people.
func connectionJSON(c Connection) (string, error) {
	content := map[string]string{"database": c.Database, "username": c.Username, "password": c.Password}
	c.reachable(content, "")
	if c.Pooler != nil {
		c.reachable(content, "direct_")
		// The pooler's certificate is the cluster's own, which no bundle of RDS has.
		pooled := Connection{Host: c.Pooler.Host, Port: c.Pooler.Port, Database: c.Database, Username: c.Username, Password: c.Password}
		pooled.reachable(content, "")
	}
	return encode(content)
}

// reachable adds where the connection leads, under names that begin alike.
func (c Connection) reachable(content map[string]string, prefix string) {
	content[prefix+"host"], content[prefix+"port"] = c.Host, strconv.Itoa(c.Port)
	content[prefix+"url"], content[prefix+"sqlalchemy_url"] = c.url("postgresql"), c.url("postgresql+psycopg")
}

// credentialsJSON is the content of the credentials secret.
func credentialsJSON(username, password string) (string, error) {
	return encode(map[string]string{"username": username, "password": password})
}

func encode(content map[string]string) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encoding the content of a secret: %w", err)
	}
	return string(text), nil
}
