package schema

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEditDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"tier", "teir", 2}, {"ab", "b", 1}, {"ab", "a", 1},
	} {
		assert.Equal(t, test.want, editDistance(test.a, test.b), test.a+" "+test.b)
	}
}

func TestClosestSuggestsOnlyWhatIsNear(t *testing.T) {
	known := []string{"multiAz", "name", "readReplicas"}
	assert.Equal(t, "multiAz", Closest("MULTIAZ", known))
	assert.Equal(t, "readReplicas", Closest("readReplica", known))
	assert.Equal(t, "", Closest("colour", known))
	assert.Equal(t, "", Closest("anything", nil))
}
