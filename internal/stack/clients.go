package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// wiring is what all steps take that connect the clients to the database.
type wiring struct {
	ctx     *pulumi.Context
	cfg     *config.Config
	site    *site
	cloud   *cloud
	cluster *cluster // nil where this program makes nothing in the cluster
	db      *database.Instance
}

// clients are who uses the database.
type clients struct {
	applications []application
	logins       *logins          // nil where the applications have the master user's
	users        *credentials.IAMUsers // nil where no IAM users log in
}

// application is an application with what it has been given.
type application struct {
	config.Application
	role   *irsa.Role
	access *k8s.Access // nil where this program makes nothing in the cluster
}

// connectClients gives the clients what they need to use the database. No secret ever tells of a login or of a pooler that is
// not there yet.
func (w *wiring) connectClients() (*clients, error) {
	c := &clients{}
	var err error
	if c.logins, err = w.newLogins(); err != nil {
		return nil, err
	}
	pooler, err := w.newPooler(c.logins)
	if err != nil {
		return nil, err
	}
	connection, err := w.connect(c.logins, pooler)
	if err != nil {
		return nil, err
	}
	for _, app := range w.cfg.Applications() {
		application, err := w.newApplication(app, connection)
		if err != nil {
			return nil, err
		}
		c.applications = append(c.applications, *application)
	}
	c.users, err = w.newUsers()
	return c, err
}

// newApplication gives an application its role, and the objects that bring the credentials to its pods. They are protected
// like the database.
func (w *wiring) newApplication(app config.Application, connection *connection) (*application, error) {
	secrets := pulumi.StringArray{w.db.CredentialsSecretArn, w.db.ConnectionSecretArn}
	if w.cfg.Alternating() {
		secrets = pulumi.StringArray{w.db.ConnectionSecretArn} // the other one is the master user's
	}
	role, err := w.newRole(&irsa.Args{
		Name: naming.SecretsRole(w.cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: app.ServiceAccount, SecretArns: secrets,
	}, pulumi.Protect(app.DeletionProtection))
	if err != nil {
		return nil, err
	}
	one := &application{Application: app, role: role}
	if w.cluster == nil {
		return one, nil
	}
	args := &k8s.Args{
		Config: w.cfg, App: app, Role: reads(role), NamespaceReady: w.cluster.ready(app.Namespace), SecretVersion: connection.secretVersion,
	}
	if app.OwnsSchema && w.cfg.Migrations.Enabled {
		args.Migration = &jobs.Migration{Config: w.cfg, DatabaseCidrs: w.site.databaseCidrs, Login: connection.migrator}
	}
	one.access, err = k8s.New(w.ctx, naming.Access(w.cfg.Environment, app.Name), args,
		ownership(w.cfg, app), pulumi.Providers(w.cluster.provider))
	return one, err
}

// newRole completes and registers the role of a ServiceAccount that reads secrets.
func (w *wiring) newRole(args *irsa.Args, opts ...pulumi.ResourceOption) (*irsa.Role, error) {
	args.Config, args.OidcIssuer, args.OidcProviderArn = w.cfg, w.site.oidcIssuer, w.site.oidcProviderArn
	return irsa.New(w.ctx, args.Name, args, append(opts, pulumi.Providers(w.cloud.aws))...)
}

// reads is a role as the Kubernetes objects that read with it take it.
func reads(role *irsa.Role) manifest.Role {
	return manifest.Role{Arn: role.RoleArn, Permissions: role.Permissions}
}
