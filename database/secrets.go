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
	name := b.args.Name + "-password"
	password, err := random.NewRandomPassword(b.ctx, name, &random.RandomPasswordArgs{
		Length:  pulumi.Int(passwordLength),
		Special: pulumi.Bool(false),
		Keepers: pulumi.StringMap{"version": pulumi.String(strconv.Itoa(b.args.Credentials.PasswordVersion))},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the password %s: %w", name, err)
	}
	return password, nil
}

// secrets registers both secrets at once and their contents after the instance has taken the password,
// so that neither ever holds one that does not work yet. The user is the instance's: a backup brings its own.
func (b *builder) secrets(primary *rds.Instance, password pulumi.StringOutput) (*secrets, error) {
	creds := b.args.Credentials
	credentials, _, err := b.secret(creds.CredentialsSecret, "Master user of "+b.args.Name, primary,
		pulumi.All(primary.Username, password).ApplyT(func(values []any) (string, error) {
			return credentialsJSON(values[0].(string), values[1].(string))
		}).(pulumi.StringOutput))
	if err != nil {
		return nil, err
	}
	connection, version, err := b.secret(creds.ConnectionSecret, "Connection to "+b.args.Name, primary,
		pulumi.All(primary.Address, primary.Port, primary.Username, password).ApplyT(func(values []any) (string, error) {
			return connectionJSON(Connection{
				Host:     values[0].(string),
				Port:     values[1].(int),
				Database: b.args.Engine.DatabaseName,
				Username: values[2].(string),
				Password: values[3].(string),

				CaBundlePath: creds.CaBundlePath,
			})
		}).(pulumi.StringOutput))
	if err != nil {
		return nil, err
	}
	return &secrets{
		credentialsArn:      credentials.Arn,
		connectionArn:       connection.Arn,
		connectionVersionID: version.VersionId,
	}, nil
}

func (b *builder) secret(name, description string, primary *rds.Instance, content pulumi.StringOutput) (*secretsmanager.Secret, *secretsmanager.SecretVersion, error) {
	args := &secretsmanager.SecretArgs{
		Name:                 pulumi.String(name),
		Description:          pulumi.String(description),
		RecoveryWindowInDays: pulumi.Int(b.args.Credentials.RecoveryWindowDays),
	}
	if b.args.Credentials.KmsKeyID != "" {
		args.KmsKeyId = pulumi.String(b.args.Credentials.KmsKeyID)
	}
	secret, err := secretsmanager.NewSecret(b.ctx, name, args, b.parent, pulumi.Protect(b.args.DeletionProtection))
	if err != nil {
		return nil, nil, fmt.Errorf("registering the secret %s: %w", name, err)
	}
	version, err := secretsmanager.NewSecretVersion(b.ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: content,
	}, b.parent, pulumi.DependsOn([]pulumi.Resource{primary}))
	if err != nil {
		return nil, nil, fmt.Errorf("registering the content of the secret %s: %w", name, err)
	}
	return secret, version, nil
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
// secret have always read it.
func connectionJSON(c Connection) (string, error) {
	return encode(map[string]string{
		"host":           c.Host,
		"port":           strconv.Itoa(c.Port),
		"database":       c.Database,
		"username":       c.Username,
		"password":       c.Password,
		"url":            c.url("postgresql"),
		"sqlalchemy_url": c.url("postgresql+psycopg"),
	})
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
