package recipes

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// An upgrade is of all databases, so the two recipes look at those of additional applications too, and at each whatever the one before said.
func TestAnUpgradeIsOfEveryDatabase(t *testing.T) {
	need(t)
	t.Parallel()
	needsCLI(t)
	psql := func(database string) call {
		return on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 "+database+"--file -", "")
	}
	inPods := func(calls ...call) []call {
		before := append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod",
			"applicationName":"core-api","kubernetesSecretName":"core-api-db-secret","databaseName":"mosaic",
			"additionalApps":{"orders":{"database":{"name":"orders"}},"worker":{"namespace":"jobs"},"shop":{"database":{"name":"Shop"}}}}`),
			setting("database.credentials").do("echo alternating"), setting("pods"), createPod, waitPod)
		return append(append(before, calls...), deletePod)
	}
	for recipe, says := range map[string]string{"db-upgrade-check": "reg\\*", "db-upgrade-finish": "ANALYZE"} {
		b := newBench(t, outputsOnly(t))
		b.expect(inPods(psql("").do("grep -q "+says), psql("--dbname orders ").do("grep -q "+says+"; exit 3"), psql("--dbname Shop ").do("grep -q "+says))...)
		r := b.just("", recipe, "prod")
		assert.NotZero(t, r.code, r.stderr)
		assert.Contains(t, r.stdout, "database orders\n")
		assert.Equal(t, "core-api-bootstrap-db-secret PGPASSWORD", b.podSecrets()["PGPASSWORD"], "no other login reaches both")
	}
	b := newBench(t, outputsOnly(t))
	lists := "echo '[] [] [] [] []'"
	b.expect(inPods(psql("--tuples-only --no-align ").do(lists), psql("--dbname orders --tuples-only --no-align ").do(lists), psql("--dbname Shop --tuples-only --no-align ").do(lists))...)
	r := b.just("", "db-upgrade-check", "prod", "--json")
	assert.Zero(t, r.code, r.stderr)
	var databases []struct{ Database string }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &databases), r.stdout)
	assert.Equal(t, []struct{ Database string }{{"mosaic"}, {"orders"}, {"Shop"}}, databases)
}
