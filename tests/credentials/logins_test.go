// Package credentials rotates passwords, switches between kinds of logins, and turns the pooler on and off, on the real engine. At
// every moment, the database accepts the credentials in every secret.
package credentials

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const principal = "arn:aws:iam::123456789012:role/developers"

// alternating is prod with alternating logins, deployed.
func alternating(t *testing.T) *live.Stack {
	t.Helper()
	l := live.Start(t, "prod",
		engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "database.readOnlyLogin", Value: "true"},
		engine.Override{Path: "database.iamPrincipals[0]", Value: principal})
	watch(l)
	return l
}

// watch checks before every operation of every run that the database accepts the credentials in every secret, except in those that are
// named: the master user's, while its password changes.
func watch(l *live.Stack, but ...string) {
	l.Cloud.Watch(func(next simcloud.Operation, refused map[string]string) {
		for _, name := range but {
			delete(refused, name)
		}
		assert.Empty(l.T, refused, "before %s %s %s", next.Op, next.Type, next.Name)
	})
	l.T.Cleanup(func() { assert.Empty(l.T, l.Cloud.Refused(), "at the end") })
}

// userOf is the user name in a secret of Secrets Manager.
func userOf(l *live.Stack, secret string) string {
	l.T.Helper()
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		if strings.Contains(version.ID, secret+"-") && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			_, rest, _ := strings.Cut(version.Properties.Text("secretString"), `"username":"`)
			user, _, _ := strings.Cut(rest, `"`)
			return user
		}
	}
	return ""
}

// TestAlternatingLogins: from the first run on, the database accepts the credentials in every secret. A rotation changes the
// passwords of the inactive logins, and leaves the logins that clients use alone.
func TestAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	assert.Contains(t, l.KubeSecret("DB_URL"), "postgresql+psycopg://core_api_a:")
	master := l.One(live.InstanceType).Properties.Text("password")
	verifiers := l.One(simcloud.Logins).Properties
	assert.Len(t, l.Cloud.Objects(live.SecretType), 5)
	outputs := l.MustOutputs()
	assert.Equal(t, "core_api_people", outputs["peopleLogin"])
	assert.Contains(t, outputs["peopleRoleArn"], ":role/mosaic-prod-db-people-role")
	assert.Contains(t, outputs["readOnlySecretArn"], "mosaic/prod/rds/readonly")

	old := l.KubeSecret("DB_PASSWORD")
	l.MustSet("database.passwordVersion", "2")
	changes := strings.Join(l.MustUp(), "\n")
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.NotContains(t, changes, live.InstanceType, "the instance is left alone, and so is the master user")
	assert.NotContains(t, changes, "core-api-migration", "a rotation is no migration")
	now := l.One(simcloud.Logins).Properties
	for login := range verifiers {
		if strings.HasSuffix(login, "_a") {
			assert.Equal(t, verifiers[login], now[login], "%s is the one that the pods still have", login)
		} else if strings.HasSuffix(login, "_b") {
			assert.NotEqual(t, verifiers[login], now[login], login)
		}
	}
	assert.Empty(t, l.MustPreview())

	l.MustSet("database.masterPasswordVersion", "2")
	watch(l, "mosaic/prod/rds/credentials", "mosaic/prod/rds/bootstrap")
	l.MustUp()
	assert.NotEqual(t, master, l.One(live.InstanceType).Properties.Text("password"))
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())
	for _, password := range []string{master, old, l.KubeSecret("DB_PASSWORD")} {
		l.NoLeak(password)
	}
	for _, verifier := range now {
		if text, ok := verifier.(string); ok && strings.HasPrefix(text, "SCRAM") {
			l.NoLeak(text)
		}
	}
}

// TestTheOrderOfAlternatingLogins: a rotation changes things in the order that docs/how-to/rotation.md has.
func TestTheOrderOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	begun := len(l.Cloud.Log())
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	inOrder(t, l.Cloud.Log()[begun:], alternatingRotation())
}

