package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
)

// logins are the logins of an application, and the bootstrap Job that creates them in its database.
type logins struct {
	credentials *credentials.Logins
	bootstrap   *jobs.Bootstrap
	migration   *jobs.ByToken // nil: it logs in by password
}

// newLogins registers the passwords of the logins, and the bootstrap Jobs, of every application that has a schema, by its name. There
// are none if the applications log in as the master user. Nothing of it is protected, except what the pods' Secret of a database of
// its own is made from, because it is deleted when database.credentials is master again.
func (d *deployment) newLogins() (map[string]*logins, error) {
	all := map[string]*logins{}
	if !d.cfg.HasLogins() {
		return all, nil
	}
	for _, app := range d.cfg.Schemas() {
		made, err := credentials.NewLogins(d.ctx, d.component(app, "logins"), &credentials.LoginsArgs{Config: d.cfg, App: app, Server: d.db.Server},
			pulumi.Providers(d.cloud.aws, d.cloud.random))
		if err != nil {
			return nil, err
		}
		all[app.Name] = &logins{credentials: made}
	}
	return all, d.bootstrap(all)
}

// component is the Pulumi name of a component of an application's database.
func (d *deployment) component(app config.Application, of string) string {
	if app.Main {
		return naming.Instance(d.cfg.Environment) + "-" + of
	}
	return naming.Instance(d.cfg.Environment) + "-" + app.Name + "-" + of
}

// bootstrap registers the bootstrap Jobs, that of the main database first. All run in its namespace: no other one gets a Secret with the
// master user.
func (d *deployment) bootstrap(all map[string]*logins) error {
	cfg, main := d.cfg, d.cfg.App
	secrets := pulumi.StringArray{all[main.Name].credentials.BootstrapSecretArn, all[main.Name].credentials.MigratorSecretArn}
	for _, app := range cfg.OwnDatabases() {
		secrets = append(secrets, all[app.Name].credentials.BootstrapSecretArn)
	}
	if cfg.Database.ManageMasterUserPassword {
		secrets = append(secrets, d.db.MasterUserSecretArn)
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.AdminRole(cfg.Environment, main.Name), Namespace: main.Namespace, ServiceAccount: naming.Admin(main.Name), SecretArns: secrets,
	})
	if err != nil {
		return err
	}
	for _, app := range cfg.Schemas() {
		l := all[app.Name]
		l.bootstrap, err = jobs.NewBootstrap(d.ctx, naming.Access(cfg.Environment, naming.Admin(app.Name)), &jobs.BootstrapArgs{
			Config: cfg, App: app, Role: iamRole(role), NamespaceReady: d.cluster.ready(main.Namespace), DatabaseCidrs: d.found.databaseCidrs(),
			SecretVersion: l.credentials.BootstrapSecretVersionID, MasterSecretArn: d.db.MasterUserSecretArn, Main: all[main.Name].bootstrap,
		}, pulumi.Providers(d.cluster.provider))
		if err != nil {
			return err
		}
	}
	all[main.Name].migration, err = d.newMigrationRole()
	return err
}

// newUsers registers the role of IAM users. It returns nil without database.iamPrincipals.
func (d *deployment) newUsers() (*credentials.IAMUsers, error) {
	if len(d.cfg.Database.IamPrincipals) == 0 {
		return nil, nil
	}
	return credentials.NewIAMUsers(d.ctx, naming.IAMUsersRole(d.cfg.Environment), &credentials.IAMUsersArgs{Config: d.cfg, Server: d.db.Server},
		pulumi.Providers(d.cloud.aws))
}
