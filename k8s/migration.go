package k8s

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Revision identifies what the migration runs: ten hexadecimal digits of a hash of image, command,
// database and attempt. Deadlines and resources are not part of it; they do not change the schema.
func (m *Migration) Revision() string {
	return digest(append([]string{m.Image, m.Database, strconv.Itoa(m.Attempt)}, m.Command...)...)
}

// JobName is the name of the revision's Job.
func (m *Migration) JobName(app string) string { return naming.MigrationJob(app, m.Revision()) }

// migration registers the Job. Its Pulumi name is that of the revision: a new revision is a new resource,
// created before the old Job goes.
func (o *objects) migration(m *Migration, source *Source, account, synced pulumi.Resource) error {
	needs := []pulumi.Resource{synced}
	if m.Login != nil {
		login, err := o.externalSecret(naming.ExternalSecret(naming.Migrator(o.app)), m.Login, Keys(), m.LoginReady,
			pulumi.Protect(false)) // it goes with the login
		if err != nil {
			return err
		}
		source, needs = m.Login, append(needs, login)
	}
	policy, err := o.networkPolicy(naming.MigrationNetworkPolicy(o.app), "migration", place{m.DatabaseCidrs, m.DatabasePort}, nil, account)
	if err != nil {
		return err
	}
	_, err = o.job(m.job(o.app), m.work(source), append(needs, policy)...)
	return err
}

func (m *Migration) job(app string) jobArgs {
	name := m.JobName(app)
	return jobArgs{pulumiName: name, name: pulumi.String(name), backoffLimit: m.BackoffLimit, deadlineSeconds: m.DeadlineSeconds}
}

func (m *Migration) work(source *Source) *work {
	return &work{
		component: "migration", image: m.Image, command: m.program(), cpu: m.CPU, memory: m.Memory, caBundle: m.CaBundle,
		env: append(environment(source, Keys()), sessionLimits(m.LockTimeoutSeconds, m.StatementTimeoutSeconds)...),
	}
}
