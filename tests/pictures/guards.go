package pictures

import "github.com/mosaic-stories/mosaic-database/tests/pictures/svg"

// Answer is what a run says to an attempt.
type Answer struct{ Says, Fill string }

// Phase is a part of a stack's life, with the answers to all attempts.
type Phase struct {
	Name    string
	Answers []Answer
}

// Guards is the life of a stack from top to bottom, and what refuses each attempt then.
func Guards(attempts []string, phases []Phase) *svg.Drawing {
	const left, tall = 206.0, 62.0
	d := svg.New(width, "What refuses which change, and when", "The life of a stack from top to bottom: for each attempt to change or remove it, whether an immutable setting, a protected resource or RDS refuses it.")
	y := d.Heading() + 4
	wide := (width - left - svg.Margin) / float64(len(attempts))
	for i, attempt := range attempts {
		d.Paragraph(svg.Point{X: left + wide*float64(i) + 4, Y: y}, "ink", attempt, wide-12)
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
