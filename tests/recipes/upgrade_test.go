package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// db-upgrade-finish logs in as the master user, whatever the logins of the application and of IAM users, and fails if something is left
// to do.
func TestTheUpgradeIsFinishedByTheMasterUser(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	for credentials, secret := range map[string]string{"master": "core-api-db-secret DB_PASSWORD", "alternating": "core-api-bootstrap-db-secret PGPASSWORD", "iam": "core-api-bootstrap-db-secret PGPASSWORD"} {
		b := newBench(t, outputsOnly(t))
		b.expect(append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod",
			"applicationName":"core-api","kubernetesSecretName":"core-api-db-secret",
			"peopleRoleArn":"arn:aws:iam::123456789012:role/mosaic-prod-db-people-role","peopleLogin":"core_api_people"}`),
			setting("database.credentials").do("echo "+credentials), setting("pods"), createPod, waitPod,
			on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("exit 3"), deletePod)...)
		r := b.just("", "db-upgrade-finish", "prod")
		assert.NotZero(t, r.code)
		assert.Contains(t, r.stderr, "something is left to do, see above")
		from := b.podSecrets()
		assert.Equal(t, secret, from["PGPASSWORD"])
		assert.Len(t, from, 5)
	}
}
