package pictures

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Cost is what a tier costs, in USD a month.
type Cost struct {
	Tier, Total string
	Parts       []float64 // one for each of the kinds of parts; what is unknown is 0
	More        float64   // what use adds to the parts at most, where the tier's capacity follows the load
}

// Costs is a bar for each tier, of parts of these kinds.
func Costs(kinds []string, costs []Cost) *svg.Drawing {
	const left, right, row = 100.0, 130.0, 40.0
	fills := []string{"blue", "purple", "green", "yellow", "grey"}
	d := svg.New(width, "What each tier costs a month", "Bars of the monthly cost of each tier, of these parts: "+fmt.Sprint(kinds)+
		". The figures are those of the tables in docs/reference/costs.md.")
	y := d.Heading() + 6
	x := svg.Margin
	for i, kind := range kinds {
		if x+svg.Width(kind, svg.Small)+20 > width-svg.Margin {
			x, y = svg.Margin, y+22
		}
		d.Rect(svg.Box{X: x, Y: y - 10, W: 14, H: 12}, fills[i]+" edge")
		d.Text(svg.Point{X: x + 20, Y: y}, "ink", kind)
		x += svg.Width(kind, svg.Small) + 40
	}
	most := 0.0
	for _, cost := range costs {
		most = max(most, sum(cost.Parts))
	}
	scale := (width - left - right - svg.Margin) / most
	y += 20
	for _, cost := range costs {
		d.Text(svg.Point{X: svg.Margin, Y: y + 17}, "ink bold", cost.Tier)
		x := left
		for i, part := range cost.Parts {
			if part > 0 {
				d.Rect(svg.Box{X: x, Y: y, W: part * scale, H: 26}, fills[i]+" edge")
				x += part * scale
			}
		}
		end := x + 10
		if cost.More > 0 {
			end = min(x+cost.More*scale, width-right-svg.Margin)
			d.Arrow("dim-line dash", svg.Point{X: x, Y: y + 13}, svg.Point{X: end, Y: y + 13})
			end += 10
		}
		d.Text(svg.Point{X: end, Y: y + 17}, "ink", cost.Total)
		y += row
	}
	d.Paragraph(svg.Point{X: svg.Margin, Y: y + 10}, "dim", "Pulumi.prod.yaml on each tier, on demand in us-east-1. The dashes are capacity that the load may ask for, "+
		"cut at the edge. An unknown price is not in its bar: the tier costs at least that.", width-2*svg.Margin)
	return d
}

func sum(parts []float64) float64 {
	total := 0.0
	for _, part := range parts {
		total += part
	}
	return total
}
