package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// TestMoreThanOneApplication: each has its own role, ServiceAccount, SecretStore and Secret. One that comes touches no
// other, one that goes is refused until it was unprotected, and then takes nothing else along.
func TestMoreThanOneApplication(t *testing.T) {
	t.Parallel()
	l := start(t, "prod")
	alone := l.up()
	password := l.one(instanceType).Properties.Text("password")
	for _, change := range alone {
		assert.NotContains(t, change, "worker")
	}
	// In the namespace of the first, and before it in the alphabet.
	l.set("additionalApps.worker.serviceAccount", "worker")
	l.set("additionalApps.billing.serviceAccount", "billing")
	added := l.up()
	assert.Len(t, added, 2*7, "two components, role, policy, ServiceAccount, SecretStore, ExternalSecret: %s", added)
	for _, change := range added {
		assert.Regexp(t, "^create .*(worker|billing)", change)
	}
	assert.Empty(t, l.preview())

	secrets := map[string]bool{}
	for _, secret := range l.Cloud.Objects(kubeSecretType) {
		secrets[secret.ID] = true
	}
	assert.Equal(t, map[string]bool{
		"mosaic-prod/core-api-db-secret": true, "mosaic-prod/worker-db-secret": true, "mosaic-prod/billing-db-secret": true,
	}, secrets)
	for _, role := range l.Cloud.Objects(roleType) {
		trust := role.Properties.Text("assumeRolePolicy")
		assert.Equal(t, 1, strings.Count(trust, "system:serviceaccount:"), "the trust is one to one: %s", trust)
	}
	worker := l.outputs()["additionalApps"].(map[string]any)["worker"].(map[string]any)
	assert.Equal(t, "arn:aws:iam::123456789012:role/mosaic-prod-worker-secrets-role", worker["roleArn"])
	values := worker["helmValues"].(map[string]any)
	assert.Equal(t, "worker-aws-secrets-manager", values["externalSecrets"].(map[string]any)["secretStore"])
	assert.Equal(t, "worker", values["serviceAccount"].(map[string]any)["name"])
	assert.Len(t, l.Cloud.Objects(jobType), 1, "one application owns the schema")

	require.NoError(t, l.Unset(t.Context(), "additionalApps.worker"))
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "mosaic-database:additionalApps.worker: not there any more")
	l.set("additionalApps.worker.deletionProtection", "false")
	l.up()
	require.NoError(t, l.Unset(t.Context(), "additionalApps.worker"))
	removed := l.up()
	assert.Len(t, removed, 7, "%s", removed)
	for _, change := range removed {
		assert.Regexp(t, "^delete .*worker", change)
	}
	assert.Empty(t, l.preview())
	l.noLeak(password)
}

// TestAnotherApplicationWithGitOps: roles and values, and nothing in the cluster.
func TestAnotherApplicationWithGitOps(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"},
		engine.Override{Path: "additionalApps.worker.namespace", Value: "jobs"})
	assert.NotContains(t, strings.Join(l.up(), " "), "kubernetes:")
	assert.Len(t, l.Cloud.Objects(roleType), 2)
	worker := l.outputs()["additionalApps"].(map[string]any)["worker"].(map[string]any)
	assert.Equal(t, "jobs", worker["namespace"])
	assert.Equal(t, true, worker["helmValues"].(map[string]any)["serviceAccount"].(map[string]any)["create"])
	assert.Equal(t, false, worker["helmValues"].(map[string]any)["migrations"].(map[string]any)["enabled"])
}
