package tests

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const (
	deploymentType = "kubernetes:apps/v1:Deployment"
	poolerHost     = "core-api-pooler.mosaic-prod.svc"
)

// pooled are the two lines of a stack file with a pooler.
func pooled() []engine.Override {
	return []engine.Override{{Path: "pooling.enabled", Value: "true"}, {Path: "pooling.tlsSecretName", Value: "pooler-tls"}}
}

// certificate puts the Secret there that cert-manager would make.
func (l *live) certificate(namespace, name string) {
	l.t.Helper()
	cluster := "mosaic-prod"
	if namespace == "mosaic-dev" {
		cluster = namespace
	}
	require.NoError(l.t, l.Cloud.Add(simcloud.Object{Kind: kubeSecretType, Cluster: cluster, ID: namespace + "/" + name, Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": map[string]any{"name": name, "namespace": namespace},
		"data": map[string]any{"tls.crt": "Y2VydGlmaWNhdGU=", "tls.key": "a2V5"},
	}}))
}

// connectionHost is the host that the connection secret holds now; "" before it holds anything.
func connectionHost(t *testing.T, objects func(string) []simcloud.Object) string {
	t.Helper()
	for _, version := range objects(secretVersionType) {
		if !slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") || !strings.Contains(version.ID, "/rds/connection") {
			continue
		}
		var content struct{ Host string }
		require.NoError(t, json.Unmarshal([]byte(version.Properties.Text("secretString")), &content))
		return content.Host
	}
	return ""
}

// guardPooler checks before every operation of the runs that follow that neither the connection secret nor the pods'
// Secret leads to a pooler that is not there.
func (l *live) guardPooler() {
	l.Cloud.Inspect(func(op simcloud.Operation, objects func(string) []simcloud.Object) {
		told := connectionHost(l.t, objects) == poolerHost
		for _, secret := range objects(kubeSecretType) {
			host, _ := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "DB_HOST"))
			told = told || string(host) == poolerHost
		}
		if !told {
			return
		}
		at := fmt.Sprintf("at %s %s %s", op.Op, op.Type, op.Name)
		for _, kind := range []string{deploymentType, "kubernetes:core/v1:Service"} {
			all := objects(kind)
			if assert.Len(l.t, all, 1, "%s: a pooler is told of, and there is no %s", at, kind) {
				conditions := all[0].Properties.List("status", "conditions")
				assert.Equal(l.t, "True", conditions[0].Text("status"), "%s: %s", at, kind)
			}
		}
	})
}

// TestPooling: the pooler comes before anything tells of it and goes after nothing does; the application connects by way
// of it and the migration does not; a rotation and a restore of the settings replace its pods.
func TestPooling(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "additionalApps.worker.namespace", Value: "jobs"})
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: "kubernetes:core/v1:Namespace", Cluster: "mosaic-prod", ID: "jobs", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "jobs"},
	}}))
	l.up()
	direct := l.kubeSecret("DB_HOST")
	l.guardPooler()
	l.certificate("mosaic-prod", "pooler-tls")
	for _, line := range pooled() {
		l.set(line.Path, line.Value)
	}
	on := l.up()
	assert.NotContains(t, strings.Join(on, "\n"), "batch/v1:Job", "a pooler is no migration")
	assert.NotContains(t, strings.Join(on, "\n"), "rds/instance")
	assert.Empty(t, l.preview())
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, poolerHost+":6432", l.outputs()["poolerEndpoint"])
	password := l.one(instanceType).Properties.Text("password")
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:"+password+"@"+poolerHost+":6432/mosaic?sslmode=require", l.kubeSecret("DB_URL"))
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:"+password+"@"+direct+":5432/mosaic?sslmode=require", l.kubeSecret("DB_DIRECT_URL"))
	assert.Equal(t, fmt.Sprintf("%q %q\n", "mosaicadmin", password), l.poolerList())
	for _, secret := range l.Cloud.Objects(kubeSecretType) {
		if secret.ID == "jobs/worker-db-secret" {
			host, _ := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "DB_HOST"))
			assert.Equal(t, poolerHost, string(host), "every application goes through it")
		}
	}

	// The migration goes past it: it logs in at the instance, which the simulated cluster tries.
	l.set("migrations.image", "mosaic-life/core-api:2.0.0")
	for _, change := range l.up() {
		assert.Contains(t, change, "batch/v1:Job")
	}
	job := l.one(jobType).Properties
	env, _ := json.Marshal(job)
	assert.Contains(t, string(env), `"DB_DIRECT_URL"`)

	l.set("database.passwordVersion", "2")
	rotation := strings.Join(l.up(), "\n")
	assert.Contains(t, rotation, "update kubernetes:apps/v1:Deployment::core-api-pooler")
	password = l.one(instanceType).Properties.Text("password")
	assert.Equal(t, fmt.Sprintf("%q %q\n", "mosaicadmin", password), l.poolerList())
	l.set("pooling.poolSize", "12")
	settings := strings.Join(l.up(), "\n")
	assert.Contains(t, settings, "update kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.NotContains(t, settings, "secretsmanager", "who connects where stays as it is")

	l.set("pooling.draining", "true")
	l.up()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, direct, l.kubeSecret("DB_HOST"))
	l.one(deploymentType)
	assert.Empty(t, l.preview())
	l.set("pooling.draining", "false")
	l.up()
	assert.Equal(t, poolerHost, l.kubeSecret("DB_HOST"))

	l.set("pooling.enabled", "false")
	off := l.up()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, direct, l.kubeSecret("DB_HOST"))
	assert.Empty(t, l.Cloud.Objects(deploymentType))
	assert.Len(t, l.Cloud.Objects(secretType), 2)
	assert.Contains(t, strings.Join(off, "\n"), "delete kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.Empty(t, l.preview())
	l.noLeak(password)
}

