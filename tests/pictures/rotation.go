package pictures

import (
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Held is what one of the lanes has after a step.
type Held struct {
	Value   string // such as "old"
	Changed bool   // whether it is another one than before the rotation
	Refused bool   // whether the database refuses it to new connections
}

// Moment is what every lane has after a step.
type Moment struct {
	Step  string
	Lanes []Held
}

// Rotation is the moments of a rotation from top to bottom, with a lane for each that has a password.
func Rotation(title string, lanes []string, moments []Moment) *svg.Drawing {
	const left = 236.0
	d := svg.New(width, title, "The steps of a rotation from top to bottom, with a lane for each of: "+strings.Join(lanes, ", ")+". It shows which password each has after the step, and where the database refuses new connections.")
	y := d.Heading() + 2
	wide := (width - left - svg.Margin) / float64(len(lanes))
	y = legend(d, svg.Point{X: svg.Margin, Y: y})
	for i, lane := range lanes {
		at := svg.Point{X: left + wide*float64(i) + 4, Y: y}
		for _, line := range svg.Wrap(lane, svg.Small*1.06, wide-10) {
			d.Text(at, "ink bold", line)
			at.Y += 17
		}
	}
	y += 26
	for _, moment := range moments {
		label := svg.Wrap(moment.Step, svg.Small, left-svg.Margin-14)
		tall := max(44, 17*float64(len(label))+10)
		d.Paragraph(svg.Point{X: svg.Margin, Y: y + 18}, "ink", moment.Step, left-svg.Margin-14)
		for i, held := range moment.Lanes {
			b := svg.Box{X: left + wide*float64(i), Y: y, W: wide - 8, H: tall}
			d.Rect(b, held.fill()+" edge")
			at := svg.Point{X: b.X + 8, Y: y + 18}
			for _, line := range svg.Wrap(held.Value, svg.Small, b.W-10) {
				d.Text(at, "ink", line)
				at.Y += 17
			}
			if held.Refused {
				d.Text(at, "alert bold", "refused")
			}
		}
		y += tall + 4
	}
	return d
}

func (h Held) fill() string {
	switch {
	case h.Refused:
		return "red"
	case h.Changed:
		return "green"
	}
	return "blue"
}

// legend says what the colours mean, and returns where the picture goes on.
func legend(d *svg.Drawing, at svg.Point) float64 {
	for _, one := range []struct{ fill, says string }{{"blue", "as before"}, {"green", "new"}, {"red", "the database refuses it to new connections"}} {
		d.Rect(svg.Box{X: at.X, Y: at.Y - 10, W: 14, H: 12}, one.fill+" edge")
		d.Text(svg.Point{X: at.X + 20, Y: at.Y}, "ink", one.says)
		at.X += svg.Width(one.says, svg.Small) + 44
	}
	return at.Y + 30
}
