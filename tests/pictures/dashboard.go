package pictures

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Graph is a graph of a CloudWatch dashboard, in the units of its grid, which is 24 wide.
type Graph struct {
	X, Y, Width, Height float64
	Title, Metrics      string
	Thresholds          []Threshold
}

// Threshold is a line of a graph.
type Threshold struct {
	Label string
	Value float64
}

// Dashboard is a dashboard as its definition has it, without data.
func Dashboard(name string, graphs []Graph) *svg.Drawing {
	const unit, tall = (width - 2*svg.Margin) / 24, 21.0
	d := svg.New(width, "The dashboard "+name, "The graphs of the CloudWatch dashboard, each with its metrics and the thresholds of its alarms. Drawn from the definition, without data.")
	top := d.Heading()
	d.Text(svg.Point{X: svg.Margin, Y: top}, "dim", "Drawn from its definition, without data: a dashed line is the threshold of an alarm.")
	top += 14
	for _, graph := range graphs {
		at := svg.Box{X: svg.Margin + graph.X*unit + 3, Y: top + graph.Y*tall + 3, W: graph.Width*unit - 6, H: graph.Height*tall - 6}
		d.Label(at, "frame", graph.Title, graph.Metrics)
		plot(d, svg.Box{X: at.X + 10, Y: at.Y + 50, W: at.W - 20, H: at.H - 60}, graph.Thresholds)
	}
	return d
}

// plot draws the axes of a graph, and the thresholds from 0 up to one and a half times the highest.
func plot(d *svg.Drawing, b svg.Box, thresholds []Threshold) {
	d.Line("dim-line thin", svg.Point{X: b.X, Y: b.Y}, svg.Point{X: b.X, Y: b.Bottom()}, svg.Point{X: b.Right(), Y: b.Bottom()})
	if len(thresholds) == 0 {
		d.Text(svg.Point{X: b.X + 8, Y: b.Bottom() - 20}, "dim", "no alarm")
		return
	}
	most := slices.MaxFunc(thresholds, func(a, b Threshold) int { return int(a.Value - b.Value) }).Value * 1.5
	for _, threshold := range thresholds {
		y := b.Bottom() - b.H*threshold.Value/most
		d.Line("alert-line dash", svg.Point{X: b.X, Y: y}, svg.Point{X: b.Right(), Y: y})
		d.Text(svg.Point{X: b.X + 8, Y: y + 17}, "alert", fmt.Sprintf("%s: %s", threshold.Label, grouped(threshold.Value)))
	}
}

// grouped writes a number with a comma between its thousands.
func grouped(value float64) string {
	whole, part, broken := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if broken {
		return whole + "." + part
	}
	return whole
}
