package jobs

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// Migration is the Job that upgrades the schema. It runs once for each revision.
type Migration struct {
	Config        *config.Config
	App           config.Application // whose schema it is
	DatabaseCidrs []string           // of the database's subnets
	// Login is the migration's own login; nil: it uses the application's.
	Login *MigratorLogin
}

// MigratorLogin is the login of the role that owns the schema.
type MigratorLogin struct {
	SecretVersion pulumi.StringInput // version ID of the migrator secret's content
	// Bootstrap has the SecretStore that reads the migrator secret, if Reader is nil.
	Bootstrap *Bootstrap
	// ByToken is how the Job's pod logs in without a password; nil: the secret has one.
	ByToken *ByToken
	// Reader is for a SecretStore that reads the migrator secret alone: that of the bootstrap reads the master user's, too, which is
	// for no namespace but the main application's.
	Reader *manifest.Reader
}

// store registers the SecretStore if there has to be one, and returns what a secret that it reads waits for.
func (l *MigratorLogin) store(w *manifest.Writer) ([]pulumi.Resource, error) {
	if l.Reader == nil {
		return l.Bootstrap.storeReady, nil
	}
	account, err := w.ServiceAccount(*l.Reader, pulumi.Protect(false)) // it is deleted with the migrations
	if err != nil {
		return nil, err
	}
	store, err := w.SecretStore(*l.Reader, naming.Admin(w.App), account, pulumi.Protect(false))
	return []pulumi.Resource{store, l.Reader.Role.Permissions}, err
}

// Revision identifies what the migration runs: ten hexadecimal digits of a hash of image, command, database and attempt.
// Deadlines, resources, environment and what the cluster asks of the pod are not part of it, because they do not change the schema.
func (m *Migration) Revision() string {
	settings := m.App.Migrations
	database := m.Config.Instance() + "/" + m.App.Database
	return manifest.Digest(append([]string{settings.Image, database, strconv.Itoa(settings.Attempt)}, settings.Command...)...)
}

// JobName is the name of the revision's Job.
func (m *Migration) JobName() string { return naming.MigrationJob(m.App.Name, m.Revision()) }

// Register registers the Job. Without a login of its own, the migration uses the application's Secret. The Job's Pulumi name
// contains the revision: a new revision is a new resource, which is created before the old Job is deleted.
func (m *Migration) Register(w *manifest.Writer, application *manifest.Secret, synced *manifest.Synced) error {
	secret, dependencies := application, []pulumi.Resource{synced.ExternalSecret}
	if m.Login != nil {
		store, err := m.Login.store(w)
		if err != nil {
			return err
		}
		secret = m.loginSecret()
		login, err := w.ExternalSecret(secret, store, pulumi.Protect(false)) // it is deleted with the login
		if err != nil {
			return err
		}
		dependencies = append(dependencies, login)
	}
	token, err := m.token(w)
	if err != nil {
		return err
	}
	dependencies = append(dependencies, token...)
	policy, err := w.NetworkPolicy(manifest.NetworkPolicy{
		Name: naming.MigrationNetworkPolicy(w.App), Component: migrationComponent,
		DatabaseCidrs: m.DatabaseCidrs, DatabasePort: m.Config.Database.Port, Account: synced.Account, Egress: m.egress(),
	})
	if err != nil {
		return err
	}
	_, err = m.job(secret, w.Labels(migrationComponent)).register(w, append(dependencies, policy)...)
	return err
}

// loginSecret returns the Secret of the migration's own login.
func (m *Migration) loginSecret() *manifest.Secret {
	migrator := naming.Migrator(m.App.Name)
	return &manifest.Secret{
		Name: naming.KubernetesSecret(migrator), ExternalSecret: naming.ExternalSecret(migrator), SecretStore: naming.Admin(m.App.Name),
		RemoteName: m.App.Secrets.Migrator, RemoteVersion: m.Login.SecretVersion,
		Keys: manifest.ConnectionKeys(m.Config, m.App.SecretEntries),
	}
}

const migrationComponent = "migration"

func (m *Migration) job(secret *manifest.Secret, labels object) *job {
	settings, name := m.App.Migrations, m.JobName()
	limits := sessionLimits{settings.LockTimeoutSeconds, settings.StatementTimeoutSeconds, settings.DeadlineSeconds}
	return &job{
		pulumiName: name, name: pulumi.String(name), backoffLimit: settings.BackoffLimit, deadlineSeconds: settings.DeadlineSeconds,
		pod: podSpec{
			labels: labels, name: migrationComponent, image: settings.Image, command: withRevisions(settings.Command),
			// The stack's own variables come last: the kubelet replaces $(DB_URL) in a value by a variable before it.
			env:     slices.Concat(secret.DirectEnvironment(), limits.env(), m.tokenEnv(), ownEnv(settings)),
			account: m.account(), cpu: settings.CPU, memory: settings.Memory, tls: m.Config.TLS, pods: m.Config.Pods,
		},
	}
}

// ownEnv returns the environment variables of the configuration: first those from Secrets, which the others may name.
func ownEnv(settings config.Migrations) list {
	var env list
	for _, name := range slices.Sorted(maps.Keys(settings.SecretEnv)) {
		secret, key, _ := strings.Cut(settings.SecretEnv[name], "/")
		env = append(env, object{"name": name, "valueFrom": object{"secretKeyRef": object{"name": secret, "key": key}}})
	}
	for _, name := range slices.Sorted(maps.Keys(settings.Env)) {
		env = append(env, variable(name, settings.Env[name]))
	}
	return env
}
