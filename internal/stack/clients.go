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

// clients are the clients of the database, with what was registered for them.
type clients struct {
	applications []application         // the main one first
	logins       map[string]*logins    // by application; empty: all log in as the master user
	users        *credentials.IAMUsers // nil without database.iamPrincipals
	previews     *irsa.Role            // nil without previews
}

// application is an application with its IAM role and its Kubernetes objects.
type application struct {
	config.Application
	role   *irsa.Role
	secret *connectionSecret
	access *k8s.Access // nil if this program creates nothing in the cluster
}

// connectClients registers what the clients need to use the database. The connection secrets are written last, so that they
// never name a login or a pooler that does not work yet, nor one as which the pods may not log in.
func (d *deployment) connectClients() (*clients, error) {
	c := &clients{}
	var err error
	if c.logins, err = d.newLogins(); err != nil {
		return nil, err
	}
	pooler, err := d.newPooler(c.logins[d.cfg.App.Name])
	if err != nil {
		return nil, err
	}
	roles, err := d.newRoles(c.logins)
	if err != nil {
		return nil, err
	}
	secrets, err := d.connect(c.logins, roles, pooler)
	if err != nil {
		return nil, err
	}
	for _, app := range d.cfg.Applications() {
		application, err := d.newApplication(app, roles[app.Name], secrets[app.Name])
		if err != nil {
			return nil, err
		}
		c.applications = append(c.applications, *application)
	}
	if c.previews, err = d.newPreviews(c.logins[d.cfg.App.Name]); err != nil {
		return nil, err
	}
	c.users, err = d.newUsers()
	return c, err
}

// newRoles registers the IAM role of every application, by its name. They are protected like the database.
func (d *deployment) newRoles(all map[string]*logins) (map[string]*irsa.Role, error) {
	roles := map[string]*irsa.Role{}
	for _, app := range d.cfg.Applications() {
		secrets := pulumi.StringArray{d.db.CredentialsSecretArn, d.db.ConnectionSecretArn}
		if d.cfg.HasLogins() {
			secrets = pulumi.StringArray{d.connectionArn(app, all[app.Name])} // without the master user
		}
		role, err := d.newRole(&irsa.Args{
			Name: naming.SecretsRole(d.cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: app.RoleAccount(), Trusted: app.Trusted(),
			SecretArns: secrets, LoginArns: d.loginArns(app), PolicyArns: app.PolicyArns,
		}, pulumi.Protect(app.DeletionProtection))
		if err != nil {
			return nil, err
		}
		roles[app.Name] = role
	}
	return roles, nil
}

// newApplication registers the Kubernetes objects that give the pods of an application the credentials. They are protected like the database.
func (d *deployment) newApplication(app config.Application, role *irsa.Role, secret *connectionSecret) (*application, error) {
	one := &application{Application: app, role: role, secret: secret}
	if d.cluster == nil {
		return one, nil
	}
	args := &k8s.Args{
		Config: d.cfg, App: app, Role: iamRole(role), NamespaceReady: d.cluster.ready(app.Namespace), SecretVersion: secret.version,
	}
	if app.Migrates() {
		args.Migration = &jobs.Migration{Config: d.cfg, App: app, DatabaseCidrs: d.found.databaseCidrs(), Login: secret.migrator}
	}
	var err error
	one.access, err = k8s.New(d.ctx, naming.Access(d.cfg.Environment, app.Name), args,
		ownership(d.cfg, app), pulumi.Providers(d.cluster.provider))
	return one, err
}

// newRole registers the IAM role of a ServiceAccount that reads secrets. It completes args with the configuration and the
// cluster's OIDC issuer.
func (d *deployment) newRole(args *irsa.Args, opts ...pulumi.ResourceOption) (*irsa.Role, error) {
	args.Config, args.OidcIssuer, args.OidcProviderArn = d.cfg, d.found.oidcIssuer, d.found.oidcProviderArn
	return irsa.New(d.ctx, args.Name, args, append(opts, pulumi.Providers(d.cloud.aws))...)
}

// iamRole returns a role as the Kubernetes packages take it.
func iamRole(role *irsa.Role) manifest.IAMRole {
	return manifest.IAMRole{Arn: role.RoleArn, Permissions: role.Permissions}
}