// TestARotationThatFails: wherever a rotation stops, every secret works, and it can be completed or undone. Only what would change
// the password of a login that clients use is refused, by the database.
func TestARotationThatFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]struct {
		at      func(simcloud.Operation) bool
		applied bool // whether the bootstrap has changed the logins
	}{
		"at the bootstrap's secret": {func(op simcloud.Operation) bool {
			return op.Type == live.SecretVersionType && strings.HasSuffix(op.Name, "bootstrap")
		}, false},
		"at the bootstrap": {func(op simcloud.Operation) bool { return op.Type == live.JobType }, false},
		"at the connection": {func(op simcloud.Operation) bool {
			return op.Type == live.SecretVersionType && strings.HasSuffix(op.Name, "connection")
		}, true},
		"at the synchronising": {func(op simcloud.Operation) bool {
			return op.Type == live.ExternalSecretType && op.Name == "core-api-db"
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := alternating(t)
			l.MustUp()
			l.MustSet("database.passwordVersion", "2")
			l.Cloud.Fail(func(op simcloud.Operation) error {
				if fails.at(op) && (op.Op == "create" || op.Op == "update") {
					return errors.New("injected")
				}
				return nil
			})
			assert.Contains(t, l.MustFail(l.Up(t.Context())), "injected")
			l.Cloud.Fail(nil)
			l.MustSet("database.passwordVersion", "1")
			if fails.applied {
				assert.Contains(t, l.MustFail(l.Up(t.Context())), "write database.passwordVersion: 2")
			} else {
				l.MustUp()
				assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
			}
			l.MustSet("database.passwordVersion", "2")
			l.MustUp()
			assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
			assert.Empty(t, l.MustPreview())
			l.MustSet("database.passwordVersion", "4")
			assert.Contains(t, l.MustFail(l.Preview(t.Context())), "2 or one more")
		})
	}
}

// TestABootstrapThatFailsRunsAgain: the next run runs it again, without a change of the stack file, and as the pod that the file asks
// for now: what was missing may have been a pull secret.
func TestABootstrapThatFailsRunsAgain(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.Cloud.JobResult = func(image string) error {
		if strings.HasPrefix(image, "postgres:") {
			return errors.New("psql: FATAL: too many connections")
		}
		return nil
	}
	why := l.MustFail(l.Up(t.Context()))
	assert.Contains(t, why, "core-api-bootstrap-")
	assert.Contains(t, why, "too many connections", "the end of its log is in the error")
	assert.Empty(t, userOf(l, "mosaic/prod/rds/connection"), "nobody is told of a login that is not there")
	l.Cloud.JobResult = nil
	l.MustSet("pods.imagePullSecrets[0]", "registry")
	l.MustUp()
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	for _, job := range l.Cloud.Objects(live.JobType) {
		assert.NotNil(t, job.Properties.Map("spec", "template", "spec")["imagePullSecrets"], job.ID)
	}
	assert.Empty(t, l.MustPreview())
}

// TestARunThatIsKilled: the CLI is killed after the bootstrap has run, and after the connection secret has changed, before the state
// has either.
func TestARunThatIsKilled(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	l.MustSet("database.passwordVersion", "2")
	for _, kind := range []string{live.JobType, live.SecretVersionType} {
		name, _, err := l.KillAtCreate(func(op simcloud.Operation) bool {
			return op.Type == kind && (op.Name == "core-api-bootstrap" || op.Name == "mosaic/prod/rds/connection")
		})
		require.Error(t, err)
		require.NotEmpty(t, name)
		l.CLI("cancel", "--yes")
		assert.Empty(t, l.Cloud.Refused())
		if kind == live.JobType {
			for _, job := range l.Cloud.Objects(live.JobType) {
				if strings.Contains(job.ID, "bootstrap") {
					require.NoError(t, l.Cloud.Remove(live.JobType, job.ID)) // as docs/why/faults.md says: the Job that the state does not know blocks the next one
				}
			}
		}
	}
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	l.MustUp()
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())
}

