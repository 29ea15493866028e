package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/pgbouncer"
)

// logins are the applications' own, and the Job that makes them in the database.
type logins struct {
	credentials *credentials.Logins
	bootstrap   *jobs.Bootstrap
}

// newLogins registers the passwords, and then the Job that makes the logins; nil where the applications have the master
// user's. None of it is protected: it is deleted when the credentials are the master user's again.
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
	role, err := d.newRole(&irsa.Args{
		Name: naming.AdminRole(cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: naming.Admin(app.Name),
		SecretArns: pulumi.StringArray{made.BootstrapSecretArn, made.MigratorSecretArn},
	})
	if err != nil {
		return nil, err
	}
	bootstrap, err := jobs.NewBootstrap(d.ctx, naming.Access(cfg.Environment, naming.Admin(app.Name)), &jobs.BootstrapArgs{
		Config: cfg, Role: reads(role), NamespaceReady: d.cluster.ready(app.Namespace), DatabaseCidrs: d.found.databaseCidrs,
		SecretVersion: made.BootstrapSecretVersionID,
	}, pulumi.Providers(d.cluster.provider))
	return &logins{credentials: made, bootstrap: bootstrap}, err
}

// connection is what the connection secrets contain by now.
type connection struct {
	secretVersion pulumi.StringInput  // of the applications'
	migrator      *jobs.MigratorLogin // nil where migrations log in as the application does
}

// connect writes the content of the clients' connection secrets, once the logins and the pooler are there. Without a pooler
// the URLs lead to the database.
func (d *deployment) connect(l *logins, pooler *pgbouncer.Pooler) (*connection, error) {
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
		return &connection{secretVersion: d.db.ConnectionSecretVersionID}, nil
	}
	connections, err := credentials.NewConnections(d.ctx, naming.Instance(d.cfg.Environment)+"-connections", &credentials.ConnectionsArgs{
		Config: d.cfg, Server: d.db.Server, Logins: l.credentials, ConnectionSecretArn: d.db.ConnectionSecretArn,
		Pooler: endpoint, Ready: []pulumi.Resource{l.bootstrap.Job},
	}, pulumi.Providers(d.cloud.aws))
	if err != nil {
		return nil, err
	}
	return &connection{
		secretVersion: connections.ConnectionSecretVersionID,
		migrator:      &jobs.MigratorLogin{SecretVersion: connections.MigratorSecretVersionID, Bootstrap: l.bootstrap},
	}, nil
}

// newUsers registers the role of the IAM users; nil where there are none.
func (d *deployment) newUsers() (*credentials.IAMUsers, error) {
	if len(d.cfg.Database.IamPrincipals) == 0 {
		return nil, nil
	}
	return credentials.NewIAMUsers(d.ctx, naming.PeopleRole(d.cfg.Environment), &credentials.IAMUsersArgs{Config: d.cfg, Server: d.db.Server},
		pulumi.Providers(d.cloud.aws))
}
