package delivery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestMoreThanOneApplication: each application has its own role, ServiceAccount, SecretStore and Secret. Adding one changes no other.
// Removing one is refused until it is unprotected, and then deletes nothing else.
func TestMoreThanOneApplication(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	alone := l.MustUp()
	password := l.One(live.InstanceType).Properties.Text("password")
	for _, change := range alone {
		assert.NotContains(t, change, "worker")
	}
	// In the namespace of the first, and before it in the alphabet.
	l.MustSet("additionalApps.worker.serviceAccount", "worker")
	l.MustSet("additionalApps.billing.serviceAccount", "billing")
	added := l.MustUp()
	assert.Len(t, added, 2*7, "two components, role, policy, ServiceAccount, SecretStore, ExternalSecret: %s", added)
	for _, change := range added {
		assert.Regexp(t, "^create .*(worker|billing)", change)
	}
	assert.Empty(t, l.MustPreview())

	secrets := map[string]bool{}
	for _, secret := range l.Cloud.Objects(live.KubeSecretType) {
		secrets[secret.ID] = true
	}
	assert.Equal(t, map[string]bool{
		"mosaic-prod/core-api-db-secret": true, "mosaic-prod/worker-db-secret": true, "mosaic-prod/billing-db-secret": true,
	}, secrets)
	for _, role := range l.Cloud.Objects(live.RoleType) {
		trust := role.Properties.Text("assumeRolePolicy")
		assert.Equal(t, 1, strings.Count(trust, "system:serviceaccount:"), "the trust is one to one: %s", trust)
	}
	worker := l.MustOutputs()["additionalApps"].(map[string]any)["worker"].(map[string]any)
	assert.Equal(t, "arn:aws:iam::123456789012:role/mosaic-prod-worker-secrets-role", worker["roleArn"])
	values := worker["helmValues"].(map[string]any)
	assert.Equal(t, "worker-aws-secrets-manager", values["externalSecrets"].(map[string]any)["secretStore"])
	assert.Equal(t, "worker", values["serviceAccount"].(map[string]any)["name"])
	assert.Len(t, l.Cloud.Objects(live.JobType), 1, "one application owns the schema")

	l.MustUnset("additionalApps.worker")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "mosaic-database:additionalApps.worker: not there any more")
	l.MustSet("additionalApps.worker.deletionProtection", "false")
	l.MustUp()
	l.MustUnset("additionalApps.worker")
	removed := l.MustUp()
	assert.Len(t, removed, 7, "%s", removed)
	for _, change := range removed {
		assert.Regexp(t, "^delete .*worker", change)
	}
	assert.Empty(t, l.MustPreview())
	l.NoLeak(password)
}
