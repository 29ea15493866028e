package pictures

import (
	"fmt"
	"slices"
	"time"

	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
)

// Step is resources that a run makes at the same time.
type Step struct {
	Name       string
	Fill       string // the colour of what they belong to
	Start, End time.Duration
	After      string // what they wait for: the last of their dependencies; "" for none
}

// Up is when a run makes what. The time in which nothing begins or ends, while RDS makes the instance, is cut out.
func Up(steps []Step, assumed string) *svg.Drawing {
	const left, row = 190.0, 23.0
	d := svg.New(width, "What an up makes when", "A bar for each group of resources, from the beginning of a run to its end: what does not need the instance is made while RDS makes it, "+
		"then the contents of the secrets, the Secret in the cluster, and the migration.")
	y := d.Heading()
	y = d.Paragraph(svg.Point{X: svg.Margin, Y: y}, "dim", "The order is that of the dependencies in the state after a run on the engine. The durations are assumptions: "+assumed+".", width-2*svg.Margin)
	at := axis(steps, left)
	slices.SortStableFunc(steps, func(a, b Step) int { return int(a.Start - b.Start) })
	y += 6
	bottom := y + row*float64(len(steps)) + 6
	for _, mark := range marks(steps) {
		x := at(mark)
		d.Line("dim-line thin dash", svg.Point{X: x, Y: y}, svg.Point{X: x, Y: bottom})
		d.Text(svg.Point{X: min(x-14, width-svg.Margin-svg.Width(clock(mark), svg.Small)), Y: bottom + 14}, "ink", clock(mark))
	}
	for _, step := range steps {
		start, end := at(step.Start), at(step.End)
		d.Text(svg.Point{X: svg.Margin, Y: y + 15}, "ink", step.Name)
		d.Rect(svg.Box{X: start, Y: y + 3, W: max(end-start, 3), H: row - 6}, step.Fill+" edge")
		if step == longest(steps) {
			d.Text(svg.Point{X: start + 34, Y: y + 15}, "ink", clock(step.End-step.Start))
		}
		after, wide := "after "+step.After, svg.Width("after "+step.After, svg.Small)
		switch {
		case step.After == "":
		case end+8+wide < width-svg.Margin:
			d.Text(svg.Point{X: end + 8, Y: y + 15}, "dim halo", after)
		case start-8-wide > left:
			d.TextTo(svg.Point{X: start - 8, Y: y + 15}, "dim halo", after)
		default:
			d.Text(svg.Point{X: start + 8, Y: y + 15}, "dim halo", after)
		}
		y += row
	}
	return d
}

// longest is the step that takes the longest: the instance.
func longest(steps []Step) Step {
	return slices.MaxFunc(steps, func(a, b Step) int { return int((a.End - a.Start) - (b.End - b.Start)) })
}

// quiet is when all but the longest step have ended that do not wait for it.
func quiet(steps []Step) time.Duration {
	last, long := time.Duration(0), longest(steps)
	for _, step := range steps {
		if step.End < long.End {
			last = max(last, step.End)
		}
	}
	return last
}

// axis is where a time is in the picture.
func axis(steps []Step, left float64) func(time.Duration) float64 {
	const cut, right = 90.0, 26.0 // of the picture: for the time that is cut out, and empty at the right
	before, again := quiet(steps), longest(steps).End
	end := slices.MaxFunc(steps, func(a, b Step) int { return int(a.End - b.End) }).End
	second := (width - left - cut - right) / (before + end - again).Seconds()
	return func(moment time.Duration) float64 {
		if moment <= before {
			return left + moment.Seconds()*second
		}
		return left + before.Seconds()*second + cut + (moment-again).Seconds()*second
	}
}

// marks are the times that the picture names.
func marks(steps []Step) []time.Duration {
	long := longest(steps)
	return []time.Duration{0, quiet(steps), long.End, slices.MaxFunc(steps, func(a, b Step) int { return int(a.End - b.End) }).End}
}

func clock(moment time.Duration) string {
	if moment < time.Minute {
		return fmt.Sprintf("%.0f s", moment.Seconds())
	}
	return fmt.Sprintf("%d min %02.0f s", int(moment.Minutes()), (moment % time.Minute).Seconds())
}
