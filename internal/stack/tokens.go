package stack

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
)

// newMigrationRole registers the role with which the migration logs in by token. It returns nil if it does not, or if there is none.
func (d *deployment) newMigrationRole() (*jobs.ByToken, error) {
	cfg, app := d.cfg, d.cfg.App
	if !cfg.ByToken() || !cfg.Migrations.Enabled {
		return nil, nil
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.MigratorRole(cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: naming.Migrator(app.Name),
		LoginArns: d.db.Server.LoginArns(cfg, naming.DatabaseRoles(app.Name).MigratorIAM),
	})
	if err != nil {
		return nil, err
	}
	return &jobs.ByToken{Role: iamRole(role), NamespaceReady: d.cluster.ready(app.Namespace)}, nil
}

// loginArns are the logins as which an application may log in by token, if it has no database of its own. The run that gives them passwords leaves them this: pods
// that have not restarted still make tokens. The run after it takes it away.
func (d *deployment) loginArns(app config.Application) pulumi.StringArray {
	if app.OwnsSchema && !app.Main || !d.cfg.ByToken() && lock.Credentials(d.last.locked) != config.CredentialsIAM {
		return nil
	}
	return d.db.Server.LoginArns(d.cfg, naming.DatabaseRoles(d.cfg.App.Name).ApplicationIAM)
}

// ready is what must exist before a secret names the logins: the logins, and by token the policies of those who log in.
func (d *deployment) ready(l *logins, roles map[string]*irsa.Role) []pulumi.Resource {
	ready := []pulumi.Resource{l.bootstrap.Job}
	if !d.cfg.ByToken() {
		return ready
	}
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		ready = append(ready, roles[name].Permissions)
	}
	if l.migration != nil {
		ready = append(ready, l.migration.Role.Permissions)
	}
	return ready
}
