package recipes

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestTheDrillNeedsNothingOfTheNamespace: a stack uses Secrets, a ConfigMap and a store of its namespace, which the drill's new namespace has not.
func TestTheDrillNeedsNothingOfTheNamespace(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, deployed(t)) // the drill writes into the state
	for key, value := range map[string]string{
		"tls.caBundleConfigMap": "rds-bundle", "pooling.enabled": "true", "pooling.tlsSecretName": "tls", "app.secretName": "theirs",
		"app.secretEntries.DATABASE_URL": "url", "database.credentials": "alternating", "database.iamPrincipals[0]": "arn:aws:iam::123456789012:role/developers",
		"app.clusterSecretStore": "aws", "database.instanceIdentifier": "theirs", "migrations.secretEnv.DSN": "sentry/dsn", "additionalApps.worker.namespace": "jobs",
	} {
		pulumiCLI(t, b, "config", "set", "--plaintext", "--stack", "prod", "--path", "mosaic-database:"+key, value)
	}
	before, err := engine.StackConfig(b.project, "prod")
	require.NoError(t, err)
	made, used := namespaced(recorder.Up(t, "prod", before))
	require.Subset(t, used, []string{"rds-bundle", "tls", "aws", "sentry"})
	require.NotSubset(t, made, used)

	b.expect(drilled(on("pulumi up --stack prod-drill --yes --skip-preview", "").do(`cp Pulumi.yaml Pulumi.prod-drill.yaml "$CALLS"; exit 1`),
		"additionalApps", "pooling", "tls", "database.iamPrincipals", "database.instanceIdentifier", "app.secretName", "app.secretEntries", "app.clusterSecretStore", "migrations.secretEnv")...)
	b.expect(on("pulumi destroy --stack prod-drill --yes --skip-preview", ""), on("pulumi stack rm prod-drill --yes", "").do(realPulumi))
	b.just("yes\n", "db-drill", "prod")
	values, err := engine.StackConfig(b.calls, "prod-drill")
	require.NoError(t, err)
	drill := recorder.Up(t, "prod-drill", values)
	made, used = namespaced(drill)
	assert.NotEmpty(t, used)
	assert.Subset(t, made, used)
	assert.True(t, slices.ContainsFunc(drill.Registrations, func(r recorder.Registration) bool {
		return r.Type == "aws:rds/instance:Instance" && r.Name == "mosaic-prod-drill-db"
	}), "an instance of its own, and not another one under the name of the original's")
}

// namespaced returns the Secrets, ConfigMaps and stores that the program makes in the cluster, and those that its objects use.
func namespaced(recording *recorder.Recording) (made, used []string) {
	for _, one := range recording.Registrations {
		metadata, _ := one.Inputs["metadata"].(map[string]any)
		spec, _ := one.Inputs["spec"].(map[string]any)
		switch one.Inputs["kind"] {
		case "Secret", "ConfigMap", "SecretStore":
			made = append(made, metadata["name"].(string))
		case "ExternalSecret":
			made = append(made, spec["target"].(map[string]any)["name"].(string))
			used = append(used, spec["secretStoreRef"].(map[string]any)["name"].(string))
		default:
			used = append(used, references(spec)...)
		}
	}
	slices.Sort(used)
	return made, slices.Compact(used)
}

// references returns the Secrets and ConfigMaps that pods take variables and volumes from.
func references(value any) (names []string) {
	switch value := value.(type) {
	case []any:
		for _, one := range value {
			names = append(names, references(one)...)
		}
	case map[string]any:
		for field, one := range value {
			object, _ := one.(map[string]any)
			for _, name := range []string{"name", "secretName"} {
				if text, isText := object[name].(string); isText && slices.Contains([]string{"secretKeyRef", "secretRef", "configMapRef", "configMapKeyRef", "configMap", "secret"}, field) {
					names = append(names, text)
				}
			}
			names = append(names, references(one)...)
		}
	}
	return names
}
