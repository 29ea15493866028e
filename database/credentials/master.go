package credentials

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// passwordLength gives 238 bits with letters and digits alone, which need no escaping in any of the
// places a password passes through: shells, URLs, YAML, libpq.
const passwordLength = 40

// MasterPassword generates the password of the master user. Another database.passwordVersion makes another one, which the
// same run brings to the instance, to both secrets and to the cluster. Where the clients have logins of their own, it
// follows database.masterPasswordVersion instead.
func MasterPassword(ctx *pulumi.Context, cfg *config.Config, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	keepers := map[string]string{"version": strconv.Itoa(cfg.Database.PasswordVersion)}
	opts := []pulumi.ResourceOption{parent}
	switch {
	case cfg.Alternating() && cfg.Database.MasterPasswordVersion == 0:
		opts = append(opts, pulumi.IgnoreChanges([]string{"keepers"}))
	case cfg.Alternating(): // by a name of its own, because the other number may be the same
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

// Master is the two secrets of the master user.
type Master struct {
	CredentialsSecretArn pulumi.StringOutput
	ConnectionSecretArn  pulumi.StringOutput
	// ConnectionSecretVersionID changes with the content. It is not set where something else fills the connection secret:
	// [Connect] with a pooler, [NewConnections] with logins of the clients' own.
	ConnectionSecretVersionID pulumi.StringOutput
}

// NewMaster registers both secrets at once and their contents after the instance has taken the password, so that neither
// ever holds one that does not work yet. The user is the instance's: a backup brings its own.
func NewMaster(ctx *pulumi.Context, cfg *config.Config, server *Server, parent pulumi.ResourceOption) (*Master, error) {
	database := naming.Instance(cfg.Environment)
	s := secrets{
		ctx: ctx, parent: parent, kmsKeyID: cfg.Database.SecretKmsKeyID, recoveryWindowDays: cfg.Database.SecretRecoveryDays,
		protect: cfg.Database.DeletionProtection,
	}
	name := naming.CredentialsSecret(cfg.Environment)
	credentials, err := s.secret(name, "Master user of "+database)
	if err != nil {
		return nil, err
	}
	if _, err := s.content(name, credentials.ID(), server.Master.json(), server.Resource); err != nil {
		return nil, err
	}
	name = naming.ConnectionSecret(cfg.Environment)
	connection, err := s.secret(name, "Connection to "+database)
	if err != nil {
		return nil, err
	}
	master := &Master{CredentialsSecretArn: credentials.Arn, ConnectionSecretArn: connection.Arn}
	if cfg.Alternating() || cfg.Pooling.Routed() {
		return master, nil
	}
	version, err := s.content(name, connection.ID(), server.connectionOf(cfg, server.Master, nil), server.Resource)
	if err != nil {
		return nil, err
	}
	master.ConnectionSecretVersionID = version.VersionId
	return master, nil
}

// Connect fills the connection secret of the master user when clients connect by a pooler, once everything is there that
// makes it true. The content is the same resource as the one that [NewMaster] registers otherwise, so that a run back to
// it, also after one that failed halfway, sees what the secret holds and replaces it.
func Connect(ctx *pulumi.Context, cfg *config.Config, server *Server, secretArn pulumi.StringInput, pooler *Endpoint, parent pulumi.ResourceOption) (pulumi.StringOutput, error) {
	if !cfg.Pooling.Routed() || pooler.Host == "" || pooler.Port == 0 || len(pooler.Ready) == 0 {
		return pulumi.StringOutput{}, errors.New("database: Connect needs connections that lead to a pooler, its address, and what makes it ready")
	}
	version, err := secrets{ctx: ctx, parent: parent}.content(naming.ConnectionSecret(cfg.Environment), secretArn,
		server.connectionOf(cfg, server.Master, pooler), append(pooler.Ready, server.Resource)...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return version.VersionId, nil
}
