package live

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// One is the only object of a type.
func (l *Stack) One(kind string) simcloud.Object {
	l.T.Helper()
	all := l.Cloud.Objects(kind)
	require.Len(l.T, all, 1, kind)
	return all[0]
}

// KubeSecret is one entry of the Kubernetes Secret of the application that owns the schema.
func (l *Stack) KubeSecret(entry string) string {
	l.T.Helper()
	for _, secret := range l.Cloud.Objects(KubeSecretType) {
		if strings.HasSuffix(secret.ID, "/core-api-db-secret") {
			value, err := base64.StdEncoding.DecodeString(secret.Properties.Text("data", entry))
			require.NoError(l.T, err)
			return string(value)
		}
	}
	l.T.Fatal("the pods have no Secret")
	return ""
}

// Ran is the images of the migrations that began to run, in order.
func (l *Stack) Ran() []string {
	var images []string
	for _, operation := range l.Cloud.Log() {
		if operation.Op == "run" {
			images = append(images, operation.Text[strings.LastIndex(operation.Text, ":")+1:])
		}
	}
	return images
}

// Bundle makes the ConfigMap rds-ca of prod with a file in it, as trust-manager would.
func (l *Stack) Bundle(namespace, file string) {
	l.T.Helper()
	require.NoError(l.T, l.Cloud.Add(simcloud.Object{Kind: "kubernetes:core/v1:ConfigMap", Cluster: "mosaic-prod", ID: namespace + "/rds-ca", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "rds-ca", "namespace": namespace},
		"data": map[string]any{file: "certificates"},
	}}))
}

// Certificate makes the Secret that cert-manager would.
func (l *Stack) Certificate(namespace, name string) {
	l.T.Helper()
	cluster := "mosaic-prod"
	if namespace == "mosaic-dev" {
		cluster = namespace
	}
	require.NoError(l.T, l.Cloud.Add(simcloud.Object{Kind: KubeSecretType, Cluster: cluster, ID: namespace + "/" + name, Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": map[string]any{"name": name, "namespace": namespace},
		"data": map[string]any{"tls.crt": "Y2VydGlmaWNhdGU=", "tls.key": "a2V5"},
	}}))
}

// generated is what is drawn by lot, in names and ids.
var generated = regexp.MustCompile(`[0-9a-f]{7,}(-[0-9a-f]{4,})*`)

// IsGenerated tells whether a name was drawn by lot.
func IsGenerated(name string) bool { return generated.MatchString(name) }

// Inventory is all that exists in the cloud, "kind id", with "…" for what was drawn by lot.
func (l *Stack) Inventory() []string {
	var all []string
	for _, o := range l.Cloud.Objects("") {
		all = append(all, generated.ReplaceAllString(o.Kind+" "+o.ID, "…"))
	}
	slices.Sort(all)
	return all
}
