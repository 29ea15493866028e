package tests

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// docs/rotation.md says in which order a rotation reaches the instance, the secrets and the cluster: no secret holds
// a password before the instance has taken it, and the cluster is told after both secrets.
func TestRotationOrder(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	begun := len(l.Cloud.Log())
	l.set("database.passwordVersion", "2")
	l.up()
	log := l.Cloud.Log()[begun:]
	const version = "aws:secretsmanager/secretVersion:SecretVersion"
	last := -1
	for _, step := range []struct{ op, kind, name string }{
		{"create", "random:index/randomPassword:RandomPassword", "mosaic-prod-db-password"},
		{"update", instanceType, "mosaic-prod-db"},
		{"create", version, "mosaic/prod/rds/connection"},
		{"update", "kubernetes:external-secrets.io/v1:ExternalSecret", "core-api-db"},
	} {
		at := slices.IndexFunc(log, func(o simcloud.Operation) bool {
			return o.Op == step.op && o.Type == step.kind && o.Name == step.name
		})
		require.GreaterOrEqual(t, at, 0, "%v is not in the log", step)
		assert.Greater(t, at, last, "%v comes too early", step)
		last = at
	}
	instance := slices.IndexFunc(log, func(o simcloud.Operation) bool { return o.Op == "update" && o.Type == instanceType })
	for i, o := range log {
		if o.Type == version && o.Op == "create" {
			assert.Greater(t, i, instance, "%s before the instance", o.Name)
		}
	}
}
