package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// logins are the clients' logins, from their passwords to the secrets that tell of them.
type logins struct {
	made        *credentials.Logins
	admin       *irsa.Role
	bootstrap   *k8s.Bootstrap
	connections *credentials.Connections
}

// newLogins registers them in the order in which no secret ever tells of a login that does not work: passwords, the Job
// that makes the logins, and only then, by [connect], the contents of the clients' secrets. Nothing of it is protected: it
// goes when the credentials are the master user's again.
func newLogins(ctx *pulumi.Context, cfg *config.Config, site *site, cloud *cloud, in *place, db *database.Instance) (*logins, error) {
	env, app := cfg.Environment, cfg.App.Name
	l := &logins{}
	var err error
	if l.made, err = credentials.NewLogins(ctx, naming.Instance(env)+"-logins", &credentials.LoginsArgs{Config: cfg, Server: db.Server}, pulumi.Providers(cloud.aws, cloud.random)); err != nil {
		return nil, err
	}
	role := serviceAccountRole(cfg, site, naming.AdminRole(env, app), cfg.App.Namespace, naming.Admin(app))
	role.SecretArns = pulumi.StringArray{l.made.BootstrapSecretArn, l.made.MigratorSecretArn}
	if l.admin, err = irsa.New(ctx, role.Name, role, pulumi.Providers(cloud.aws)); err != nil {
		return nil, err
	}
	l.bootstrap, err = k8s.NewBootstrap(ctx, naming.Access(env, naming.Admin(app)), l.bootstrapArgs(cfg, site, in), pulumi.Providers(in.cluster))
	return l, err
}

// connect puts the contents into the secrets of the clients' connections, once everything is there that makes them true,
// and returns the version of the applications'. pooler is nil where they lead to the database.
func connect(ctx *pulumi.Context, cfg *config.Config, cloud *cloud, db *database.Instance, l *logins, pooler *k8s.Pooler) (pulumi.StringInput, error) {
	var endpoint *credentials.Endpoint
	if pooler != nil {
		endpoint = &credentials.Endpoint{Host: pooler.Host, Port: k8s.PoolerPort, Ready: pooler.Ready}
	}
	if l == nil {
		if endpoint != nil {
			if err := db.Connect(ctx, endpoint); err != nil {
				return nil, err
			}
		}
		return db.ConnectionSecretVersionID, nil
	}
	var err error
	l.connections, err = credentials.NewConnections(ctx, naming.Instance(cfg.Environment)+"-connections", &credentials.ConnectionsArgs{
		Config: cfg, Server: db.Server, Logins: l.made, ConnectionSecretArn: db.ConnectionSecretArn,
		Pooler: endpoint, Ready: []pulumi.Resource{l.bootstrap.Job},
	}, pulumi.Providers(cloud.aws))
	if err != nil {
		return nil, err
	}
	return l.connections.ConnectionSecretVersionID, nil
}

func (l *logins) bootstrapArgs(cfg *config.Config, site *site, in *place) *k8s.BootstrapArgs {
	app := cfg.App.Name
	return &k8s.BootstrapArgs{
		App: app, Namespace: cfg.App.Namespace, NamespaceReady: in.ready(cfg.App.Namespace),
		ServiceAccount: naming.Admin(app), RoleArn: l.admin.RoleArn, RoleReady: []pulumi.Resource{l.admin.Permissions},
		Region: cfg.Region,
		Source: k8s.Source{
			SecretStore: naming.Admin(app), RemoteSecret: naming.BootstrapSecret(cfg.Environment),
			RemoteVersion: l.made.BootstrapSecretVersionID, SecretName: naming.KubernetesSecret(naming.Bootstrap(app)),
		},
		Image: cfg.Database.BootstrapImage, Roles: naming.DatabaseRoles(app),
		Instance: cfg.Instance(), Number: cfg.Database.PasswordVersion,
		Reader: cfg.Database.ReadOnlyLogin, People: len(cfg.Database.IamPrincipals) > 0,
		DatabaseCidrs: site.databaseCidrs, DatabasePort: cfg.Database.Port,
		CaBundle: k8s.CaBundle{Path: cfg.TLS.CaBundlePath, ConfigMap: cfg.TLS.CaBundleConfigMap},
	}
}

// migrate gives the migration a login that may change the schema.
func (l *logins) migrate(cfg *config.Config, m *k8s.Migration) {
	app := cfg.App.Name
	m.Login = &k8s.Source{
		SecretStore: naming.Admin(app), RemoteSecret: naming.MigratorSecret(cfg.Environment),
		RemoteVersion: l.connections.MigratorSecretVersionID, SecretName: naming.KubernetesSecret(naming.Migrator(app)),
	}
	m.LoginReady = []pulumi.Resource{l.bootstrap.Store, l.admin.Permissions}
}

// people is nil where nobody logs in by token.
func people(ctx *pulumi.Context, cfg *config.Config, cloud *cloud, db *database.Instance) (*credentials.IAMUsers, error) {
	if len(cfg.Database.IamPrincipals) == 0 {
		return nil, nil
	}
	return credentials.NewIAMUsers(ctx, naming.PeopleRole(cfg.Environment), &credentials.IAMUsersArgs{Config: cfg, Server: db.Server},
		pulumi.Providers(cloud.aws))
}
