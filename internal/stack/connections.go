package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/credentials"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s/jobs"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
	"github.com/mosaic-stories/mosaic-database/k8s/pgbouncer"
)

// connectionSecret is the connection secret of an application after it has been written.
type connectionSecret struct {
	arn      pulumi.StringInput
	version  pulumi.StringInput  // ID
	migrator *jobs.MigratorLogin // nil: migrations use the application's login
}

// connect writes the connection secrets once the logins and the pooler are ready, and returns them by the applications' names. pooler is
// nil if the URLs lead to the database.
func (d *deployment) connect(all map[string]*logins, roles map[string]*irsa.Role, pooler *pgbouncer.Pooler) (map[string]*connectionSecret, error) {
	var endpoint *credentials.Endpoint
	if pooler != nil {
		endpoint = &credentials.Endpoint{Host: pooler.Host, Port: pgbouncer.Port, Ready: pooler.Ready}
	}
	if !d.cfg.HasLogins() && endpoint != nil {
		if err := d.db.Connect(d.ctx, endpoint); err != nil {
			return nil, err
		}
	}
	shared := &connectionSecret{arn: d.db.ConnectionSecretArn, version: d.db.ConnectionSecretVersionID}
	secrets := map[string]*connectionSecret{}
	for _, app := range d.cfg.Applications() {
		secrets[app.Name] = shared
		l, has := all[app.Name]
		if !has {
			continue
		}
		own, err := d.write(app, l, endpoint, d.ready(l, roles))
		if err != nil {
			return nil, err
		}
		if secrets[app.Name] = own; app.Main {
			shared = own
		}
	}
	return secrets, nil
}

// connectionArn is the connection secret of an application: that of its own database, or the main one.
func (d *deployment) connectionArn(app config.Application, l *logins) pulumi.StringOutput {
	if l == nil || app.Main {
		return d.db.ConnectionSecretArn
	}
	return l.credentials.ConnectionSecretArn
}

// write writes the connection secrets of an application's logins. A pooler is for the main database alone.
func (d *deployment) write(app config.Application, l *logins, pooler *credentials.Endpoint, ready []pulumi.Resource) (*connectionSecret, error) {
	arn := d.connectionArn(app, l)
	if !app.Main {
		pooler = nil
	}
	connections, err := credentials.NewConnections(d.ctx, d.component(app, "connections"), &credentials.ConnectionsArgs{
		Config: d.cfg, Server: d.db.Server, App: app, Logins: l.credentials, ConnectionSecretArn: arn,
		Pooler: pooler, Ready: ready,
	}, pulumi.Providers(d.cloud.aws))
	if err != nil {
		return nil, err
	}
	reader, err := d.migratorReader(app, l)
	return &connectionSecret{
		arn: arn, version: connections.ConnectionSecretVersionID,
		migrator: &jobs.MigratorLogin{SecretVersion: connections.MigratorSecretVersionID, Bootstrap: l.bootstrap, Reader: reader, ByToken: l.migration},
	}, err
}

// migratorReader registers the role with which the migrator's secret of an additional application is read, in its namespace. It returns
// nil where the bootstrap's reads it, or nothing does.
func (d *deployment) migratorReader(app config.Application, l *logins) (*manifest.Reader, error) {
	if app.Main || !app.Migrates() {
		return nil, nil
	}
	role, err := d.newRole(&irsa.Args{
		Name: naming.AdminRole(d.cfg.Environment, app.Name), Namespace: app.Namespace, ServiceAccount: naming.Admin(app.Name),
		SecretArns: pulumi.StringArray{l.credentials.MigratorSecretArn},
	})
	if err != nil {
		return nil, err
	}
	return &manifest.Reader{
		ServiceAccount: naming.Admin(app.Name), Role: iamRole(role), Region: d.cfg.Region, NamespaceReady: d.cluster.ready(app.Namespace),
	}, nil
}
