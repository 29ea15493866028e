package credentials

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestRotation: raising passwordVersion changes the password in the instance, in both secrets and in the cluster's Secret.
func TestRotation(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	before := l.One(live.InstanceType).Properties.Text("password")
	l.MustSet("database.passwordVersion", "2")
	changes := strings.Join(l.MustUp(), "\n")
	after := l.One(live.InstanceType).Properties.Text("password")
	assert.NotEqual(t, before, after)
	assert.Equal(t, after, l.KubeSecret("DB_PASSWORD"), "the cluster has the new password in the same run")
	assert.Contains(t, changes, "update kubernetes:external-secrets.io/v1:ExternalSecret::core-api-db")
	assert.NotContains(t, changes, "batch/v1:Job", "a rotation is no migration")
	assert.NotContains(t, changes, "replace aws:rds/instance")
	assert.Empty(t, l.MustPreview())
	l.NoLeak(before)
	l.NoLeak(after)
}

// A rotation changes the instance, the secrets and the cluster in the order that docs/how-to/rotation.md has: no secret has a password that
// the instance does not accept yet, and the cluster is updated after both secrets.
func TestRotationOrder(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	begun := len(l.Cloud.Log())
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	log := l.Cloud.Log()[begun:]
	const version = live.SecretVersionType
	last := -1
	for _, step := range []struct{ op, kind, name string }{
		{"create", "random:index/randomPassword:RandomPassword", "mosaic-prod-db-password"},
		{"update", live.InstanceType, "mosaic-prod-db"},
		{"create", version, "mosaic/prod/rds/connection"},
		{"update", live.ExternalSecretType, "core-api-db"},
	} {
		at := slices.IndexFunc(log, func(o simcloud.Operation) bool {
			return o.Op == step.op && o.Type == step.kind && o.Name == step.name
		})
		require.GreaterOrEqual(t, at, 0, "%v is not in the log", step)
		assert.Greater(t, at, last, "%v comes too early", step)
		last = at
	}
	instance := slices.IndexFunc(log, func(o simcloud.Operation) bool { return o.Op == "update" && o.Type == live.InstanceType })
	for i, o := range log {
		if o.Type == version && o.Op == "create" {
			assert.Greater(t, i, instance, "%s before the instance", o.Name)
		}
	}
}
