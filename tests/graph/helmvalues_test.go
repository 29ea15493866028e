package graph

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config/template"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestPlaceholders: every placeholder has a value of its type, which is that of the output of its name.
func TestPlaceholders(t *testing.T) {
	shape := map[string]string{"text": "postgres://${endpoint}:${port}/${databaseName}, $${HOME}: ${chartCreatesObjects}"}
	for _, placeholder := range template.Placeholders() {
		shape[placeholder.Name] = "${" + placeholder.Name + "}"
	}
	content, err := json.Marshal(map[string]any{"helmValues": map[string]any{"nested": []any{shape, 1.5, true, "words"}}})
	require.NoError(t, err)
	values := recorder.StackFile(t, "prod")
	values["mosaic-database:app"] = string(content)
	values["mosaic-database:additionalApps"] = `{"worker": ` + string(content) + `}`
	exports := recorder.Up(t, "prod", values).Exports

	nested := exports["helmValues"].(map[string]any)["nested"].([]any)
	assert.Equal(t, []any{1.5, true, "words"}, nested[1:], "what is no placeholder stays")
	rendered := nested[0].(map[string]any)
	assert.Equal(t, "postgres://"+exports["endpoint"].(string)+":5432/mosaic, ${HOME}: false", rendered["text"])
	for _, placeholder := range template.Placeholders() {
		value, has := rendered[placeholder.Name]
		require.True(t, has, placeholder.Name)
		types := map[template.Type]any{template.String: "", template.Number: 0, template.Boolean: false, template.List: []string{}, template.Map: map[string]string{}}
		assert.IsType(t, types[placeholder.Type], value, placeholder.Name)
		if output, isOutput := exports[placeholder.Name]; isOutput {
			assert.Equal(t, output, value, placeholder.Name)
		}
	}

	worker := exports["additionalApps"].(map[string]any)["worker"].(map[string]any)
	of := worker["helmValues"].(map[string]any)["nested"].([]any)[0].(map[string]any)
	for _, name := range []string{"roleArn", "namespace", "serviceAccountName", "kubernetesSecretName"} {
		assert.Equal(t, worker[name], of[name], "an application has its own")
	}
	assert.Equal(t, "worker-db", of["externalSecretName"])
	assert.Equal(t, "worker-aws-secrets-manager", of["secretStoreName"])
}
