package delivery

import (
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestHelmValuesHaveTheirSchema: the exported values of every delivery satisfy the published schema, and values that a chart could not
// use do not.
func TestHelmValuesHaveTheirSchema(t *testing.T) {
	schema, err := jsonschema.Compile("../../docs/reference/helmValues.schema.json")
	require.NoError(t, err)
	for _, delivery := range []string{"pulumi", "handover", "gitops"} {
		t.Run(delivery, func(t *testing.T) {
			t.Parallel()
			l := live.Started(t, "prod", engine.Override{Path: "delivery", Value: delivery})
			values := l.MustOutputs()["helmValues"].(map[string]any)
			require.NoError(t, schema.Validate(values))
			chart := delivery != "pulumi"
			assert.Equal(t, chart, values["serviceAccount"].(map[string]any)["create"])
			assert.Equal(t, chart, values["externalSecrets"].(map[string]any)["enabled"])
			assert.Equal(t, delivery == "gitops", values["migrations"].(map[string]any)["enabled"], "one of the two runs them, never both")
			text, err := json.Marshal(values)
			require.NoError(t, err)
			for name, wrong := range map[string]func(map[string]any){
				"an unknown value":    func(v map[string]any) { v["replicas"] = 1 },
				"a part that is gone": func(v map[string]any) { delete(v, "tls") },
				"a role that is none": func(v map[string]any) {
					v["serviceAccount"].(map[string]any)["annotations"].(map[string]any)["eks.amazonaws.com/role-arn"] = "core-api"
				},
				"a switch that is none": func(v map[string]any) { v["migrations"].(map[string]any)["enabled"] = "true" },
				"migrations of no image": func(v map[string]any) {
					v["migrations"].(map[string]any)["enabled"], v["migrations"].(map[string]any)["image"] = true, ""
				},
				"a bundle without a path":   func(v map[string]any) { v["tls"].(map[string]any)["caBundleConfigMap"] = "rds-ca" },
				"no ServiceAccount":         func(v map[string]any) { v["serviceAccount"] = map[string]any{} },
				"a ServiceAccount too many": func(v map[string]any) { v["externalSecrets"].(map[string]any)["serviceAccount"] = v["serviceAccount"] },
				"a store of another kind":   func(v map[string]any) { v["externalSecrets"].(map[string]any)["secretStoreKind"] = "Store" },
				"a secret without name":     func(v map[string]any) { v["externalSecrets"].(map[string]any)["targetSecretName"] = "" },
			} {
				var copied map[string]any
				require.NoError(t, json.Unmarshal(text, &copied))
				wrong(copied)
				assert.Error(t, schema.Validate(copied), name)
			}

			// All other variants of the values.
			l.MustSet("additionalApps.worker.serviceAccount", "worker")
			l.MustSet("tls.caBundleConfigMap", "rds-ca")
			l.Bundle("mosaic-prod", "ca-bundle.pem")
			l.MustSet("app.reloadOnChange", "false")
			for _, enabled := range []string{"true", "false"} {
				l.MustSet("migrations.enabled", enabled)
				l.MustUp()
				outputs := l.MustOutputs()
				values := outputs["helmValues"].(map[string]any)
				require.NoError(t, schema.Validate(values))
				require.NoError(t, schema.Validate(outputs["additionalApps"].(map[string]any)["worker"].(map[string]any)["helmValues"]))
				assert.Equal(t, delivery == "gitops" && enabled == "true", values["migrations"].(map[string]any)["enabled"])
				assert.Empty(t, values["deploymentAnnotations"])
				assert.Equal(t, map[string]any{"caBundlePath": "/etc/ssl/rds/ca-bundle.pem", "caBundleConfigMap": "rds-ca"}, values["tls"])
			}
			if delivery == "handover" {
				return
			}
			l.MustSet("app.secretsServiceAccount", reader)
			l.MustSet("app.releasing", "true")
			l.MustSet("additionalApps.worker.clusterSecretStore", "aws")
			l.MustSet("additionalApps.worker.releasing", "true")
			clusterStore(l, "aws")
			l.MustUp()
			outputs := l.MustOutputs()
			require.NoError(t, schema.Validate(outputs["helmValues"]))
			require.NoError(t, schema.Validate(outputs["additionalApps"].(map[string]any)["worker"].(map[string]any)["helmValues"]))
		})
	}
}
