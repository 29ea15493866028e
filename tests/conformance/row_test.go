package conformance

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
)

// row is what is compared.
type row struct {
	name string
	do   func(s *side)
	// differs is why the simulation answers otherwise; "": it does not.
	differs string
}

func TestConformance(t *testing.T) {
	var number atomic.Int64
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			c := realCluster(t)
			n := number.Add(1)
			at := place{account: fmt.Sprintf("2%011d", n), namespace: fmt.Sprintf("row-%d", n)}
			simulated, actual := newSide(t, at), newSide(t, at)
			simulated.furnish()
			actual.join(c)
			for _, s := range []*side{simulated, actual} {
				s.configure()
				r.do(s)
			}
			t.Log(actual.transcript())
			if r.differs != "" {
				assert.NotEqual(t, actual.transcript(), simulated.transcript(), "there is no difference: %s", r.differs)
				return
			}
			assert.Equal(t, actual.transcript(), simulated.transcript(), "expected: the real cluster; actual: the simulated one")
		})
	}
}

func rows() []row {
	var all []row
	for _, some := range [][]row{manifestRows(), fieldRows(), replacementRows(), storeRows(), secretRows(), jobRows(), workloadRows()} {
		all = append(all, some...)
	}
	return all
}

// TestRowsHaveNames: a row is found by its name.
func TestRowsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rows() {
		name := strings.ToLower(r.name)
		assert.False(t, seen[name], "twice: %s", name)
		seen[name] = true
	}
}
