package tests

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const principal = "arn:aws:iam::123456789012:role/developers"

// alternating is prod with logins of its own, and everything that goes with them.
func alternating(t *testing.T) *live {
	t.Helper()
	l := start(t, "prod",
		engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "database.readOnlyLogin", Value: "true"},
		engine.Override{Path: "database.iamPrincipals[0]", Value: principal})
	l.watch()
	return l
}

// watch expects before every operation of every run that the database takes what every secret says, but for those that
// are named: the master user's, while its own password changes.
func (l *live) watch(but ...string) {
	l.Cloud.Watch(func(next simcloud.Operation, refused map[string]string) {
		for _, name := range but {
			delete(refused, name)
		}
		assert.Empty(l.t, refused, "before %s %s %s", next.Op, next.Type, next.Name)
	})
	l.t.Cleanup(func() { assert.Empty(l.t, l.Cloud.Refused(), "at the end") })
}

// user is the login that a secret in Secrets Manager tells of.
func (l *live) user(secret string) string {
	l.t.Helper()
	for _, version := range l.Cloud.Objects(secretVersionType) {
		if strings.Contains(version.ID, secret+"-") && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			_, rest, _ := strings.Cut(version.Properties.Text("secretString"), `"username":"`)
			user, _, _ := strings.Cut(rest, `"`)
			return user
		}
	}
	return ""
}

// TestAlternatingLogins: from the first run on, no secret ever says what the database refuses; a rotation gives the
// resting logins new passwords and leaves those of the clients alone.
func TestAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.up()
	assert.Empty(t, l.preview(), "a second run changes nothing")
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Contains(t, l.kubeSecret("DB_URL"), "postgresql+psycopg://core_api_a:")
	master := l.one(instanceType).Properties.Text("password")
	verifiers := l.one(simcloud.Logins).Properties
	assert.Len(t, l.Cloud.Objects(secretType), 5)
	outputs := l.outputs()
	assert.Equal(t, "core_api_people", outputs["peopleLogin"])
	assert.Contains(t, outputs["peopleRoleArn"], ":role/mosaic-prod-db-people-role")
	assert.Contains(t, outputs["readOnlySecretArn"], "mosaic/prod/rds/readonly")

	old := l.kubeSecret("DB_PASSWORD")
	l.set("database.passwordVersion", "2")
	changes := strings.Join(l.up(), "\n")
	assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
	assert.NotContains(t, changes, instanceType, "the instance is left alone, and so is the master user")
	assert.NotContains(t, changes, "core-api-migration", "a rotation is no migration")
	now := l.one(simcloud.Logins).Properties
	for login := range verifiers {
		if strings.HasSuffix(login, "_a") {
			assert.Equal(t, verifiers[login], now[login], "%s is the one that the pods still have", login)
		} else if strings.HasSuffix(login, "_b") {
			assert.NotEqual(t, verifiers[login], now[login], login)
		}
	}
	assert.Empty(t, l.preview())

	l.set("database.masterPasswordVersion", "2")
	l.watch("mosaic/prod/rds/credentials", "mosaic/prod/rds/bootstrap")
	l.up()
	assert.NotEqual(t, master, l.one(instanceType).Properties.Text("password"))
	assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())
	for _, password := range []string{master, old, l.kubeSecret("DB_PASSWORD")} {
		l.noLeak(password)
	}
	for _, verifier := range now {
		if text, ok := verifier.(string); ok && strings.HasPrefix(text, "SCRAM") {
			l.noLeak(text)
		}
	}
}

// TestTheOrderOfAlternatingLogins: docs/rotation.md says in which order a rotation reaches whom.
func TestTheOrderOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.up()
	begun := len(l.Cloud.Log())
	l.set("database.passwordVersion", "2")
	l.up()
	log, last := l.Cloud.Log()[begun:], -1
	for _, step := range []struct{ op, kind, name string }{
		{"create", "random:index/randomPassword:RandomPassword", "mosaic-prod-db-core_api_b-2"},
		{"create", secretVersionType, "mosaic/prod/rds/bootstrap"},
		{"update", externalSecretType, "core-api-bootstrap-db"},
		{"create", jobType, "core-api-bootstrap"},
		{"create", secretVersionType, "mosaic/prod/rds/connection"},
		{"update", externalSecretType, "core-api-db"},
	} {
		at := slices.IndexFunc(log, func(o simcloud.Operation) bool { return o.Op == step.op && o.Type == step.kind && o.Name == step.name })
		require.GreaterOrEqual(t, at, 0, "%v is not in the log", step)
		assert.Greater(t, at, last, "%v comes too early", step)
		last = at
	}
}

