package credentials

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
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const poolerHost = "core-api-pooler.mosaic-prod.svc"

// connectionHost is the host in the connection secret; "" before the secret has a value.
func connectionHost(t *testing.T, objects func(string) []simcloud.Object) string {
	t.Helper()
	for _, version := range objects(live.SecretVersionType) {
		if !slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") || !strings.Contains(version.ID, "/rds/connection") {
			continue
		}
		var content struct{ Host string }
		require.NoError(t, json.Unmarshal([]byte(version.Properties.Text("secretString")), &content))
		return content.Host
	}
	return ""
}

// guardPooler checks before every operation of the runs that follow that neither the connection secret nor the pods' Secret names a
// pooler that does not exist.
func guardPooler(l *live.Stack) {
	l.Cloud.Inspect(func(op simcloud.Operation, objects func(string) []simcloud.Object) {
		told := connectionHost(l.T, objects) == poolerHost
		for _, secret := range objects(live.KubeSecretType) {
			host, _ := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "DB_HOST"))
			told = told || string(host) == poolerHost
		}
		if !told {
			return
		}
		at := fmt.Sprintf("at %s %s %s", op.Op, op.Type, op.Name)
		for _, kind := range []string{live.DeploymentType, "kubernetes:core/v1:Service"} {
			all := objects(kind)
			if assert.Len(l.T, all, 1, "%s: a pooler is told of, and there is no %s", at, kind) && kind == live.DeploymentType {
				assert.True(l.T, all[0].Is("Available"), at)
			}
		}
	})
}

// TestPooling: the pooler is created before anything refers to it, and deleted after nothing does. The application connects through
// the pooler, the migration directly. A rotation and a change of the settings replace its pods.
func TestPooling(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "additionalApps.worker.namespace", Value: "jobs"})
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: live.NamespaceType, Cluster: "mosaic-prod", ID: "jobs", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "jobs"},
	}}))
	l.MustUp()
	direct := l.KubeSecret("DB_HOST")
	guardPooler(l)
	l.Certificate("mosaic-prod", "pooler-tls")
	for _, line := range live.Pooled() {
		l.MustSet(line.Path, line.Value)
	}
	on := l.MustUp()
	assert.NotContains(t, strings.Join(on, "\n"), "batch/v1:Job", "a pooler is no migration")
	assert.NotContains(t, strings.Join(on, "\n"), "rds/instance")
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, poolerHost+":6432", l.MustOutputs()["poolerEndpoint"])
	password := l.One(live.InstanceType).Properties.Text("password")
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:"+password+"@"+poolerHost+":6432/mosaic", l.KubeSecret("DB_URL"))
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:"+password+"@"+direct+":5432/mosaic", l.KubeSecret("DB_DIRECT_URL"))
	assert.Equal(t, fmt.Sprintf("%q %q\n", "mosaicadmin", password), poolerList(l))
	for _, secret := range l.Cloud.Objects(live.KubeSecretType) {
		if secret.ID == "jobs/worker-db-secret" {
			host, _ := base64.StdEncoding.DecodeString(secret.Properties.Text("data", "DB_HOST"))
			assert.Equal(t, poolerHost, string(host), "every application goes through it")
		}
	}

	// The migration connects to the instance; the simulated cluster tries its login.
	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	for _, change := range l.MustUp() {
		assert.Contains(t, change, "batch/v1:Job")
	}
	job := l.One(live.JobType).Properties
	env, _ := json.Marshal(job)
	assert.Contains(t, string(env), `"DB_DIRECT_URL"`)

	l.MustSet("database.passwordVersion", "2")
	rotation := strings.Join(l.MustUp(), "\n")
	assert.Contains(t, rotation, "update kubernetes:apps/v1:Deployment::core-api-pooler")
	password = l.One(live.InstanceType).Properties.Text("password")
	assert.Equal(t, fmt.Sprintf("%q %q\n", "mosaicadmin", password), poolerList(l))
	l.MustSet("pooling.poolSize", "12")
	settings := strings.Join(l.MustUp(), "\n")
	assert.Contains(t, settings, "update kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.NotContains(t, settings, "secretsmanager", "who connects where stays as it is")

	l.MustSet("pooling.draining", "true")
	l.MustUp()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, direct, l.KubeSecret("DB_HOST"))
	l.One(live.DeploymentType)
	assert.Empty(t, l.MustPreview())
	l.MustSet("pooling.draining", "false")
	l.MustUp()
	assert.Equal(t, poolerHost, l.KubeSecret("DB_HOST"))

	l.MustSet("pooling.enabled", "false")
	off := l.MustUp()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	assert.Equal(t, direct, l.KubeSecret("DB_HOST"))
	assert.Empty(t, l.Cloud.Objects(live.DeploymentType))
	assert.Len(t, l.Cloud.Objects(live.SecretType), 2)
	assert.Contains(t, strings.Join(off, "\n"), "delete kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.Empty(t, l.MustPreview())
	l.NoLeak(password)
}

