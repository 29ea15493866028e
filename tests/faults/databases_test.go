//go:build prove

package faults

import (
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// withOrders is a stack whose application orders is about to get a database of its own.
func withOrders(t *testing.T) *live.Stack {
	t.Helper()
	l := live.Start(t, "dev", engine.Override{Path: "database.credentials", Value: "alternating"})
	l.MustUp()
	l.MustSet("additionalApps.orders.database.name", "orders")
	l.MustSet("additionalApps.orders.database.migrations.image", "orders:1.0.0")
	return l
}

// bootstrapFails lets the bootstrap of orders end with an error of its psql. The runs have ContinueOnError, so that all that does not wait for
// the bootstrap is done. Without it, how much is done before the run stops is chance.
func bootstrapFails(l *live.Stack, why string) {
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.JobType && op.Name == "orders-bootstrap" && op.Op == "create" {
			return errors.New(why)
		}
		return nil
	})
}

// databaseIsTaken: the name is free to change, because no run has told anybody of the database.
func databaseIsTaken(t *testing.T) []string {
	l := withOrders(t)
	const refusal = "the database orders exists already, and this program did not make it"
	bootstrapFails(l, "ERROR: "+refusal)
	why := seen(t, l.MustFail(l.Up(t.Context(), optup.ContinueOnError())), refusal)
	assert.Equal(t, "core_api_a", l.KubeSecret("DB_USER"))
	l.Cloud.Fail(nil)
	l.MustSet("additionalApps.orders.database.name", "shop")
	l.MustUp()
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	assert.Equal(t, "shop", l.SecretOf("orders", "DB_NAME"))
	return []string{why, "another `additionalApps.orders.database.name`, `up`", "the other applications and the database that was there are unchanged"}
}

// oneBootstrapFails in a rotation: every application has a login that its database knows, before and after.
func oneBootstrapFails(t *testing.T) []string {
	l := withOrders(t)
	l.MustUp()
	bootstrapFails(l, "ERROR: canceling statement due to lock timeout")
	l.MustSet("database.passwordVersion", "2")
	why := seen(t, l.MustFail(l.Up(t.Context(), optup.ContinueOnError())), "canceling statement due to lock timeout")
	assert.Equal(t, "orders_a", l.SecretOf("orders", "DB_USER"), "the login that the server knows")
	l.Cloud.Fail(nil)
	l.MustUp()
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	assert.Equal(t, "orders_b", l.SecretOf("orders", "DB_USER"))
	assert.Equal(t, "core_api_b", l.KubeSecret("DB_USER"))
	return []string{why, "`up`", "until the `up`, that application kept its former login, and others may have had the new one; now all have the new one"}
}
