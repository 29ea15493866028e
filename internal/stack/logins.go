package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/pgbouncer"
)

// logins are the applications' own, and the Job that makes them in the database.
type logins struct {
	credentials *database.Logins
	bootstrap   *jobs.Bootstrap
}

// newLogins registers the passwords, and then the Job that makes the logins; nil where the applications have the master
// user's. None of it is protected: it is deleted when the credentials are the master user's again.
func (w *wiring) newLogins() (*logins, error) {
	if !w.cfg.Alternating() {
		return nil, nil
	}
	cfg, app := w.cfg, w.cfg.App
	credentials, err := database.NewLogins(w.ctx, naming.Instance(cfg.Environment)+"-logins", loginsArgs(cfg, w.db),
		pulumi.Providers(w.cloud.aws, w.cloud.random))
	if err != nil {
		return nil, err
	}
	role, err := w.newRole(&irsa.Args{
		Name: naming.AdminRole(cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: naming.Admin(app.Name),
		SecretArns: pulumi.StringArray{credentials.BootstrapSecretArn, credentials.MigratorSecretArn},
	})
	if err != nil {
		return nil, err
	}
	bootstrap, err := jobs.NewBootstrap(w.ctx, naming.Access(cfg.Environment, naming.Admin(app.Name)), &jobs.BootstrapArgs{
		Config: cfg, Role: reads(role), NamespaceReady: w.cluster.ready(app.Namespace), DatabaseCidrs: w.site.databaseCidrs,
		SecretVersion: credentials.BootstrapSecretVersionID,
	}, pulumi.Providers(w.cluster.provider))
	return &logins{credentials: credentials, bootstrap: bootstrap}, err
}

// connection is what the connection secrets contain by now.
type connection struct {
	secretVersion pulumi.StringInput  // of the applications'
	migrator      *jobs.MigratorLogin // nil where migrations log in as the application does
}

// connect writes the content of the clients' connection secrets, once the logins and the pooler are there. Without a pooler
// the URLs lead to the database.
func (w *wiring) connect(l *logins, pooler *pgbouncer.Pooler) (*connection, error) {
	var endpoint *database.Way
	if pooler != nil {
		endpoint = &database.Way{Address: database.Address{Host: pooler.Host, Port: pgbouncer.Port}, Ready: pooler.Ready}
	}
	if l == nil {
		if endpoint != nil {
			if err := w.db.Connect(w.ctx, endpoint); err != nil {
				return nil, err
			}
		}
		return &connection{secretVersion: w.db.ConnectionSecretVersionID}, nil
	}
	env := w.cfg.Environment
	connections, err := database.NewConnections(w.ctx, naming.Instance(env)+"-connections", &database.ConnectionsArgs{
		Instance: w.db, Logins: l.credentials, Ready: []pulumi.Resource{l.bootstrap.Job}, Pooler: endpoint,
		ConnectionSecret: naming.ConnectionSecret(env), MigratorSecret: naming.MigratorSecret(env), ReaderSecret: readerSecret(w.cfg),
		Database: w.cfg.Database.Name, CaBundlePath: w.cfg.TLS.CaBundlePath,
	}, pulumi.Providers(w.cloud.aws))
	if err != nil {
		return nil, err
	}
	return &connection{
		secretVersion: connections.ConnectionSecretVersionID,
		migrator:      &jobs.MigratorLogin{SecretVersion: connections.MigratorSecretVersionID, Bootstrap: l.bootstrap},
	}, nil
}

func loginsArgs(cfg *config.Config, db *database.Instance) *database.LoginsArgs {
	env, roles := cfg.Environment, naming.DatabaseRoles(cfg.App.Name)
	args := &database.LoginsArgs{
		Instance: db, Name: naming.Instance(env), Database: cfg.Database.Name, Number: cfg.Database.PasswordVersion,
		Application: roles.Application, Migrator: roles.Migrator,
		BootstrapSecret: naming.BootstrapSecret(env), MigratorSecret: naming.MigratorSecret(env), ReaderSecret: readerSecret(cfg),
		KmsKeyID: cfg.Database.SecretKmsKeyID,
	}
	if cfg.Database.ReadOnlyLogin {
		args.Reader = roles.Reader
	}
	return args
}

// readerSecret is "" where nobody asked for a login that only reads.
func readerSecret(cfg *config.Config) string {
	if !cfg.Database.ReadOnlyLogin {
		return ""
	}
	return naming.ReadOnlySecret(cfg.Environment)
}

// newUsers registers the role of the IAM users; nil where there are none.
func (w *wiring) newUsers() (*database.People, error) {
	cfg := w.cfg
	if len(cfg.Database.IamPrincipals) == 0 {
		return nil, nil
	}
	role := naming.PeopleRole(cfg.Environment)
	return database.NewPeople(w.ctx, role, &database.PeopleArgs{
		Instance: w.db, RoleName: role, Login: naming.DatabaseRoles(cfg.App.Name).People, Principals: cfg.Database.IamPrincipals,
		Partition: naming.Partition(cfg.Region), Region: cfg.Region, AccountID: cfg.AccountID,
		BoundaryArn: boundary(cfg),
	}, pulumi.Providers(w.cloud.aws))
}
