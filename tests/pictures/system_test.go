package pictures

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Each arrow begins at the edge of the part that it says, and ends at that of the other.
func TestArrowsLeadFromPartToPart(t *testing.T) {
	boxes := map[string]svg.Box{}
	for _, part := range Parts() {
		boxes[part.Name] = part.box()
	}
	arrows := Needs()
	for _, use := range Uses() {
		assert.NotEmpty(t, use.arrows, use.Says)
		arrows = append(arrows, use.arrows...)
	}
	for _, arrow := range arrows {
		assert.True(t, atEdge(boxes[arrow.From], arrow.way[0]), "it does not begin at %s, for %s", arrow.From, arrow.To)
		assert.True(t, atEdge(boxes[arrow.To], arrow.way[len(arrow.way)-1]), "from %s, it does not end at %s", arrow.From, arrow.To)
	}
}

func atEdge(b svg.Box, p svg.Point) bool {
	within := p.X >= b.X && p.X <= b.Right() && p.Y >= b.Y && p.Y <= b.Bottom()
	return within && (p.X == b.X || p.X == b.Right() || p.Y == b.Y || p.Y == b.Bottom())
}
