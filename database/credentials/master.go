package credentials

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// passwordLength gives 238 bits of entropy with letters and digits alone, which need no escaping in shells, URLs, YAML
// and libpq.
const passwordLength = 40

// MasterPassword registers the password of the master user. A change of database.passwordVersion generates a new one, which
// the same run sets on the instance, writes to both secrets and brings to the cluster. Where the clients have logins
// of their own, database.masterPasswordVersion has this effect instead.
func MasterPassword(ctx *pulumi.Context, cfg *config.Config, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	keepers := map[string]string{"version": strconv.Itoa(cfg.Database.PasswordVersion)}
	opts := []pulumi.ResourceOption{parent}
	switch {
	case cfg.HasLogins() && cfg.Database.MasterPasswordVersion == 0:
		opts = append(opts, pulumi.IgnoreChanges([]string{"keepers"}))
	case cfg.HasLogins(): // another keeper, because both versions may have the same number
		keepers = map[string]string{"masterVersion": strconv.Itoa(cfg.Database.MasterPasswordVersion)}
	}
	return newPassword(ctx, naming.Instance(cfg.Environment)+"-password", keepers, opts...)
}

func newPassword(ctx *pulumi.Context, name string, keepers map[string]string, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length:  pulumi.Int(passwordLength),
		Special: pulumi.Bool(false),
		Keepers: pulumi.ToStringMap(keepers),
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("registering the password %s: %w", name, err)
	}
	return password.Result, nil
}

// Master are the two secrets of the master user.
type Master struct {
	CredentialsSecretArn pulumi.StringOutput
	ConnectionSecretArn  pulumi.StringOutput
	// ConnectionSecretVersionID changes with the content. It is set only if [Master.Publish] fills the connection secret: with a
	// pooler, [Connect] does, and where the clients have logins of their own [NewConnections].
	ConnectionSecretVersionID pulumi.StringOutput

	cfg                     *config.Config
	secrets                 secrets
	credentials, connection *secretsmanager.Secret
}

// NewMaster registers both secrets, without their contents. copiesKey is the ARN of the key of what is copied to another region; nil:
// nothing is.
func NewMaster(ctx *pulumi.Context, cfg *config.Config, copiesKey pulumi.StringInput, parent pulumi.ResourceOption) (*Master, error) {
	database := naming.Instance(cfg.Environment)
	s := secrets{
		ctx: ctx, parent: parent, kmsKeyID: cfg.Database.SecretKmsKeyID, recoveryWindowDays: cfg.Database.SecretRecoveryDays,
		protect: cfg.Database.DeletionProtection, replica: replica(cfg, copiesKey),
	}
	credentials, err := s.secret(naming.CredentialsSecret(cfg.Environment), "Master user of "+database)
	if err != nil {
		return nil, err
	}
	connection, err := s.secret(naming.ConnectionSecret(cfg.Environment), "Connection to "+database)
	if err != nil {
		return nil, err
	}
	return &Master{
		CredentialsSecretArn: credentials.Arn, ConnectionSecretArn: connection.Arn,
		cfg: cfg, secrets: s, credentials: credentials, connection: connection,
	}, nil
}

// Publish registers the contents, after the server has the password and the data, so that no secret leads to one that has not. The user name
// comes from the server, because a restored one has that of its backup.
func (m *Master) Publish(server *Server) error {
	ready := []pulumi.Resource{server.Resource}
	_, err := m.secrets.put(secretContent{
		name: naming.CredentialsSecret(m.cfg.Environment), secretID: m.credentials.ID(), value: server.credentialsOf(m.cfg), dependencies: ready,
	})
	if err != nil || m.cfg.HasLogins() || m.cfg.Pooling.Routed() {
		return err
	}
	version, err := m.secrets.put(secretContent{
		name: naming.ConnectionSecret(m.cfg.Environment), secretID: m.connection.ID(), value: server.connectionOf(m.cfg, m.cfg.Database.Name, server.Master, nil), dependencies: ready,
	})
	if err != nil {
		return err
	}
	m.ConnectionSecretVersionID = version.VersionId
	return nil
}

// replica returns the copy of a secret in the region that has the copies of the backups, under their key; nil: none. It has the password that
// these have, for who restores them without the stack. A secret of this name that is there already is never overwritten.
func replica(cfg *config.Config, copiesKey pulumi.StringInput) *secretsmanager.SecretReplicaArgs {
	if copiesKey == nil {
		return nil
	}
	return &secretsmanager.SecretReplicaArgs{Region: pulumi.String(cfg.Backups.CopyToRegion), KmsKeyId: copiesKey.ToStringOutput().ToStringPtrOutput()}
}

// ConnectArgs are the arguments of [Connect].
type ConnectArgs struct {
	Config              *config.Config
	Server              *Server
	ConnectionSecretArn pulumi.StringInput
	Pooler              *Endpoint
	Parent              pulumi.ResourceOption
}

// Connect writes the connection secret of the master user with URLs that lead to the pooler, once the pooler is ready, and
// returns the version of the content. It registers the same resource as [Master.Publish] does without a pooler, so that a run
// that removes the pooler replaces the content, even after a run that failed halfway.
func Connect(ctx *pulumi.Context, args *ConnectArgs) (pulumi.StringOutput, error) {
	cfg, pooler := args.Config, args.Pooler
	if !cfg.Pooling.Routed() || pooler.Host == "" || pooler.Port == 0 || len(pooler.Ready) == 0 {
		return pulumi.StringOutput{}, errors.New("database: Connect needs a configuration that routes connections to the pooler, the pooler's address, and the resources that make it ready")
	}
	version, err := secrets{ctx: ctx, parent: args.Parent}.put(secretContent{
		name: naming.ConnectionSecret(cfg.Environment), secretID: args.ConnectionSecretArn,
		value: args.Server.connectionOf(cfg, cfg.Database.Name, args.Server.Master, pooler), dependencies: append(pooler.Ready, args.Server.Resource),
	})
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return version.VersionId, nil
}
