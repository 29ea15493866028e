package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// ran is the images of the migrations that began to run, in order.
func (l *live) ran() []string {
	var images []string
	for _, operation := range l.Cloud.Log() {
		if operation.Op == "run" {
			images = append(images, operation.Text[strings.LastIndex(operation.Text, ":")+1:])
		}
	}
	return images
}

// TestAMigrationStartsWithTheNewPassword: a new password and a new image in one run, while the operator is slow and
// the ExternalSecret still says Ready of the time before. The kubelet holds the migration back.
func TestAMigrationStartsWithTheNewPassword(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	before := l.kubeSecret("DB_PASSWORD")
	l.Cloud.OperatorLags = true
	l.set("database.passwordVersion", "2")
	l.set("migrations.image", "mosaic-life/core-api:2.0.0")
	l.up()
	assert.Equal(t, []string{"2.0.0"}, l.ran())
	password := l.one(instanceType).Properties.Text("password")
	assert.NotEqual(t, before, password)
	assert.Equal(t, password, l.kubeSecret("DB_PASSWORD"))
	assert.Empty(t, l.preview())
	l.noLeak(password)
}

// TestTwoMigrationsDoNotRunAtOnce: a run that was given up left its migration running, and the next one brings another
// image. It waits, touches nothing of the first, and goes on after it.
func TestTwoMigrationsDoNotRunAtOnce(t *testing.T) {
	t.Parallel()
	l := start(t, "prod")
	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":1.0.0") {
			return simcloud.ErrRunning
		}
		return nil
	}
	l.refuse(l.Up(t.Context()))
	first := l.one(jobType)

	l.set("migrations.image", "mosaic-life/core-api:2.0.0")
	assert.Contains(t, l.refuse(l.Up(t.Context())), "didn't match pod anti-affinity rules")
	assert.Equal(t, []string{"1.0.0"}, l.ran(), "the second has not begun")
	var still []string
	for _, job := range l.Cloud.Objects(jobType) {
		if job.Properties.Number("status", "active") > 0 {
			still = append(still, job.ID)
		}
	}
	assert.Equal(t, []string{first.ID}, still, "and the first runs on")

	l.Cloud.JobResult = nil
	require.NoError(t, l.Cloud.Sync())
	l.up()
	assert.Equal(t, []string{"1.0.0", "2.0.0"}, l.ran())
	assert.NotEqual(t, first.ID, l.one(jobType).ID)
	assert.Empty(t, l.preview())
}

// TestTLSToTheEnd: with a bundle, the URLs ask for a check of the server's certificate; without one, for encryption.
func TestTLSToTheEnd(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	assert.True(t, strings.HasSuffix(l.kubeSecret("DB_URL"), "/mosaic?sslmode=require"))

	l.set("tls.caBundlePath", "/app/rds.pem")
	for _, change := range l.up() {
		assert.Regexp(t, "SecretVersion|ExternalSecret", change, "only the contents change")
	}
	for _, entry := range []string{"DB_URL", "DB_LIBPQ_URL"} {
		assert.True(t, strings.HasSuffix(l.kubeSecret(entry), "/mosaic?sslmode=verify-full&sslrootcert=%2Fapp%2Frds.pem"), entry)
	}
	assert.Equal(t, map[string]any{"caBundlePath": "/app/rds.pem", "caBundleConfigMap": ""},
		l.outputs()["helmValues"].(map[string]any)["tls"])
}

// TestTheMigrationMountsTheBundle: a ConfigMap that is named is mounted where the URLs say; one that is not there
// keeps the migration from starting, and the error says so.
func TestTheMigrationMountsTheBundle(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "tls.caBundleConfigMap", Value: "rds-ca"})
	why := l.refuse(l.Up(t.Context()))
	assert.Contains(t, why, `MountVolume.SetUp failed for volume "ca-bundle": configmap "rds-ca" not found`)
	assert.Empty(t, l.ran())
	spec := l.one(jobType).Properties.List("spec", "template", "spec", "containers")[0]
	assert.Equal(t, "/etc/ssl/rds/ca-bundle.pem", spec.List("volumeMounts")[1].Text("mountPath"))
	assert.Contains(t, l.kubeSecret("DB_URL"), "sslrootcert=%2Fetc%2Fssl%2Frds%2Fca-bundle.pem")

	require.NoError(t, l.bundle("mosaic-prod", "global-bundle.pem"))
	assert.Contains(t, l.refuse(l.Up(t.Context())), "no file ca-bundle.pem in it")
	assert.Empty(t, l.ran())
	require.NoError(t, l.bundle("mosaic-prod", "ca-bundle.pem"))
	l.up()
	assert.Equal(t, []string{"1.0.0"}, l.ran())
	assert.Empty(t, l.preview())
}

// bundle makes the ConfigMap rds-ca with a file in it.
func (l *live) bundle(namespace, file string) error {
	return l.Cloud.Add(simcloud.Object{Kind: "kubernetes:core/v1:ConfigMap", Cluster: "mosaic-prod", ID: namespace + "/rds-ca", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "rds-ca", "namespace": namespace},
		"data": map[string]any{file: "certificates"},
	}})
}
