package credentials

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// byToken is prod with logins by token, or a tier of it. Before every operation, whoever has a Secret can log in.
func byToken(t *testing.T, overrides ...engine.Override) *live.Stack {
	t.Helper()
	l := live.Start(t, "prod", append(overrides, engine.Override{Path: "database.credentials", Value: "iam"})...)
	watch(l)
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	return l
}

// serverIDs are what IAM policies name the servers by, by the servers' identifiers.
func serverIDs(l *live.Stack) map[string]string {
	ids := map[string]string{}
	for _, o := range l.Cloud.Objects(live.InstanceType) {
		ids[o.Properties.Text("identifier")] = o.Properties.Text("resourceId")
	}
	for _, o := range l.Cloud.Objects(live.ClusterType) {
		ids[o.ID] = o.Properties.Text("clusterResourceId")
	}
	return ids
}

// expectLogins expects the role to be allowed this login on these servers, and nothing else.
func expectLogins(l *live.Stack, role, user string, identifiers ...string) {
	l.T.Helper()
	ids, expected := serverIDs(l), []string{}
	for _, identifier := range identifiers {
		require.NotEmpty(l.T, ids[identifier], identifier)
		expected = append(expected, fmt.Sprintf(`"arn:aws:rds-db:us-east-1:123456789012:dbuser:%s/%s"`, ids[identifier], user))
	}
	for _, policy := range l.Cloud.Objects(live.RolePolicyType) {
		if policy.Properties.Text("role") == role && policy.Properties.Text("name") == login {
			_, resources, _ := strings.Cut(policy.Properties.Text("policy"), `"Resource":`)
			resources, _, _ = strings.Cut(strings.TrimPrefix(resources, "["), "]")
			resources, _, _ = strings.Cut(resources, "}")
			assert.ElementsMatch(l.T, expected, strings.Split(resources, ","), role)
			return
		}
	}
	assert.Fail(l.T, "no policy", role)
}

const (
	applicationRole = "mosaic-prod-core-api-secrets-role"
	migratorRole    = "mosaic-prod-core-api-migrator-role"
)

// TestTokensOfACluster: IAM names an Aurora cluster by its own resource ID, for the writer and the readers.
func TestTokensOfACluster(t *testing.T) {
	t.Parallel()
	l := byToken(t, engine.Override{Path: "tier", Value: "serverless"}, engine.Override{Path: "database.readReplicas", Value: "1"})
	cluster := l.One(live.ClusterType).Properties
	assert.True(t, cluster.Flag("iamDatabaseAuthenticationEnabled"))
	assert.Regexp(t, "^cluster-", cluster.Text("clusterResourceId"))
	expectLogins(l, applicationRole, "core_api_iam", "mosaic-prod-db")
	expectLogins(l, migratorRole, "core_api_migrator_iam", "mosaic-prod-db")
	assert.Equal(t, cluster.Text("endpoint"), l.KubeSecret("DB_HOST"))

	l.RestoreLatest()
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectLogins(l, applicationRole, "core_api_iam", "mosaic-prod-db-2", "mosaic-prod-db")
	expectLogins(l, migratorRole, "core_api_migrator_iam", "mosaic-prod-db-2", "mosaic-prod-db")
}

// TestTokensFollowARestore: the restored instance has another resource ID, so the policy names it; pods that have not restarted still get
// into the one that they know, also after a run that failed before the Secret moved.
func TestTokensFollowARestore(t *testing.T) {
	t.Parallel()
	l := byToken(t)
	expectLogins(l, applicationRole, "core_api_iam", "mosaic-prod-db")
	old := l.KubeSecret("DB_HOST")

	l.RestoreLatest()
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "create" && op.Type == live.JobType {
			return errors.New("injected")
		}
		return nil
	})
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "injected")
	l.Cloud.Fail(nil)
	assert.Equal(t, old, l.KubeSecret("DB_HOST"))
	assert.Empty(t, l.Cloud.Refused(), "pods get into the instance that their Secret names")

	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Contains(t, l.KubeSecret("DB_HOST"), "mosaic-prod-db-2.")
	expectLogins(l, applicationRole, "core_api_iam", "mosaic-prod-db-2", "mosaic-prod-db")
	expectLogins(l, migratorRole, "core_api_migrator_iam", "mosaic-prod-db-2", "mosaic-prod-db")

	l.MustSet("restore.serving", "1")
	l.MustUp()
	assert.Equal(t, old, l.KubeSecret("DB_HOST"))
	expectLogins(l, migratorRole, "core_api_migrator_iam", "mosaic-prod-db-2", "mosaic-prod-db")
	l.MustUnset("restore.serving")
	l.MustUp()
	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	l.MustUp()
	l.MustUnset("restore.unprotected")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	l.MustUp()
	expectLogins(l, applicationRole, "core_api_iam", "mosaic-prod-db-2")
	assert.Empty(t, l.MustPreview())
}

// TestARestoreFromBeforeTokens: a backup from before the switch has no logins by token. The bootstrap makes them in the restored instance
// before any Secret names it.
func TestARestoreFromBeforeTokens(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "database.credentials", Value: "alternating"})
	watch(l)
	l.MustUp()
	taken := l.One(live.InstanceType).Properties
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: simcloud.SnapshotType, ID: "before", Properties: taken}))
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: simcloud.Logins, ID: "before", Properties: l.One(simcloud.Logins).Properties}))
	l.MustSet("database.credentials", "iam")
	l.MustUp()
	l.MustSet("restore.generation", "2")
	l.MustSet("restore.snapshotIdentifier", "before")
	begun := len(l.Cloud.Log())
	l.MustUp()
	assert.Contains(t, l.KubeSecret("DB_HOST"), "mosaic-prod-db-2.")
	assert.Equal(t, "core_api_iam", l.KubeSecret("DB_USER"))
	before(t, l.Cloud.Log()[begun:], "core-api-bootstrap", "mosaic/prod/rds/connection")
}

// before expects the run to have done the one before the other.
func before(t *testing.T, log []simcloud.Operation, first, then string) {
	t.Helper()
	at := func(name string) int {
		for i, op := range log {
			if op.Op == "create" && strings.HasPrefix(op.Name, name) && (op.Type == live.JobType || op.Type == live.SecretVersionType) {
				return i
			}
		}
		assert.Fail(t, "not created", name)
		return -1
	}
	assert.Less(t, at(first), at(then))
}
