package credentials

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/leaks"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// both are the secrets that have the former password while RDS takes over or gives back, with which nothing logs in at that time.
func both() []string {
	return []string{"mosaic/prod/rds/credentials", "mosaic/prod/rds/bootstrap"}
}

// ofRDS is what RDS's own secret has; nothing if there is none.
func ofRDS(l *live.Stack) (content struct{ Username, Password string }) {
	l.T.Helper()
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		if strings.Contains(version.ID, ":secret:rds!") && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			require.NoError(l.T, json.Unmarshal([]byte(version.Properties.Text("secretString")), &content))
		}
	}
	return content
}

// TestRDSManagesTheMasterPassword: RDS takes over on a live database and gives back. The clients' logins work all the time, what reads the master
// user's password reads RDS's own secret, and no state, plan or screen has a password of the master user from then on.
func TestRDSManagesTheMasterPassword(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	former := l.One(live.InstanceType).Properties.Text("password")
	client := l.KubeSecret("DB_PASSWORD")

	watch(l, both()...)
	l.MustSet("database.manageMasterUserPassword", "true")
	plan := savedPlan(l)
	for _, change := range append(l.MustPreview(), l.MustUp()...) {
		assert.NotContains(t, change, "replace aws:rds", change)
	}
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	plan += savedPlan(l)
	assert.Equal(t, client, l.KubeSecret("DB_PASSWORD"))
	first := ofRDS(l)
	assert.Equal(t, "mosaicadmin", first.Username)
	assert.NotEqual(t, former, first.Password)
	assert.Contains(t, l.MustOutputs()["masterUserSecretArn"], ":secret:rds!db-")
	assert.Contains(t, secretText(l, "mosaic/prod/rds/credentials"), `"masterUserSecretArn":"arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-`)
	for _, secret := range []string{"credentials", "bootstrap"} {
		assert.NotContains(t, secretText(l, "mosaic/prod/rds/"+secret), `"password"`)
	}
	state := string(l.CLI("stack", "export", "--show-secrets"))
	require.True(t, leaks.Found(plan, client), "it has what the program knows")
	for _, password := range []string{former, first.Password} {
		assert.False(t, leaks.Found(state, password), "not even in clear")
		assert.False(t, leaks.Found(plan, password), "nor in a plan")
		l.NoLeak(password)
	}
	assert.NotContains(t, state, "mosaic-prod-db-password", "the program makes none")

	require.NoError(t, l.Cloud.RotateMasters())
	require.NoError(t, l.Cloud.Sync())
	second := ofRDS(l)
	assert.NotEqual(t, first.Password, second.Password)
	assert.Empty(t, l.Cloud.Refused())
	assert.Empty(t, l.MustPreview(), "of a rotation the program learns nothing")

	l.MustSet("database.manageMasterUserPassword", "false")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Empty(t, ofRDS(l).Password, "RDS has deleted its secret")
	assert.Contains(t, secretText(l, "mosaic/prod/rds/credentials"), `"password"`)
	assert.NotContains(t, []string{former, second.Password}, l.One(live.InstanceType).Properties.Text("password"))
	assert.Equal(t, client, l.KubeSecret("DB_PASSWORD"))
	assert.Equal(t, l.MustOutputs()["credentialsSecretArn"], l.MustOutputs()["masterUserSecretArn"])
}

// savedPlan is what pulumi preview --save-plan writes, with its secrets in clear.
func savedPlan(l *live.Stack) string {
	l.T.Helper()
	file := filepath.Join(l.T.TempDir(), "plan.json")
	l.CLI("preview", "--save-plan", file, "--show-secrets", "--non-interactive")
	text, err := os.ReadFile(file)
	require.NoError(l.T, err)
	return string(text)
}

// secretText is the current content of a secret.
func secretText(l *live.Stack, secret string) string {
	l.T.Helper()
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		if strings.Contains(version.ID, secret+"-") && slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			return version.Properties.Text("secretString")
		}
	}
	l.T.Fatal("there is no secret " + secret)
	return ""
}

// managed is prod with a master user whose password RDS manages, deployed.
func managed(t *testing.T) *live.Stack {
	t.Helper()
	l := live.Start(t, "prod", engine.Override{Path: "database.credentials", Value: "alternating"},
		engine.Override{Path: "database.manageMasterUserPassword", Value: "true"})
	l.MustUp()
	assert.Empty(t, l.Cloud.Refused())
	assert.Empty(t, l.MustPreview())
	return l
}

// copied is the master user's password that the operator has brought to the cluster.
func copied(l *live.Stack) string {
	l.T.Helper()
	return l.SecretOf("core-api-bootstrap", "PGPASSWORD")
}

