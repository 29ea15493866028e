package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// clients are who uses the database.
type clients struct {
	applications []application
	logins       *logins               // nil where the applications have the master user's
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
func (d *deployment) connectClients() (*clients, error) {
	c := &clients{}
	var err error
	if c.logins, err = d.newLogins(); err != nil {
		return nil, err
	}
	pooler, err := d.newPooler(c.logins)
	if err != nil {
		return nil, err
	}
	connection, err := d.connect(c.logins, pooler)
	if err != nil {
		return nil, err
	}
	for _, app := range d.cfg.Applications() {
		application, err := d.newApplication(app, connection)
		if err != nil {
			return nil, err
		}
		c.applications = append(c.applications, *application)
	}
	c.users, err = d.newUsers()
	return c, err
}

// newApplication gives an application its role, and the objects that bring the credentials to its pods. They are protected
// like the database.
func (d *deployment) newApplication(app config.Application, connection *connection) (*application, error) {
	secrets := pulumi.StringArray{d.db.CredentialsSecretArn, d.db.ConnectionSecretArn}
	if d.cfg.Alternating() {
		secrets = pulumi.StringArray{d.db.ConnectionSecretArn} // the other one is the master user's
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.SecretsRole(d.cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: app.ServiceAccount, SecretArns: secrets,
	}, pulumi.Protect(app.DeletionProtection))
	if err != nil {
		return nil, err
	}
	one := &application{Application: app, role: role}
	if d.cluster == nil {
		return one, nil
	}
	args := &k8s.Args{
		Config: d.cfg, App: app, Role: reads(role), NamespaceReady: d.cluster.ready(app.Namespace), SecretVersion: connection.secretVersion,
	}
	if app.OwnsSchema && d.cfg.Migrations.Enabled {
		args.Migration = &jobs.Migration{Config: d.cfg, DatabaseCidrs: d.found.databaseCidrs, Login: connection.migrator}
	}
	one.access, err = k8s.New(d.ctx, naming.Access(d.cfg.Environment, app.Name), args,
		ownership(d.cfg, app), pulumi.Providers(d.cluster.provider))
	return one, err
}

// newRole completes and registers the role of a ServiceAccount that reads secrets.
func (d *deployment) newRole(args *irsa.Args, opts ...pulumi.ResourceOption) (*irsa.Role, error) {
	args.Config, args.OidcIssuer, args.OidcProviderArn = d.cfg, d.found.oidcIssuer, d.found.oidcProviderArn
	return irsa.New(d.ctx, args.Name, args, append(opts, pulumi.Providers(d.cloud.aws))...)
}

// reads is a role as the Kubernetes objects that read with it take it.
func reads(role *irsa.Role) manifest.Role {
	return manifest.Role{Arn: role.RoleArn, Permissions: role.Permissions}
}
