package jobs

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// Migration is the Job that brings the schema to the application's revision, once for each revision.
type Migration struct {
	Config        *config.Config
	DatabaseCidrs []string
	// Login is nil where the migration has the application's.
	Login *MigratorLogin
}

// MigratorLogin is a login of the migration's own.
type MigratorLogin struct {
	SecretVersion pulumi.StringInput
	// Bootstrap has the SecretStore that reads the secret.
	Bootstrap *Bootstrap
}

// Revision identifies what the migration runs: ten hexadecimal digits of a hash of image, command,
// database and attempt. Deadlines and resources are not part of it; they do not change the schema.
func (m *Migration) Revision() string {
	settings := m.Config.Migrations
	database := m.Config.Instance() + "/" + m.Config.Database.Name
	return manifest.Digest(append([]string{settings.Image, database, strconv.Itoa(settings.Attempt)}, settings.Command...)...)
}

// JobName is the name of the revision's Job.
func (m *Migration) JobName() string { return naming.MigrationJob(m.Config.App.Name, m.Revision()) }

// Register registers the Job, with application as the Secret of its login where it has none of its own. The Job's Pulumi
// name contains the revision: a new revision is a new resource, created before the old Job is deleted.
func (m *Migration) Register(w *manifest.Writer, application *manifest.Secret, synced *manifest.Synced) error {
	secret, needs := application, []pulumi.Resource{synced.ExternalSecret}
	if m.Login != nil {
		secret = m.loginSecret()
		login, err := w.ExternalSecret(secret, m.Login.Bootstrap.storeReady, pulumi.Protect(false)) // it goes with the login
		if err != nil {
			return err
		}
		needs = append(needs, login)
	}
	policy, err := w.NetworkPolicy(manifest.NetworkPolicy{
		Name: naming.MigrationNetworkPolicy(w.App), Component: migrationComponent,
		DatabaseCidrs: m.DatabaseCidrs, DatabasePort: m.Config.Database.Port, Account: synced.Account,
	})
	if err != nil {
		return err
	}
	_, err = m.job(secret, w.Labels(migrationComponent)).register(w, append(needs, policy)...)
	return err
}

// loginSecret is the Secret of the migration's own login.
func (m *Migration) loginSecret() *manifest.Secret {
	migrator := naming.Migrator(m.Config.App.Name)
	return &manifest.Secret{
		Name: naming.KubernetesSecret(migrator), ExternalSecret: naming.ExternalSecret(migrator), SecretStore: naming.Admin(m.Config.App.Name),
		RemoteName: naming.MigratorSecret(m.Config.Environment), RemoteVersion: m.Login.SecretVersion, Keys: manifest.ConnectionKeys(),
	}
}

const migrationComponent = "migration"

func (m *Migration) job(secret *manifest.Secret, labels object) *job {
	settings, name := m.Config.Migrations, m.JobName()
	limits := sessionLimits{settings.LockTimeoutSeconds, settings.StatementTimeoutSeconds}
	return &job{
		pulumiName: name, name: pulumi.String(name), backoffLimit: settings.BackoffLimit, deadlineSeconds: settings.DeadlineSeconds,
		pod: podSpec{
			labels: labels, name: migrationComponent, image: settings.Image, command: withRevisions(settings.Command),
			env: append(secret.DirectEnvironment(), limits.env()...),
			cpu: settings.CPU, memory: settings.Memory, tls: m.Config.TLS,
		},
	}
}