// TestTheBootstrapAfterRDSHasRotated: whatever makes the bootstrap run again, the operator reads RDS's secret before, so that the Job has
// the password of today, however old the operator's copy is.
func TestTheBootstrapAfterRDSHasRotated(t *testing.T) {
	t.Parallel()
	l := managed(t)
	for key, value := range map[string]string{
		"database.bootstrapImage": "postgres:17.7-alpine", "database.passwordVersion": "2", "database.readOnlyLogin": "true",
	} {
		require.NoError(t, l.Cloud.RotateMasters())
		assert.NotEqual(t, ofRDS(l).Password, copied(l), "the operator has not looked yet")
		l.MustSet(key, value)
		l.MustUp()
		assert.Equal(t, ofRDS(l).Password, copied(l), key)
	}
	assert.Empty(t, l.MustPreview())
}

// TestABootstrapWithAnOldCopy: a Job that failed because RDS rotated in the middle runs again in the next run.
func TestABootstrapWithAnOldCopy(t *testing.T) {
	t.Parallel()
	l := managed(t)
	l.MustSet("database.passwordVersion", "2")
	l.Cloud.JobResult = func(string) error {
		return errors.New(`psql: error: FATAL: password authentication failed for user "mosaicadmin"`)
	}
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "password authentication failed")
	l.Cloud.JobResult = nil
	require.NoError(t, l.Cloud.RotateMasters())
	require.NoError(t, l.Cloud.Sync())
	l.MustUp()
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())
}

// TestATakeoverThatStops: wherever a run stops that lets RDS take over, or give back, the clients' logins work, and the next run gets to
// the end, either way.
func TestATakeoverThatStops(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"false", "true"} {
		to := map[string]string{"false": "true", "true": "false"}[from]
		for name, at := range map[string]func(simcloud.Operation) bool{
			"at the instance": func(op simcloud.Operation) bool { return op.Type == live.InstanceType },
			"at the credentials": func(op simcloud.Operation) bool {
				return op.Type == live.SecretVersionType && strings.HasSuffix(op.Name, "credentials")
			},
			"at the policy":    func(op simcloud.Operation) bool { return op.Type == live.RolePolicyType },
			"at the bootstrap": func(op simcloud.Operation) bool { return op.Type == live.JobType },
		} {
			for _, then := range []string{from, to} {
				t.Run(from+" to "+to+", "+name+", then "+then, func(t *testing.T) {
					t.Parallel()
					l := live.Start(t, "prod", engine.Override{Path: "database.credentials", Value: "alternating"},
						engine.Override{Path: "database.manageMasterUserPassword", Value: from})
					l.MustUp()
					watch(l, both()...)
					l.MustSet("database.manageMasterUserPassword", to)
					l.Cloud.Fail(func(op simcloud.Operation) error {
						if at(op) && (op.Op == "create" || op.Op == "update") {
							return errors.New("injected")
						}
						return nil
					})
					assert.Contains(t, l.MustFail(l.Up(t.Context())), "injected")
					l.Cloud.Fail(nil)
					l.MustSet("database.manageMasterUserPassword", then)
					l.MustUp()
					assert.Empty(t, l.MustPreview())
					assert.Equal(t, then == "true", ofRDS(l).Password != "")
				})
			}
		}
	}
}

// TestATakeoverThatTheStateDoesNotHave: the CLI is killed when RDS has taken over, or given back, before the state has it.
func TestATakeoverThatTheStateDoesNotHave(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	watch(l, both()...)
	for _, to := range []string{"true", "false"} {
		before := map[string]any{}
		keep := func(resource map[string]any) {
			if resource["type"] == live.InstanceType {
				before["inputs"], before["outputs"] = resource["inputs"], resource["outputs"]
			}
		}
		l.EditState(keep)
		l.MustSet("database.manageMasterUserPassword", to)
		l.MustUp()
		l.EditState(func(resource map[string]any) {
			if resource["type"] == live.InstanceType {
				resource["inputs"], resource["outputs"] = before["inputs"], before["outputs"]
			}
		})
		l.MustUp()
		assert.Empty(t, l.MustPreview())
		assert.Equal(t, to == "true", ofRDS(l).Password != "")
	}
}

// TestARestoreThatRDSManages: a restored instance comes back without a managed password, and RDS takes over before clients are led there.
// After going back, each instance has a secret of its own.
func TestARestoreThatRDSManages(t *testing.T) {
	t.Parallel()
	l := managed(t)
	l.RestoreLatest()
	l.MustUp()
	assert.Empty(t, l.Cloud.Refused())
	assert.Contains(t, l.KubeSecret("DB_HOST"), "mosaic-prod-db-2.")
	l.MustSet("restore.serving", "1")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	secrets := map[any]bool{}
	for _, one := range l.Cloud.Objects(live.InstanceType) {
		assert.Empty(t, one.Properties.Text("password"))
		secrets[one.Properties["masterUserSecrets"].([]any)[0].(map[string]any)["secretArn"]] = true
	}
	assert.Len(t, secrets, 2)
}
