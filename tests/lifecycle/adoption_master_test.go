package lifecycle

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestRDSHasThePasswordOfAnAdoptedInstance: two runs after the adoption, in the order of docs/how-to/adoption.md. The instance stays, and the other order is refused.
func TestRDSHasThePasswordOfAnAdoptedInstance(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.One(live.InstanceType)
	said, err := h.adopt("yes")
	require.NoError(t, err, said)
	h.MustUp()

	h.MustSet("delivery", "pulumi")
	h.MustSet("database.manageMasterUserPassword", "true")
	assert.Contains(t, h.MustFail(h.Preview(t.Context())), "only with credentials alternating or iam")
	h.MustUnset("database.manageMasterUserPassword")
	for _, step := range [][2]string{{"database.credentials", "alternating"}, {"database.manageMasterUserPassword", "true"}} {
		h.MustSet(step[0], step[1])
		for _, change := range h.MustUp() {
			assert.NotRegexp(t, "^(replace|delete) aws:rds", change)
		}
		assert.Empty(t, h.MustPreview())
	}
	after := h.One(live.InstanceType)
	assert.Equal(t, before.ID, after.ID)
	assert.Empty(t, after.Properties.Text("password"))
	assert.Contains(t, h.MustOutputs()["masterUserSecretArn"], ":secret:rds!db-")
}
