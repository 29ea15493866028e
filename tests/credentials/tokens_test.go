package credentials

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// login is the name of the policy that allows logging in by token.
const login = "log-in-to-the-database"

// mayLogIn tells whether a role has this policy for the active instance.
func mayLogIn(l *live.Stack, role, user string) bool {
	for _, policy := range l.Cloud.Objects(live.RolePolicyType) {
		text := policy.Properties.Text("policy")
		if policy.Properties.Text("role") == role && policy.Properties.Text("name") == login && strings.Contains(text, "/"+user+`"`) {
			return true
		}
	}
	return false
}

// TestMovingToTokensAndBack: every secret works at every moment, pods of before still get in, and the database stays.
func TestMovingToTokensAndBack(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	watch(l)
	l.MustUp()
	password := l.One(live.InstanceType).Properties.Text("password")
	const role, migrator = "mosaic-prod-core-api-secrets-role", "mosaic-prod-core-api-migrator-role"
	for _, from := range []string{"master", "alternating"} {
		l.MustSet("database.credentials", from)
		l.MustUp()
		l.MustSet("database.credentials", "iam")
		for _, change := range l.MustUp() {
			assert.NotContains(t, change, "replace aws:rds", change)
		}
		assert.Empty(t, l.MustPreview())
		assert.Equal(t, "core_api_iam", l.KubeSecret("DB_USER"))
		assert.Empty(t, l.KubeSecret("DB_PASSWORD"))
		assert.True(t, mayLogIn(l, role, "core_api_iam"))
		assert.True(t, mayLogIn(l, migrator, "core_api_migrator_iam"))
		assert.False(t, mayLogIn(l, role, "core_api_migrator_iam"), "pods do not change the schema")

		l.MustSet("database.credentials", from)
		l.MustSet("database.iamDatabaseAuthentication", "false")
		assert.Contains(t, l.MustFail(l.Up(t.Context())), "true in the run that leaves credentials iam", "pods that make tokens would not get in")
		l.MustUnset("database.iamDatabaseAuthentication")
		l.MustUp()
		assert.True(t, mayLogIn(l, role, "core_api_iam"), "pods that make tokens still get in")
		assert.False(t, mayLogIn(l, migrator, "core_api_migrator_iam"))
		assert.NotEmpty(t, l.KubeSecret("DB_PASSWORD"))
		l.MustUp()
		assert.False(t, mayLogIn(l, role, "core_api_iam"), "and the run after it takes that away")
		assert.Empty(t, l.MustPreview())
		assert.Equal(t, password, l.One(live.InstanceType).Properties.Text("password"))
	}
}
