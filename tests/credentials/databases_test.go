package credentials

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// addOrders adds an application with a database of its own to a stack.
func addOrders(l *live.Stack) {
	l.T.Helper()
	l.MustSet("additionalApps.orders.database.name", "orders")
	l.MustSet("additionalApps.orders.database.migrations.image", "orders:1.0.0")
}

// policyOf is the policy of an IAM role.
func policyOf(l *live.Stack, role string) string {
	l.T.Helper()
	for _, policy := range l.Cloud.Objects("aws:iam/rolePolicy:RolePolicy") {
		if policy.Properties.Text("role") == role {
			return policy.Properties.Text("policy")
		}
	}
	l.T.Fatalf("%s has no policy", role)
	return ""
}

// TestADatabaseComesAndGoes: a database that is added changes nothing of what is there; every secret works at every moment, through a
// rotation too; an application that is taken out leaves the database, and finds it again.
func TestADatabaseComesAndGoes(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	addOrders(l)
	for _, change := range l.MustUp() {
		switch {
		case strings.Contains(change, "mosaic-prod-core-api-database-admin-role"):
			assert.Regexp(t, "^update .*rolePolicy", change, "the bootstrap's role reads one more secret")
		default:
			assert.Regexp(t, "^create .*orders", change)
		}
	}
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, "orders_a", l.SecretOf("orders", "DB_USER"))
	assert.Equal(t, "orders", l.SecretOf("orders", "DB_NAME"))
	database := l.MustOutputs()["additionalApps"].(map[string]any)["orders"].(map[string]any)["database"].(map[string]any)
	assert.Equal(t, []any{"orders_a", "orders_b"}, database["applicationLogins"])
	assert.Equal(t, "mosaic/prod/rds/orders/connection", database["connectionSecretName"])
	assert.Contains(t, database["migrationJobName"], "orders-migration-")
	own := policyOf(l, "mosaic-prod-orders-secrets-role")
	assert.Contains(t, own, "mosaic/prod/rds/orders/connection")
	assert.NotContains(t, own, "mosaic/prod/rds/connection")
	assert.NotContains(t, policyOf(l, "mosaic-prod-orders-database-admin-role"), "bootstrap", "the namespace of orders has no way to the master user")

	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	assert.Equal(t, "orders_b", l.SecretOf("orders", "DB_USER"))
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	assert.Empty(t, l.MustPreview())
	l.NoLeak(l.SecretOf("orders", "DB_PASSWORD"))

	l.MustUnset("additionalApps.orders")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "additionalApps.orders: not there any more")
	addOrders(l)
	l.MustSet("additionalApps.orders.deletionProtection", "false")
	l.MustUp()
	l.MustUnset("additionalApps.orders")
	shown, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(shown), "additionalApps.orders: not there any more, but its database orders stays, with its data and roles such as orders_owner. The same entry finds it again")
	for _, change := range l.MustUp() {
		assert.Regexp(t, "^(delete .*orders|update .*core-api-database-admin-role)", change)
	}
	assert.Equal(t, "orders", l.One(simcloud.Logins).Properties.Text("own database orders"), "no run drops a database")
	addOrders(l)
	l.MustUp()
	assert.Equal(t, "orders_b", l.SecretOf("orders", "DB_USER"))
}

// TestADatabaseThatCannotBeMade: the other application goes on, nobody is told of a login that is not there, and the next run completes
// it; also after the CLI was killed.
func TestADatabaseThatCannotBeMade(t *testing.T) {
	t.Parallel()
	l := alternating(t)
	l.MustUp()
	addOrders(l)
	isBootstrap := func(op simcloud.Operation) bool { return op.Type == live.JobType && op.Name == "orders-bootstrap" }
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if isBootstrap(op) && op.Op == "create" {
			return errors.New("ERROR: the database orders exists already, and this program did not make it")
		}
		return nil
	})
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "this program did not make it")
	l.Cloud.Fail(nil)
	assert.Empty(t, userOf(l, "mosaic/prod/rds/orders/connection"))
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	_, _, err := l.KillAtCreate(isBootstrap)
	require.Error(t, err)
	l.CLI("cancel", "--yes")
	assert.Empty(t, l.Cloud.Refused())
	for _, job := range l.Cloud.Objects(live.JobType) {
		if strings.Contains(job.ID, "orders-bootstrap") {
			require.NoError(t, l.Cloud.Remove(live.JobType, job.ID)) // as docs/why/faults.md says
		}
	}
	_, err = l.Refresh(t.Context())
	require.NoError(t, err)
	l.MustUp()
	assert.Equal(t, "orders_a", l.SecretOf("orders", "DB_USER"))
	assert.Empty(t, l.MustPreview())
}

// TestADatabaseBesideThePooler: the pooler serves the main database alone, so the URL of another one leads to the server.
func TestADatabaseBesideThePooler(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "database.credentials", Value: "alternating"},
		engine.Override{Path: "pooling.enabled", Value: "true"}, engine.Override{Path: "pooling.tlsSecretName", Value: "pooler-tls"},
		engine.Override{Path: "additionalApps.worker.serviceAccount", Value: "worker"})
	addOrders(l)
	l.Certificate("mosaic-prod", "pooler-tls")
	watch(l)
	l.MustUp()
	assert.Contains(t, l.KubeSecret("DB_URL"), "core-api-pooler.mosaic-prod.svc")
	assert.Contains(t, l.SecretOf("worker", "DB_URL"), "core-api-pooler.mosaic-prod.svc", "worker uses the main database")
	assert.Contains(t, l.SecretOf("orders", "DB_URL"), ".rds.amazonaws.com:5432/orders")
}
