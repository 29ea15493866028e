package lifecycle

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestMigrationRunsOncePerRevision: a new image creates one new Job and changes nothing else. If the Job fails, the database is not
// touched, and the next image runs.
func TestMigrationRunsOncePerRevision(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	first := l.One(live.JobType).ID
	l.MustSet("migrations.deadlineSeconds", "900")
	assert.Empty(t, l.MustUp(), "another deadline is no reason to migrate again")
	l.MustSet("pods.labels.team", "memories")
	l.MustSet("migrations.env.LOG_LEVEL", "debug")
	assert.Empty(t, l.MustUp(), "nor is what the cluster asks of the pod, nor a variable")
	require.NoError(t, l.Cloud.Sync())
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	assert.Empty(t, l.MustPreview(), "nor is the time that passes")

	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":2.0.0") {
			return errors.New("alembic: can't locate revision")
		}
		return nil
	}
	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	why := l.MustFail(l.Up(t.Context()))
	assert.Contains(t, why, "core-api-migration-")
	assert.Contains(t, why, "can't locate revision", "the end of the migration's log is in the error")
	l.One(live.InstanceType)

	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.1")
	changes := l.MustUp()
	for _, change := range changes {
		assert.Contains(t, change, "kubernetes:batch/v1:Job::", "a new image is a new Job and nothing else")
	}
	assert.NotEqual(t, first, l.One(live.JobType).ID, "and the old ones go")
	assert.Equal(t, "memories", l.One(live.JobType).Properties.Text("spec", "template", "metadata", "labels", "team"), "the next revision has what was asked meanwhile")
	assert.Empty(t, l.MustPreview())
}

// TestAMigrationStartsWithTheNewPassword: a run changes the password and the image, while the operator is slow and the ExternalSecret
// still has Ready from before. The pod of the migration waits for the new Secret.
func TestAMigrationStartsWithTheNewPassword(t *testing.T) {
	t.Parallel()
	oncluster.Simulated(t, "the real operator is not slow at will")
	l := live.Started(t, "prod")
	before := l.KubeSecret("DB_PASSWORD")
	l.Cloud.OperatorLags = true
	l.MustSet("database.passwordVersion", "2")
	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	l.MustUp()
	assert.Equal(t, []string{"2.0.0"}, l.Ran())
	password := l.One(live.InstanceType).Properties.Text("password")
	assert.NotEqual(t, before, password)
	assert.Equal(t, password, l.KubeSecret("DB_PASSWORD"))
	assert.Empty(t, l.MustPreview())
	l.NoLeak(password)
}

// TestTwoMigrationsDoNotRunAtOnce: a run that gave up left its migration running, and the next run has another image. Its migration waits
// for the first one, does not touch it, and runs after it.
func TestTwoMigrationsDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":1.0.0") {
			return simcloud.ErrRunning
		}
		return nil
	}
	l.MustWaitInVain()
	first := l.One(live.JobType)

	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	assert.Contains(t, l.MustWaitInVain(), "timed out waiting to be Ready")
	assert.Contains(t, strings.Join(l.Cloud.Events(), "\n"), "didn't match pod anti-affinity rules", "Pulumi does not say why")
	assert.Equal(t, []string{"1.0.0"}, l.Ran(), "the second has not begun")
	var still []string
	for _, job := range l.Cloud.Objects(live.JobType) {
		if job.Properties.Number("status", "ready") > 0 {
			still = append(still, job.ID)
		}
	}
	assert.Equal(t, []string{first.ID}, still, "and the first runs on")

	l.Cloud.JobResult = nil
	require.NoError(t, l.Cloud.Sync())
	l.MustUp()
	assert.Equal(t, []string{"1.0.0", "2.0.0"}, l.Ran())
	assert.NotEqual(t, first.ID, l.One(live.JobType).ID)
	assert.Empty(t, l.MustPreview())
}