// TestARotationThatFails: wherever it stops, every secret works, and both ways are open but the one that would change a
// login that clients have: that one the database refuses.
func TestARotationThatFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]struct {
		at      func(simcloud.Operation) bool
		applied bool // the logins have the new number
	}{
		"at the bootstrap's secret": {func(op simcloud.Operation) bool {
			return op.Type == secretVersionType && strings.HasSuffix(op.Name, "bootstrap")
		}, false},
		"at the bootstrap": {func(op simcloud.Operation) bool { return op.Type == jobType }, false},
		"at the connection": {func(op simcloud.Operation) bool {
			return op.Type == secretVersionType && strings.HasSuffix(op.Name, "connection")
		}, true},
		"at the synchronising": {func(op simcloud.Operation) bool { return op.Type == externalSecretType && op.Name == "core-api-db" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := alternating(t)
			l.up()
			l.set("database.passwordVersion", "2")
			l.Cloud.Fail(func(op simcloud.Operation) error {
				if fails.at(op) && (op.Op == "create" || op.Op == "update") {
					return errors.New("injected")
				}
				return nil
			})
			assert.Contains(t, l.refuse(l.Up(t.Context())), "injected")
			l.Cloud.Fail(nil)
			l.set("database.passwordVersion", "1")
			if fails.applied {
				assert.Contains(t, l.refuse(l.Up(t.Context())), "write database.passwordVersion: 2")
			} else {
				l.up()
				assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
			}
			l.set("database.passwordVersion", "2")
			l.up()
			assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
			assert.Empty(t, l.preview())
			l.set("database.passwordVersion", "4")
			assert.Contains(t, l.refuse(l.Preview(t.Context())), "2 or one more")
		})
	}
}

// TestABootstrapThatFailsRunsAgain: the next run runs it once more, without anybody having to change anything.
func TestABootstrapThatFailsRunsAgain(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.Cloud.JobResult = func(image string) error {
		if strings.HasPrefix(image, "postgres:") {
			return errors.New("psql: FATAL: too many connections")
		}
		return nil
	}
	why := l.refuse(l.Up(t.Context()))
	assert.Contains(t, why, "core-api-bootstrap-")
	assert.Contains(t, why, "too many connections", "the end of its log is in the error")
	assert.Empty(t, l.user("mosaic/prod/rds/connection"), "nobody is told of a login that is not there")
	l.Cloud.JobResult = nil
	l.up()
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())
}

// TestARunThatIsKilled: the CLI is killed when the bootstrap has run, and when the connection has been switched, before
// the state has either.
func TestARunThatIsKilled(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.up()
	l.set("database.passwordVersion", "2")
	for _, kind := range []string{jobType, secretVersionType} {
		name, _, err := l.killAtCreate(func(op simcloud.Operation) bool {
			return op.Type == kind && (op.Name == "core-api-bootstrap" || op.Name == "mosaic/prod/rds/connection")
		})
		require.Error(t, err)
		require.NotEmpty(t, name)
		l.cli("cancel", "--yes")
		assert.Empty(t, l.Cloud.Refused())
		if kind == jobType {
			for _, job := range l.Cloud.Objects(jobType) {
				if strings.Contains(job.ID, "bootstrap") {
					require.NoError(t, l.Cloud.Remove(jobType, job.ID)) // as faults.md has it: what the state does not know is in the way
				}
			}
		}
	}
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	l.up()
	assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())
}

// TestMovingBetweenTheModes on a database that lives: there and back, every secret works at every moment.
func TestMovingBetweenTheModes(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "mosaic-own"})
	l.watch()
	l.up()
	password := l.one(instanceType).Properties.Text("password")
	before := inventory(l.Cloud)

	l.set("database.credentials", "alternating")
	shown := l.preview()
	for _, change := range l.up() {
		assert.NotContains(t, change, "replace aws:rds", change)
		assert.NotContains(t, change, "core/v1:Namespace", "the namespace stays")
		assert.NotContains(t, change, "core-api-migration-", "what ran, ran")
	}
	assert.NotEmpty(t, shown)
	assert.Empty(t, l.preview())
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Equal(t, password, l.one(instanceType).Properties.Text("password"), "pods that have it still get in")

	l.set("database.credentials", "master")
	l.up()
	assert.Empty(t, l.preview())
	assert.Equal(t, "mosaicadmin", l.kubeSecret("DB_USER"))
	assert.Equal(t, before, slices.DeleteFunc(inventory(l.Cloud), func(o string) bool { return strings.HasPrefix(o, simcloud.Logins) }))
	assert.NotEmpty(t, l.Cloud.Objects(simcloud.Logins), "pods that have one of the logins still get in")

	l.set("database.credentials", "alternating")
	l.up()
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())

	// After a rotation, the way back also gives the master user another password, which nobody has to know in time.
	l.set("database.passwordVersion", "2")
	l.up()
	assert.Equal(t, password, l.one(instanceType).Properties.Text("password"))
	l.watch("mosaic/prod/rds/credentials", "mosaic/prod/rds/bootstrap")
	l.set("database.credentials", "master")
	l.up()
	assert.NotEqual(t, password, l.one(instanceType).Properties.Text("password"))
	assert.Equal(t, "mosaicadmin", l.kubeSecret("DB_USER"))
	assert.Empty(t, l.preview())
}

