package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/pgbouncer"
)

// newPooler registers the connection pooler: the secret with its user list, and the objects in the cluster. It returns nil if
// the applications' URLs do not lead to the pooler, even if it is registered because it is draining. Nothing of it is
// protected: the engine deletes it at the end of a run, after the connection secret has the address of the database.
func (d *deployment) newPooler(l *logins) (*pgbouncer.Pooler, error) {
	if !d.cfg.Pooling.Enabled {
		return nil, nil
	}
	cfg, app, name := d.cfg, d.cfg.App, naming.Pooler(d.cfg.App.Name)
	secret, err := d.newPoolerSecret(l)
	if err != nil {
		return nil, err
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.SecretsRole(cfg.Environment, name), Namespace: app.Namespace, ServiceAccount: naming.PoolerReader(app.Name),
		SecretArns: pulumi.StringArray{secret.Arn},
	})
	if err != nil {
		return nil, err
	}
	pooler, err := pgbouncer.New(d.ctx, naming.Access(cfg.Environment, name), &pgbouncer.Args{
		Config: cfg, Role: iamRole(role), NamespaceReady: d.cluster.ready(app.Namespace), DatabaseCidrs: d.found.databaseCidrs(),
		Host: d.db.Endpoint, Port: d.db.Port, SecretVersion: secret.VersionID,
	}, pulumi.Providers(d.cluster.provider))
	if err != nil || !cfg.Pooling.Routed() {
		return nil, err
	}
	return pooler, nil
}

// newPoolerSecret registers the secret with the pooler's user list.
func (d *deployment) newPoolerSecret(l *logins) (*credentials.PoolerSecret, error) {
	args := &credentials.PoolerSecretArgs{Config: d.cfg, Server: d.db.Server}
	if l != nil {
		args.Logins, args.Ready = l.credentials.Pooled, []pulumi.Resource{l.bootstrap.Job}
	}
	return credentials.NewPoolerSecret(d.ctx, naming.Instance(d.cfg.Environment)+"-pooler", args, pulumi.Providers(d.cloud.aws))
}

// poolerEndpoint returns host:port of the pooler, or "" if the URLs lead to the database.
func poolerEndpoint(cfg *config.Config) string {
	if !cfg.Pooling.Routed() {
		return ""
	}
	return fmt.Sprintf("%s:%d", naming.PoolerHost(cfg.App.Name, cfg.App.Namespace), pgbouncer.Port)
}
