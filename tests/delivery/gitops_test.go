package delivery

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestGitOps: the program creates nothing in the cluster, and the outputs have the values with which the chart does.
func TestGitOps(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"})
	for _, change := range l.MustUp() {
		assert.NotContains(t, change, "kubernetes:")
	}
	outputs := l.MustOutputs()
	assert.Equal(t, map[string]any{
		"serviceAccount": map[string]any{
			"create": true, "name": "core-api",
			"annotations": map[string]any{"eks.amazonaws.com/role-arn": outputs["roleArn"]},
		},
		"tls":                   map[string]any{"caBundlePath": "", "caBundleConfigMap": ""},
		"deploymentAnnotations": map[string]any{"secret.reloader.stakater.com/reload": "core-api-db-secret"},
		"externalSecrets": map[string]any{
			"enabled": true, "secretStore": "aws-secrets-manager", "region": "us-east-1",
			"databaseSecretName": "mosaic/prod/rds/connection", "targetSecretName": "core-api-db-secret",
		},
		"migrations": map[string]any{
			"enabled": true, "image": "mosaic-life/core-api:1.0.0", "command": []any{"alembic", "upgrade", "head"},
		},
	}, outputs["helmValues"])
}

// TestFormsWithGitOps: a form that an application asks for is in the connection secret, and the chart hears of the entry. Nobody asked for the
// others.
func TestFormsWithGitOps(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.Compile("../../docs/reference/helmValues.schema.json")
	require.NoError(t, err)
	l := live.Start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"},
		engine.Override{Path: "additionalApps.worker.secretEntries.JDBC_URL", Value: "jdbc_url"})
	l.MustUp()
	var contents []string
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		contents = append(contents, version.Properties.Text("secretString"))
	}
	all := strings.Join(contents, "\n")
	assert.Contains(t, all, `"jdbc_url":"jdbc:postgresql://mosaic-prod-db.`)
	assert.NotContains(t, all, "tls_url")
	outputs := l.MustOutputs()
	main, worker := outputs["helmValues"], outputs["additionalApps"].(map[string]any)["worker"].(map[string]any)["helmValues"]
	assert.NotContains(t, main.(map[string]any)["externalSecrets"], "entries")
	assert.Equal(t, map[string]any{"JDBC_URL": "jdbc_url"}, worker.(map[string]any)["externalSecrets"].(map[string]any)["entries"])
	require.NoError(t, schema.Validate(main))
	require.NoError(t, schema.Validate(worker))
}

// TestAnotherApplicationWithGitOps: an additional application gets a role and values, and nothing in the cluster.
func TestAnotherApplicationWithGitOps(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"},
		engine.Override{Path: "additionalApps.worker.namespace", Value: "jobs"})
	assert.NotContains(t, strings.Join(l.MustUp(), " "), "kubernetes:")
	assert.Len(t, l.Cloud.Objects(live.RoleType), 2)
	worker := l.MustOutputs()["additionalApps"].(map[string]any)["worker"].(map[string]any)
	assert.Equal(t, "jobs", worker["namespace"])
	assert.Equal(t, true, worker["helmValues"].(map[string]any)["serviceAccount"].(map[string]any)["create"])
	assert.Equal(t, false, worker["helmValues"].(map[string]any)["migrations"].(map[string]any)["enabled"])
}
