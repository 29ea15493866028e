package pictures

import "github.com/mosaic-stories/mosaic-database/tests/pictures/svg"

// Answer is what holds in a phase, and its colour.
type Answer struct{ Says, Fill string }

// Phase is a part of a stack's life, with an answer for each column.
type Phase struct {
	Name    string
	Answers []Answer
}

// Guards is what refuses each attempt to change or remove a stack.
func Guards(attempts []string, phases []Phase) *svg.Drawing {
	return life(svg.New(width, "What refuses which change, and when",
		"The life of a stack from top to bottom: for each attempt to change or remove it, whether an immutable setting, a protected resource or RDS refuses it."),
		attempts, phases)
}

// Restore is what each instance is, and where the clients are, after each step of a restore.
func Restore(columns []string, phases []Phase) *svg.Drawing {
	return life(svg.New(width, "A restore, by generations",
		"The steps of a restore from top to bottom: whether each instance is there, serves or is retained, and to which the pods' Secret leads."), columns, phases)
}

// life draws phases from top to bottom, with a column for each answer.
func life(d *svg.Drawing, columns []string, phases []Phase) *svg.Drawing {
	const left, tall = 206.0, 62.0
	y := d.Heading() + 4
	wide := (width - left - svg.Margin) / float64(len(columns))
	for i, column := range columns {
		d.Paragraph(svg.Point{X: left + wide*float64(i) + 4, Y: y}, "ink", column, wide-12)
	}
	y += 42
	for i, phase := range phases {
		if i > 0 {
			d.Arrow("dim-line", svg.Point{X: svg.Margin + 6, Y: y - 14}, svg.Point{X: svg.Margin + 6, Y: y})
		}
		d.Paragraph(svg.Point{X: svg.Margin, Y: y + 16}, "ink", phase.Name, left-svg.Margin-10)
		for j, answer := range phase.Answers {
			b := svg.Box{X: left + wide*float64(j), Y: y, W: wide - 8, H: tall}
			d.Rect(b, answer.Fill+" edge")
			d.Paragraph(svg.Point{X: b.X + 8, Y: y + 18}, "ink", answer.Says, b.W-12)
		}
		y += tall + 12
	}
	return d
}