// poolerList is the list of users that PgBouncer reads.
func (l *live) poolerList() string {
	l.t.Helper()
	for _, secret := range l.Cloud.Objects(kubeSecretType) {
		if secret.ID == "mosaic-prod/core-api-pooler-db-secret" {
			list, err := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "userlist.txt"))
			require.NoError(l.t, err)
			return string(list)
		}
	}
	l.t.Fatal("the pooler has no Secret")
	return ""
}

// TestAPoolerThatDoesNotStart: without its certificate the pods do not start, the run fails there, and the applications
// go on at the database. Turned off again, also after a run that failed just before the deletions, nothing tells of it.
func TestAPoolerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	direct := l.kubeSecret("DB_HOST")
	l.guardPooler()
	for _, line := range pooled() {
		l.set(line.Path, line.Value)
	}
	assert.Contains(t, l.refuse(l.Up(t.Context())), `secret "pooler-tls" not found`)
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	l.certificate("mosaic-prod", "pooler-tls")
	// The run has told of the pooler, and fails before it deletes what told of the database.
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "delete" && op.Type == secretVersionType || op.Op == "update" && op.Name == "core-api-db" {
			return fmt.Errorf("throttled")
		}
		return nil
	})
	l.refuse(l.Up(t.Context()))
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	l.Cloud.Fail(nil)
	l.set("pooling.enabled", "false")
	l.up()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects), "going back from there replaces what the secret holds")
	assert.Empty(t, l.Cloud.Objects(deploymentType))
	assert.Empty(t, l.preview())
}

// TestPoolingOfLoginsThatTakeTurns: the pooler's list has both logins, by their verifiers, at all times; a rotation brings
// the new one into the list before the connection secret tells of it, and the old one stays.
func TestPoolingOfLoginsThatTakeTurns(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", append(pooled(), engine.Override{Path: "database.credentials", Value: "alternating"})...)
	l.certificate("mosaic-prod", "pooler-tls")
	l.guardPooler()
	l.watch()
	l.up()
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	verifier := func(login string) string {
		_, after, _ := strings.Cut(l.poolerList(), fmt.Sprintf("%q ", login))
		line, _, _ := strings.Cut(after, "\n")
		return strings.Trim(line, `"`)
	}
	var before [2]string
	for n, login := range []string{"core_api_a", "core_api_b"} {
		before[n] = verifier(login)
		assert.True(t, strings.HasPrefix(before[n], "SCRAM-SHA-256$4096:"), before[n])
	}
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())

	l.set("database.passwordVersion", "2")
	rotation := l.up()
	assert.Contains(t, strings.Join(rotation, "\n"), "update kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
	assert.Equal(t, before[0], verifier("core_api_a"), "pods that have not restarted log in as before")
	assert.NotEqual(t, before[1], verifier("core_api_b"))
	assert.NotContains(t, l.poolerList(), l.kubeSecret("DB_PASSWORD"))
	assert.Empty(t, l.Cloud.Refused())

	l.set("pooling.enabled", "false")
	l.up()
	assert.NotEqual(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	assert.Empty(t, l.Cloud.Objects(deploymentType))
	assert.Empty(t, l.preview())
}
