package stack

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// pool registers the connection pooler in the order in which the connection secret never tells of one that is not there:
// the secret of its logins, the pods, and only then the content of the connection secret. Nothing of it is protected: the
// engine deletes it after everything else of a run, when the connection secret has led past it for long. It is nil where the
// connections do not lead to it.
func pool(ctx *pulumi.Context, cfg *config.Config, site *site, cloud *cloud, in *place, db *database.Instance, l *logins) (*k8s.Pooler, error) {
	if !cfg.Pooling.Enabled {
		return nil, nil
	}
	env, name := cfg.Environment, naming.Pooler(cfg.App.Name)
	logins := &credentials.PoolerSecretArgs{Config: cfg, Server: db.Server}
	if l != nil {
		logins.Logins, logins.Ready = l.made.Pooled, []pulumi.Resource{l.bootstrap.Job}
	}
	secret, err := credentials.NewPoolerSecret(ctx, naming.Instance(env)+"-pooler", logins, pulumi.Providers(cloud.aws))
	if err != nil {
		return nil, err
	}
	role := serviceAccountRole(cfg, site, naming.SecretsRole(env, name), cfg.App.Namespace, naming.PoolerReader(cfg.App.Name))
	role.SecretArns = pulumi.StringArray{secret.Arn}
	reader, err := irsa.New(ctx, role.Name, role, pulumi.Providers(cloud.aws))
	if err != nil {
		return nil, err
	}
	pooler, err := k8s.NewPooler(ctx, naming.Access(env, name), poolerArgs(cfg, site, in, db, secret, reader), pulumi.Providers(in.cluster))
	if err != nil || !cfg.Pooling.Routed() {
		return nil, err
	}
	return pooler, nil
}

func poolerArgs(cfg *config.Config, site *site, in *place, db *database.Instance, secret *credentials.PoolerSecret, reader *irsa.Role) *k8s.PoolerArgs {
	name := naming.Pooler(cfg.App.Name)
	var namespaces []string
	for _, app := range clients(cfg) {
		namespaces = append(namespaces, app.namespace)
	}
	slices.Sort(namespaces)
	return &k8s.PoolerArgs{
		App: cfg.App.Name, Namespace: cfg.App.Namespace, NamespaceReady: in.ready(cfg.App.Namespace),
		RoleArn: reader.RoleArn, RoleReady: []pulumi.Resource{reader.Permissions}, Region: cfg.Region,
		Source: k8s.Source{
			SecretStore: name, RemoteSecret: naming.PoolerSecret(cfg.Environment), RemoteVersion: secret.VersionID,
			SecretName: naming.KubernetesSecret(name),
		},
		Image: cfg.Pooling.Image, Host: db.Endpoint, Port: db.Port, Database: cfg.Database.Name,
		PoolerLimits:     k8s.PoolerLimits{PoolSize: cfg.Pooling.PoolSize, MaxClientConnections: cfg.Pooling.MaxClientConnections},
		TLSSecret:        cfg.Pooling.TLSSecretName,
		CaBundle:         k8s.CaBundle{Path: cfg.TLS.CaBundlePath, ConfigMap: cfg.TLS.CaBundleConfigMap},
		ClientNamespaces: slices.Compact(namespaces), DatabaseCidrs: site.databaseCidrs, DatabasePort: cfg.Database.Port,
		Reload: cfg.App.ReloadOnChange,
	}
}

// poolerEndpoint is "" where the URLs lead to the database.
func poolerEndpoint(cfg *config.Config) string {
	if !cfg.Pooling.Routed() {
		return ""
	}
	return fmt.Sprintf("%s:%d", naming.PoolerHost(cfg.App.Name, cfg.App.Namespace), k8s.PoolerPort)
}
