//go:build prove

package faults

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
)

// without takes the permission to log in by token away from a role of dev.
func without(l *live.Stack, role string) {
	l.T.Helper()
	for _, policy := range l.Cloud.Objects(live.RolePolicyType) {
		if policy.Properties.Text("role") == role && strings.Contains(policy.Properties.Text("policy"), "rds-db:connect") {
			require.NoError(l.T, l.Cloud.Remove(live.RolePolicyType, policy.ID))
			return
		}
	}
	l.T.Fatal(role + " may not log in by token")
}

// tokenOfNoRight: nothing of the Secret is wrong, so nobody but the server says anything.
func tokenOfNoRight(t *testing.T) []string {
	oncluster.Simulated(t, "the pods of a cluster make no tokens")
	l := live.Start(t, "dev", engine.Override{Path: "database.credentials", Value: "iam"})
	l.MustUp()
	assert.Empty(t, l.Cloud.Refused())
	without(l, "mosaic-dev-core-api-secrets-role")
	assert.Empty(t, l.MustUp(), "a run without --refresh believes the state")
	said := l.Cloud.Refused()
	require.Len(t, said, 2, "the secret and its copy in the cluster")
	why := seen(t, said["mosaic/dev/rds/connection"], `FATAL: PAM authentication failed for user "core_api_iam"`)
	_, err := l.Up(t.Context(), optup.Refresh())
	require.NoError(t, err)
	settles(l)
	return []string{"nothing: the server refuses the pods with " + why + ", and the alarm of the failed logins counts them", "`up --refresh`",
		"the policy is back, and the pods get in with their next token"}
}