// poolerList is the list of users that PgBouncer reads.
func poolerList(l *live.Stack) string {
	l.T.Helper()
	return l.SecretOf("core-api-pooler", "userlist.txt")
}

// TestAPoolerThatDoesNotStart: without its certificate the pods do not start, the run fails there, and the applications still connect
// to the database. After it is turned off again, nothing refers to the pooler, even if a run failed just before the deletions.
func TestAPoolerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	direct := l.KubeSecret("DB_HOST")
	guardPooler(l)
	for _, line := range live.Pooled() {
		l.MustSet(line.Path, line.Value)
	}
	assert.Contains(t, l.MustWaitInVain(), "Minimum number of live Pods was not attained")
	assert.Contains(t, strings.Join(l.Cloud.Events(), "\n"), `secret "pooler-tls" not found`, "Pulumi does not say why")
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects))
	l.Certificate("mosaic-prod", "pooler-tls")
	// The run has switched to the pooler, and fails before it deletes what referred to the database.
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "delete" && op.Type == live.SecretVersionType || op.Op == "update" && op.Name == "core-api-db" {
			return fmt.Errorf("throttled")
		}
		return nil
	})
	l.MustFail(l.Up(t.Context()))
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	l.Cloud.Fail(nil)
	l.MustSet("pooling.enabled", "false")
	l.MustUp()
	assert.Equal(t, direct, connectionHost(t, l.Cloud.Objects), "going back from there replaces what the secret holds")
	assert.Empty(t, l.Cloud.Objects(live.DeploymentType))
	assert.Empty(t, l.MustPreview())
}

// TestPoolingOfAlternatingLogins: the pooler's user list always has both logins, with their verifiers. A rotation puts the new
// verifier into the list before the connection secret names the login, and the old login stays in the list.
func TestPoolingOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", append(live.Pooled(), engine.Override{Path: "database.credentials", Value: "alternating"})...)
	l.Certificate("mosaic-prod", "pooler-tls")
	guardPooler(l)
	watch(l)
	l.MustUp()
	assert.Equal(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	verifier := func(login string) string {
		_, after, _ := strings.Cut(poolerList(l), fmt.Sprintf("%q ", login))
		line, _, _ := strings.Cut(after, "\n")
		return strings.Trim(line, `"`)
	}
	var before [2]string
	for n, login := range []string{"core_api_a", "core_api_b"} {
		before[n] = verifier(login)
		assert.True(t, strings.HasPrefix(before[n], "SCRAM-SHA-256$4096:"), before[n])
	}
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())

	l.MustSet("database.passwordVersion", "2")
	rotation := l.MustUp()
	assert.Contains(t, strings.Join(rotation, "\n"), "update kubernetes:apps/v1:Deployment::core-api-pooler")
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Equal(t, before[0], verifier("core_api_a"), "pods that have not restarted log in as before")
	assert.NotEqual(t, before[1], verifier("core_api_b"))
	assert.NotContains(t, poolerList(l), l.KubeSecret("DB_PASSWORD"))
	assert.Empty(t, l.Cloud.Refused())

	l.MustSet("pooling.enabled", "false")
	l.MustUp()
	assert.NotEqual(t, poolerHost, connectionHost(t, l.Cloud.Objects))
	assert.Empty(t, l.Cloud.Objects(live.DeploymentType))
	assert.Empty(t, l.MustPreview())
}
