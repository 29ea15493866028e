package delivery

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestManifests compares the Kubernetes objects of the committed stacks, and of some that turn more on, with files that kubectl
// can apply. The objects are what a run sends to the simulated cluster, with placeholders for values of RDS and Secrets Manager. The
// package manifests checks the files against the schemas.
func TestManifests(t *testing.T) {
	everything := []engine.Override{
		{Path: "app.createNamespace", Value: "true"}, {Path: "app.namespace", Value: "mosaic-own"},
		{Path: "tls.caBundlePath", Value: "/app/rds.pem"},
		{Path: "tls.caBundleConfigMap", Value: "rds-ca"},
		{Path: "migrations.command[0]", Value: "alembic"}, {Path: "migrations.command[1]", Value: "-c"},
		{Path: "migrations.command[2]", Value: "it's.ini"}, {Path: "migrations.command[3]", Value: "upgrade"},
		{Path: "migrations.command[4]", Value: "head"},
		{Path: "migrations.image", Value: "mosaic-life/core-api@sha256:" + strings.Repeat("0123456789abcdef", 4)},
	}
	pods := append(live.Pooled(),
		engine.Override{Path: "database.credentials", Value: "alternating"},
		engine.Override{Path: "pods.imagePullSecrets[0]", Value: "registry"},
		engine.Override{Path: `pods.nodeSelector["kubernetes.io/arch"]`, Value: "arm64"},
		engine.Override{Path: "pods.tolerations[0].key", Value: "dedicated"}, engine.Override{Path: "pods.tolerations[0].value", Value: "database"},
		engine.Override{Path: "pods.tolerations[0].effect", Value: "NoExecute"}, engine.Override{Path: "pods.tolerations[0].tolerationSeconds", Value: "60"},
		engine.Override{Path: "pods.tolerations[1].key", Value: "spot"}, engine.Override{Path: "pods.tolerations[1].operator", Value: "Exists"},
		engine.Override{Path: `pods.labels["sidecar.istio.io/inject"]`, Value: "false", Text: true},
		engine.Override{Path: `pods.annotations["linkerd.io/inject"]`, Value: "disabled"},
		engine.Override{Path: "pods.priorityClassName", Value: "database"},
		engine.Override{Path: "pods.runAsUser", Value: "20001"},
		engine.Override{Path: "migrations.env.DATABASE_URL", Value: "$(DB_URL)"}, engine.Override{Path: "migrations.env.LOG_LEVEL", Value: "debug"},
		engine.Override{Path: "migrations.secretEnv.SENTRY_DSN", Value: "core-api-sentry/dsn"},
	)
	for _, stack := range []struct {
		file, name string
		overrides  []engine.Override
	}{{"dev", "dev", nil}, {"prod", "prod", nil}, {"everything", "prod", everything}, {
		"pooling", "prod", append(live.Pooled(), engine.Override{Path: "tls.caBundleConfigMap", Value: "rds-ca"}),
	}, {"load", "prod", nil}, {"pods", "prod", pods}, {"alternating", "prod", []engine.Override{
		{Path: "database.credentials", Value: "alternating"}, {Path: "database.readOnlyLogin", Value: "true"}, {Path: "tls.caBundlePath", Value: "/app/rds.pem"},
	}}, {"iam", "prod", []engine.Override{{Path: "database.credentials", Value: "iam"}}}, {"access", "prod", []engine.Override{
		{Path: "app.secretsServiceAccount", Value: reader}, {Path: "additionalApps.worker.clusterSecretStore", Value: "aws"},
	}}} {
		t.Run(stack.file, func(t *testing.T) {
			t.Parallel()
			if stack.file == "pods" {
				oncluster.Simulated(t, "no node has these labels, and there is no such priority class")
			}
			l := live.Start(t, stack.name, stack.overrides...)
			l.Cloud.Takes = func(op simcloud.Operation) {
				if op.Op == "create" && op.Type == live.NamespaceType { // as trust-manager does in each new namespace
					l.Bundle(op.Name, "rds.pem")
				}
			}
			l.Bundle("mosaic-prod", "ca-bundle.pem")
			l.Certificate("mosaic-prod", "pooler-tls")
			l.AddKubeSecret("mosaic-prod", "core-api-sentry", "Opaque", map[string]any{"dsn": "aHR0cHM6Ly9h"})
			clusterStore(l, "aws")
			l.MustUp()
			if stack.file == "load" {
				l.MustSet("restore.generation", "2")
				l.MustSet("restore.dumpAndLoad", "true")
				l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
				l.MustUp()
			}
			oncluster.Simulated(t, "objects that an API server has completed are no manifests")
			golden.Check(t, filepath.Join("..", "manifests", "testdata", stack.file+".yaml"), manifests(l))
		})
	}
}

// manifests are the objects that the program created in the cluster, in the order in which a user would apply them.
func manifests(l *live.Stack) string {
	l.T.Helper()
	const placeholder = "00000000-0000-4000-8000-000000000000" // a version of a secret
	names := []string{}
	for _, external := range l.Cloud.Objects(live.ExternalSecretType) {
		version := external.Properties.Text("metadata", "annotations", "force-sync")
		require.NotEmpty(l.T, version)
		names = append(names, version, placeholder, strings.ReplaceAll(version, "-", "_"), strings.ReplaceAll(placeholder, "-", "_"))
	}
	var documents []string
	for _, kind := range []string{
		"core/v1:Namespace", "core/v1:ServiceAccount", "external-secrets.io/v1:SecretStore", "external-secrets.io/v1:ExternalSecret",
		"core/v1:ConfigMap", "networking.k8s.io/v1:NetworkPolicy", "apps/v1:Deployment", "core/v1:Service", "policy/v1:PodDisruptionBudget",
		"batch/v1:Job",
	} {
		for _, object := range l.Cloud.Objects("kubernetes:" + kind) {
			if object.Properties.Map("metadata", "labels") == nil {
				continue // it existed before
			}
			out, err := yaml.Marshal(map[string]any(object.Properties.Manifest()))
			require.NoError(l.T, err)
			documents = append(documents, string(out))
		}
	}
	require.GreaterOrEqual(l.T, len(documents), 5)
	text := strings.Join(slices.Insert(documents, 0, "# Generated: just golden\n"), "---\n")
	// The name of the bootstrap comes from the version of its secret.
	text = regexp.MustCompile(`core-api-bootstrap-[0-9a-f]{10}`).ReplaceAllString(text, "core-api-bootstrap-0123456789")
	return strings.NewReplacer(names...).Replace(text)
}