// TestTLSToTheEnd: with a CA bundle, PGSSLMODE is verify-full and PGSSLROOTCERT names the file; without one, PGSSLMODE is require. The
// URLs are the same, and the next migration has both.
func TestTLSToTheEnd(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	before := l.KubeSecret("DB_URL")
	assert.True(t, strings.HasSuffix(before, "/mosaic"), "without a query")
	assert.Equal(t, "require", l.KubeSecret("PGSSLMODE"))
	assert.Empty(t, l.KubeSecret("PGSSLROOTCERT"))

	l.MustSet("tls.caBundlePath", "/app/rds.pem")
	for _, change := range l.MustUp() {
		assert.Regexp(t, "SecretVersion|ExternalSecret", change, "only the contents change")
	}
	assert.Equal(t, before, l.KubeSecret("DB_URL"))
	assert.Equal(t, "verify-full", l.KubeSecret("PGSSLMODE"))
	assert.Equal(t, "/app/rds.pem", l.KubeSecret("PGSSLROOTCERT"))
	assert.Equal(t, map[string]any{"caBundlePath": "/app/rds.pem", "caBundleConfigMap": ""},
		l.MustOutputs()["helmValues"].(map[string]any)["tls"])

	l.MustSet("migrations.attempt", "2")
	l.MustUp()
	for variable, entry := range map[string]string{"DB_URL": "DB_URL", "PGSSLMODE": "PGSSLMODE", "PGSSLROOTCERT": "PGSSLROOTCERT"} {
		assert.Equal(t, entry, jobVariable(l, variable), variable)
	}
}

// TestTheFormerURLsAreKept: before the program that writes URLs without a query, a stack asks for those that it had, and keeps them byte
// for byte: what verified the server goes on verifying it.
func TestTheFormerURLsAreKept(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	l.MustSet("tls.caBundlePath", "/app/rds.pem")
	l.MustSet("app.secretEntries.DB_URL", "sqlalchemy_tls_url")
	l.MustSet("app.secretEntries.DB_LIBPQ_URL", "tls_url")
	l.MustSet("app.secretEntries.DATABASE_URL", "url")
	l.MustUp()
	login := "mosaicadmin:" + l.One(live.InstanceType).Properties.Text("password") + "@" + l.KubeSecret("DB_HOST") + ":5432/mosaic"
	assert.Equal(t, "postgresql+psycopg://"+login+"?sslmode=verify-full&sslrootcert=%2Fapp%2Frds.pem", l.KubeSecret("DB_URL"))
	assert.Equal(t, "postgresql://"+login+"?sslmode=verify-full&sslrootcert=%2Fapp%2Frds.pem", l.KubeSecret("DB_LIBPQ_URL"))
	assert.Equal(t, "postgresql://"+login, l.KubeSecret("DATABASE_URL"))
	assert.Equal(t, map[string]any{"DB_URL": "sqlalchemy_tls_url", "DB_LIBPQ_URL": "tls_url", "DATABASE_URL": "url"},
		l.MustOutputs()["helmValues"].(map[string]any)["externalSecrets"].(map[string]any)["entries"])
	assert.Empty(t, l.MustPreview())

	l.MustUnset("app.secretEntries")
	l.MustUp()
	assert.Equal(t, "postgresql+psycopg://"+login, l.KubeSecret("DB_URL"))
	assert.Empty(t, l.KubeSecret("DATABASE_URL"))
}

// jobVariable is the entry of the Secret that a variable of the migration has its value from.
func jobVariable(l *live.Stack, name string) string {
	for _, variable := range l.One(live.JobType).Properties.List("spec", "template", "spec", "containers")[0].List("env") {
		if variable.Text("name") == name {
			return variable.Text("valueFrom", "secretKeyRef", "key")
		}
	}
	return ""
}

// TestTheMigrationMountsTheBundle: the ConfigMap with the CA bundle is mounted at the path in the Secret. If it does not exist, or has not the
// file, the migration does not start, and an event of its pod says so.
func TestTheMigrationMountsTheBundle(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "tls.caBundleConfigMap", Value: "rds-ca"})
	events := func() string { return strings.Join(l.Cloud.Events(), "\n") }
	assert.Contains(t, l.MustWaitInVain(), "containers with unready status: [migration]")
	assert.Contains(t, events(), `MountVolume.SetUp failed for volume "ca-bundle" : configmap "rds-ca" not found`, "Pulumi does not say it")
	assert.Empty(t, l.Ran())
	spec := l.One(live.JobType).Properties.List("spec", "template", "spec", "containers")[0]
	assert.Equal(t, "/etc/ssl/rds/ca-bundle.pem", spec.List("volumeMounts")[1].Text("mountPath"))
	assert.Equal(t, "/etc/ssl/rds/ca-bundle.pem", l.KubeSecret("PGSSLROOTCERT"))

	l.Bundle("mosaic-prod", "global-bundle.pem")
	l.MustWaitInVain()
	assert.Contains(t, events(), `"ca-bundle" : configmap references non-existent config key: ca-bundle.pem`)
	assert.Empty(t, l.Ran())
	l.Bundle("mosaic-prod", "ca-bundle.pem")
	l.MustUp()
	assert.Equal(t, []string{"1.0.0"}, l.Ran())
	assert.Empty(t, l.MustPreview())
}