// TestMovingBetweenTheModes switches a deployed database to alternating credentials and back. Every secret works at every moment.
func TestMovingBetweenTheModes(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "mosaic-own"})
	watch(l)
	l.MustUp()
	password := l.One(live.InstanceType).Properties.Text("password")
	before := l.Inventory()

	l.MustSet("database.credentials", "alternating")
	shown := l.MustPreview()
	for _, change := range l.MustUp() {
		assert.NotContains(t, change, "replace aws:rds", change)
		assert.NotContains(t, change, "core/v1:Namespace", "the namespace stays")
		assert.NotContains(t, change, "core-api-migration-", "what ran, ran")
	}
	assert.NotEmpty(t, shown)
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	assert.Equal(t, password, l.One(live.InstanceType).Properties.Text("password"), "pods that have it still get in")

	l.MustSet("database.credentials", "master")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, "mosaicadmin", l.KubeSecret("DB_USER"))
	assert.Equal(t, before, slices.DeleteFunc(l.Inventory(), func(o string) bool { return strings.HasPrefix(o, simcloud.Logins) }))
	assert.NotEmpty(t, l.Cloud.Objects(simcloud.Logins), "pods that have one of the logins still get in")

	l.MustSet("database.credentials", "alternating")
	l.MustUp()
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())

	// After a rotation, going back also changes the password of the master user, which no client uses.
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	assert.Equal(t, password, l.One(live.InstanceType).Properties.Text("password"))
	watch(l, "mosaic/prod/rds/credentials", "mosaic/prod/rds/bootstrap")
	l.MustSet("database.credentials", "master")
	l.MustUp()
	assert.NotEqual(t, password, l.One(live.InstanceType).Properties.Text("password"))
	assert.Equal(t, "mosaicadmin", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())
}

// TestARestoreTakesTheLoginsAlong: the logins work on the restored instance, and on the retained one after going back.
func TestARestoreTakesTheLoginsAlong(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	l.RestoreLatest()
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Contains(t, l.KubeSecret("DB_HOST"), "mosaic-prod-db-2.")
	l.MustSet("restore.serving", "1")
	l.MustSet("database.passwordVersion", "3")
	l.MustUp()
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	assert.Contains(t, l.KubeSecret("DB_HOST"), "mosaic-prod-db.")
	assert.Empty(t, l.MustPreview())
}

// TestWhoReadsWhichSecret: the application's role reads only the connection secret, and the pods of the bootstrap have no role.
func TestWhoReadsWhichSecret(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	reads := map[string][]string{}
	for _, policy := range l.Cloud.Objects(live.RolePolicyType) {
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
	for _, job := range l.Cloud.Objects(live.JobType) {
		assert.Empty(t, job.Properties.Text("spec", "template", "spec", "serviceAccountName"), "%s would have a role of IAM", job.ID)
	}
	policy := l.Cloud.Objects(live.RolePolicyType)[slices.IndexFunc(l.Cloud.Objects(live.RolePolicyType), func(o simcloud.Object) bool {
		return strings.HasPrefix(o.ID, "mosaic-prod-db-people-role")
	})]
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["rds-db:connect"],
		"Resource": ["arn:aws:rds-db:us-east-1:123456789012:dbuser:`+l.One(live.InstanceType).Properties.Text("resourceId")+`/core_api_people"]}]}`,
		policy.Properties.Text("policy"))
	roles := map[string]string{}
	for _, role := range l.Cloud.Objects(live.RoleType) {
		roles[role.ID] = role.Properties.Text("assumeRolePolicy")
	}
	assert.Len(t, slices.Collect(maps.Keys(roles)), 3)
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": ["`+principal+`"]}}]}`,
		roles["mosaic-prod-db-people-role"])
}
