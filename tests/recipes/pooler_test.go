package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// podSecrets is the Secret and the entry from which the pod of a recipe gets each variable.
func (b *bench) podSecrets() map[string]string {
	b.t.Helper()
	content, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
	require.NoError(b.t, err)
	var pod corev1.Pod
	require.NoError(b.t, json.Unmarshal(content, &pod))
	from := map[string]string{}
	for _, env := range pod.Spec.Containers[0].Env {
		if env.ValueFrom != nil {
			from[env.Name] = env.ValueFrom.SecretKeyRef.Name + " " + env.ValueFrom.SecretKeyRef.Key
		}
	}
	return from
}

// db-shell connects to the database, not to the pooler, because users need sessions of their own.
func TestDbShellGoesPastThePooler(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	for endpoint, entry := range map[string]string{"": "DB_HOST", "core-api-pooler.mosaic-prod.svc:6432": "DB_DIRECT_HOST"} {
		b := newBench(t, outputsOnly(t))
		b.expect(append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod",
			"kubernetesSecretName":"core-api-db-secret","poolerEndpoint":"`+endpoint+`"}`),
			setting("pods"), createPod, waitPod, on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do("cat"), deletePod)...)
		r := b.just("select 1;", "db-shell", "prod")
		require.Zero(t, r.code, r.stderr)
		from := b.podSecrets()
		assert.Equal(t, "core-api-db-secret "+entry, from["PGHOST"])
		assert.Equal(t, "core-api-db-secret DB_PASSWORD", from["PGPASSWORD"])
	}
}
