package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/pgbouncer"
)

// logins are the alternating logins of the clients, and the bootstrap Job that creates them in the database.
type logins struct {
	credentials *credentials.Logins
	bootstrap   *jobs.Bootstrap
}

// newLogins registers the passwords of the logins, and the bootstrap Job. It returns nil if the applications log in as the
// master user. Nothing of it is protected, because it is deleted when database.credentials is master again.
func (d *deployment) newLogins() (*logins, error) {
	if !d.cfg.Alternating() {
		return nil, nil
	}
	cfg, app := d.cfg, d.cfg.App
	made, err := credentials.NewLogins(d.ctx, naming.Instance(cfg.Environment)+"-logins", &credentials.LoginsArgs{Config: cfg, Server: d.db.Server},
		pulumi.Providers(d.cloud.aws, d.cloud.random))
	if err != nil {
		return nil, err
	}
	readable := pulumi.StringArray{made.BootstrapSecretArn, made.MigratorSecretArn}
	if cfg.Database.ManageMasterUserPassword {
		readable = append(readable, d.db.MasterUserSecretArn)
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.AdminRole(cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: naming.Admin(app.Name),
		SecretArns: readable,
	})
	if err != nil {
		return nil, err
	}
	bootstrap, err := jobs.NewBootstrap(d.ctx, naming.Access(cfg.Environment, naming.Admin(app.Name)), &jobs.BootstrapArgs{
		Config: cfg, Role: iamRole(role), NamespaceReady: d.cluster.ready(app.Namespace), DatabaseCidrs: d.found.databaseCidrs(),
		SecretVersion: made.BootstrapSecretVersionID, MasterSecretArn: d.db.MasterUserSecretArn,
	}, pulumi.Providers(d.cluster.provider))
	return &logins{credentials: made, bootstrap: bootstrap}, err
}

// connectionSecrets are the versions of the connection secrets after they have been written.
type connectionSecrets struct {
	secretVersion pulumi.StringInput  // version ID of the applications' secret
	migrator      *jobs.MigratorLogin // nil: migrations use the application's login
}

// connect writes the connection secrets once the logins and the pooler are ready. l is nil without logins, and pooler is nil
// if the URLs lead to the database.
func (d *deployment) connect(l *logins, pooler *pgbouncer.Pooler) (*connectionSecrets, error) {
	var endpoint *credentials.Endpoint
	if pooler != nil {
		endpoint = &credentials.Endpoint{Host: pooler.Host, Port: pgbouncer.Port, Ready: pooler.Ready}
	}
	if l == nil {
		if endpoint != nil {
			if err := d.db.Connect(d.ctx, endpoint); err != nil {
				return nil, err
			}
		}
		return &connectionSecrets{secretVersion: d.db.ConnectionSecretVersionID}, nil
	}
	connections, err := credentials.NewConnections(d.ctx, naming.Instance(d.cfg.Environment)+"-connections", &credentials.ConnectionsArgs{
		Config: d.cfg, Server: d.db.Server, Logins: l.credentials, ConnectionSecretArn: d.db.ConnectionSecretArn,
		Pooler: endpoint, Ready: []pulumi.Resource{l.bootstrap.Job},
	}, pulumi.Providers(d.cloud.aws))
	if err != nil {
		return nil, err
	}
	return &connectionSecrets{
		secretVersion: connections.ConnectionSecretVersionID,
		migrator:      &jobs.MigratorLogin{SecretVersion: connections.MigratorSecretVersionID, Bootstrap: l.bootstrap},
	}, nil
}

// newUsers registers the role of IAM users. It returns nil without database.iamPrincipals.
func (d *deployment) newUsers() (*credentials.IAMUsers, error) {
	if len(d.cfg.Database.IamPrincipals) == 0 {
		return nil, nil
	}
	return credentials.NewIAMUsers(d.ctx, naming.IAMUsersRole(d.cfg.Environment), &credentials.IAMUsersArgs{Config: d.cfg, Server: d.db.Server},
		pulumi.Providers(d.cloud.aws))
}
