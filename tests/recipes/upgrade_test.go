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

// db-upgrade-finish is the master user, whoever the application and people are; and it fails when something is left to do.
func TestTheUpgradeIsFinishedByTheMasterUser(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	for credentials, secret := range map[string]string{"master": "core-api-db-secret DB_PASSWORD", "alternating": "core-api-bootstrap-db-secret PGPASSWORD"} {
		b := newBench(t, outputsOnly(t))
		b.expect(append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod",
			"applicationName":"core-api","kubernetesSecretName":"core-api-db-secret",
			"peopleRoleArn":"arn:aws:iam::123456789012:role/mosaic-prod-db-people-role","peopleLogin":"core_api_people"}`),
			setting("database.credentials").do("echo "+credentials), createPod, waitPod,
			on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("exit 3"), deletePod)...)
		r := b.just("", "db-upgrade-finish", "prod")
		assert.NotZero(t, r.code)
		assert.Contains(t, r.stderr, "something is left to do, see above")
		content, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
		require.NoError(t, err)
		var pod corev1.Pod
		require.NoError(t, json.Unmarshal(content, &pod))
		from := map[string]string{}
		for _, env := range pod.Spec.Containers[0].Env {
			if env.ValueFrom != nil {
				from[env.Name] = env.ValueFrom.SecretKeyRef.Name + " " + env.ValueFrom.SecretKeyRef.Key
			}
		}
		assert.Equal(t, secret, from["PGPASSWORD"])
		assert.Len(t, from, 5)
	}
}
