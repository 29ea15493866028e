package manifest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDigestTellsPartsApart(t *testing.T) {
	assert.Regexp(t, `^[0-9a-f]{10}$`, Digest("a"))
	assert.NotEqual(t, Digest("ab", "c"), Digest("a", "bc"))
}

// An egress rule without addresses would allow all of them.
func TestNoNetworkPolicyWithoutDatabaseCidrs(t *testing.T) {
	_, err := (&Writer{}).NetworkPolicy(NetworkPolicy{Name: "core-api-migration", DatabasePort: 5432})
	assert.ErrorContains(t, err, "core-api-migration")
}
