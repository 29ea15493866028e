package live

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// One is the only object of a type. The test fails if there is not exactly one.
func (l *Stack) One(kind string) simcloud.Object {
	l.T.Helper()
	all := l.Cloud.Objects(kind)
	require.Len(l.T, all, 1, kind)
	return all[0]
}

// KubeSecret is an entry of the Kubernetes Secret core-api-db-secret.
func (l *Stack) KubeSecret(entry string) string {
	l.T.Helper()
	return l.SecretOf("core-api", entry)
}

// SecretOf is an entry of the Kubernetes Secret of an application's pods.
func (l *Stack) SecretOf(app, entry string) string {
	l.T.Helper()
	for _, secret := range l.Cloud.Objects(KubeSecretType) {
		if strings.HasSuffix(secret.ID, "/"+app+"-db-secret") {
			value, err := base64.StdEncoding.DecodeString(secret.Properties.Text("data", entry))
			require.NoError(l.T, err)
			return string(value)
		}
	}
	l.T.Fatal("the pods have no Secret")
	return ""
}

// Ran lists the images of the migrations that started, in order.
func (l *Stack) Ran() []string {
	var images []string
	for _, operation := range l.Cloud.Log()[l.begun:] {
		if operation.Op == "run" {
			images = append(images, operation.Text[strings.LastIndex(operation.Text, ":")+1:])
		}
	}
	return images
}

// Bundle creates the ConfigMap rds-ca of prod with a file in it, as trust-manager would.
func (l *Stack) Bundle(namespace, file string) {
	l.T.Helper()
	require.NoError(l.T, l.Cloud.Add(simcloud.Object{Kind: "kubernetes:core/v1:ConfigMap", Cluster: "mosaic-prod", ID: namespace + "/rds-ca", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "rds-ca", "namespace": namespace},
		"data": map[string]any{file: "certificates"},
	}}))
}

// ClusterSecretStore creates a store for the whole cluster, which reads with a ServiceAccount.
func (l *Stack) ClusterSecretStore(name, namespace, account string) {
	l.T.Helper()
	require.NoError(l.T, l.Cloud.Add(simcloud.Object{Kind: "kubernetes:external-secrets.io/v1:ClusterSecretStore", Cluster: "mosaic-prod", ID: name, Properties: simcloud.Properties{
		"apiVersion": "external-secrets.io/v1", "kind": "ClusterSecretStore", "metadata": map[string]any{"name": name},
		"spec": map[string]any{"provider": map[string]any{"aws": map[string]any{"service": "SecretsManager", "region": "us-east-1", "auth": map[string]any{
			"jwt": map[string]any{"serviceAccountRef": map[string]any{"name": account, "namespace": namespace}},
		}}}},
	}}))
}

// Certificate creates the Secret that cert-manager would.
func (l *Stack) Certificate(namespace, name string) {
	l.T.Helper()
	l.AddKubeSecret(namespace, name, "kubernetes.io/tls", map[string]any{"tls.crt": "Y2VydGlmaWNhdGU=", "tls.key": "a2V5"})
}

// AddKubeSecret creates a Secret of the user's own, with data in base64.
func (l *Stack) AddKubeSecret(namespace, name, kind string, data map[string]any) {
	l.T.Helper()
	cluster := "mosaic-prod"
	if namespace == "mosaic-dev" {
		cluster = namespace
	}
	require.NoError(l.T, l.Cloud.Add(simcloud.Object{Kind: KubeSecretType, Cluster: cluster, ID: namespace + "/" + name, Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": map[string]any{"name": name, "namespace": namespace}, "data": data,
	}}))
}

// generated matches the random part of names and ids.
var generated = regexp.MustCompile(`[0-9a-f]{7,}(-[0-9a-f]{4,})*`)

// IsGenerated tells whether a name has a random part.
func IsGenerated(name string) bool { return generated.MatchString(name) }

// Inventory lists everything in the cloud as "kind id", with "…" for random parts.
func (l *Stack) Inventory() []string {
	var all []string
	for _, o := range l.Cloud.Objects("") {
		all = append(all, generated.ReplaceAllString(o.Kind+" "+o.ID, "…"))
	}
	slices.Sort(all)
	return all
}
