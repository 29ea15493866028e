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

// newPooler registers the connection pooler: the secret of its logins, and then the pods. Nothing of it is protected: the
// engine deletes it at the end of a run, long after the connection secret has led past it. It is nil where the connections
// do not lead to it.
func (w *wiring) newPooler(l *logins) (*pgbouncer.Pooler, error) {
	if !w.cfg.Pooling.Enabled {
		return nil, nil
	}
	cfg, app, name := w.cfg, w.cfg.App, naming.Pooler(w.cfg.App.Name)
	secret, err := w.newPoolerSecret(l)
	if err != nil {
		return nil, err
	}
	role, err := w.newRole(&irsa.Args{
		Name: naming.SecretsRole(cfg.Environment, name), Namespace: app.Namespace, ServiceAccount: naming.PoolerReader(app.Name),
		SecretArns: pulumi.StringArray{secret.Arn},
	})
	if err != nil {
		return nil, err
	}
	pooler, err := pgbouncer.New(w.ctx, naming.Access(cfg.Environment, name), &pgbouncer.Args{
		Config: cfg, Role: reads(role), NamespaceReady: w.cluster.ready(app.Namespace), DatabaseCidrs: w.site.databaseCidrs,
		Host: w.db.Endpoint, Port: w.db.Port, SecretVersion: secret.VersionID,
	}, pulumi.Providers(w.cluster.provider))
	if err != nil || !cfg.Pooling.Routed() {
		return nil, err
	}
	return pooler, nil
}

// newPoolerSecret registers the secret with the logins that the pooler lets in.
func (w *wiring) newPoolerSecret(l *logins) (*credentials.PoolerSecret, error) {
	args := &credentials.PoolerSecretArgs{Config: w.cfg, Server: w.db.Server}
	if l != nil {
		args.Logins, args.Ready = l.credentials.Pooled, []pulumi.Resource{l.bootstrap.Job}
	}
	return credentials.NewPoolerSecret(w.ctx, naming.Instance(w.cfg.Environment)+"-pooler", args, pulumi.Providers(w.cloud.aws))
}

// poolerEndpoint is "" where the URLs lead to the database.
func poolerEndpoint(cfg *config.Config) string {
	if !cfg.Pooling.Routed() {
		return ""
	}
	return fmt.Sprintf("%s:%d", naming.PoolerHost(cfg.App.Name, cfg.App.Namespace), pgbouncer.Port)
}