// TestARestoreTakesTheLoginsAlong: to the restored instance, and back to the kept one.
func TestARestoreTakesTheLoginsAlong(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.up()
	l.restoring()
	l.set("database.passwordVersion", "2")
	l.up()
	assert.Equal(t, "core_api_b", l.kubeSecret("DB_USER"))
	assert.Contains(t, l.kubeSecret("DB_HOST"), "mosaic-prod-db-2.")
	l.set("restore.serving", "1")
	l.set("database.passwordVersion", "3")
	l.up()
	assert.Equal(t, "core_api_a", l.kubeSecret("DB_USER"))
	assert.Contains(t, l.kubeSecret("DB_HOST"), "mosaic-prod-db.")
	assert.Empty(t, l.preview())
}

// TestWhoReadsWhichSecret: the application's role reads the connection alone, and the pods of the bootstrap have none.
func TestWhoReadsWhichSecret(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.up()
	reads := map[string][]string{}
	for _, policy := range l.Cloud.Objects("aws:iam/rolePolicy:RolePolicy") {
		for _, secret := range []string{"credentials", "connection", "bootstrap", "migrator", "readonly"} {
			if strings.Contains(policy.Properties.Text("policy"), "mosaic/prod/rds/"+secret) {
				reads[policy.Properties.Text("role")] = append(reads[policy.Properties.Text("role")], secret)
			}
		}
	}
	assert.Equal(t, map[string][]string{
		"mosaic-prod-core-api-secrets-role":        {"connection"},
		"mosaic-prod-core-api-database-admin-role": {"bootstrap", "migrator"},
	}, reads)
	for _, job := range l.Cloud.Objects(jobType) {
		assert.Empty(t, job.Properties.Text("spec", "template", "spec", "serviceAccountName"), "%s would have a role of IAM", job.ID)
	}
	people := l.Cloud.Objects("aws:iam/rolePolicy:RolePolicy")[slices.IndexFunc(l.Cloud.Objects("aws:iam/rolePolicy:RolePolicy"), func(o simcloud.Object) bool {
		return strings.HasPrefix(o.ID, "mosaic-prod-db-people-role")
	})]
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["rds-db:connect"],
		"Resource": ["arn:aws:rds-db:us-east-1:123456789012:dbuser:`+l.one(instanceType).Properties.Text("resourceId")+`/core_api_people"]}]}`,
		people.Properties.Text("policy"))
	roles := map[string]string{}
	for _, role := range l.Cloud.Objects(roleType) {
		roles[role.ID] = role.Properties.Text("assumeRolePolicy")
	}
	assert.Len(t, slices.Collect(maps.Keys(roles)), 3)
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": ["`+principal+`"]}}]}`,
		roles["mosaic-prod-db-people-role"])
}

// TestTheNamespaceIsFound where an older program had it, as a part of the application's access: nothing is made again.
func TestTheNamespaceIsFound(t *testing.T) {
	t.Parallel()
	l := started(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "mosaic-own"})
	text, err := l.Export(t.Context())
	require.NoError(t, err)
	const (
		access = "urn:pulumi:prod::mosaic-database::mosaic-database:k8s:Access::mosaic-prod-core-api-access"
		now    = "urn:pulumi:prod::mosaic-database::kubernetes:core/v1:Namespace::mosaic-own"
		once   = "urn:pulumi:prod::mosaic-database::mosaic-database:k8s:Access$kubernetes:core/v1:Namespace::mosaic-own"
	)
	require.Contains(t, text, now)
	var state struct {
		Version    int            `json:"version"`
		Deployment map[string]any `json:"deployment"`
	}
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(text, now, once)), &state))
	resources := state.Deployment["resources"].([]any)
	index := func(urn string) int {
		return slices.IndexFunc(resources, func(r any) bool { return r.(map[string]any)["urn"] == urn })
	}
	namespace := resources[index(once)]
	namespace.(map[string]any)["parent"] = access
	resources = slices.Delete(resources, index(once), index(once)+1)
	resources = slices.Insert(resources, index(access)+1, namespace) // after its parent
	state.Deployment["resources"] = resources
	content, err := json.Marshal(state)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	l.cli("stack", "import", "--file", file)
	begun := len(l.Cloud.Log())
	l.up()
	for _, op := range l.Cloud.Log()[begun:] {
		assert.False(t, op.Type == "kubernetes:core/v1:Namespace" && (op.Op == "create" || op.Op == "delete"), "%v", op)
	}
	assert.Empty(t, l.preview())
}
