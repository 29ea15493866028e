// Package svg draws boxes, bars, arrows and text, the same byte for byte each time, for light and dark pages.
package svg

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// Margin is the empty edge of a picture; Size and Small are the sizes of text, all in units of the picture.
const (
	Margin = 16.0
	Size   = 14.0
	Small  = 12.5
)

// Drawing is a picture that grows with what is drawn.
type Drawing struct {
	title, about  string
	width, height float64
	body          strings.Builder
	texts         []area
	tooWide       []string // lines that do not fit into their box
}

// area is where something is.
type area struct {
	text                     string
	left, top, right, bottom float64
}

// New is an empty picture with a title, and what it shows for those who do not see it.
func New(width float64, title, about string) *Drawing {
	return &Drawing{title: title, about: about, width: width}
}

// Point is a place in a picture, from its upper left corner.
type Point struct{ X, Y float64 }

// Box is a rectangle.
type Box struct{ X, Y, W, H float64 }

// Right is its right edge.
func (b Box) Right() float64 { return b.X + b.W }

// Bottom is its lower edge.
func (b Box) Bottom() float64 { return b.Y + b.H }

// Rect draws a box, filled.
func (d *Drawing) Rect(b Box, fill string) {
	d.extend(b.Bottom())
	fmt.Fprintf(&d.body, `<rect class="%s" x="%s" y="%s" width="%s" height="%s" rx="3"/>`+"\n", fill, number(b.X), number(b.Y), number(b.W), number(b.H))
}

// Label draws a box with lines of text in it, from the left, the first of them bold. It returns the box with the height that they need.
func (d *Drawing) Label(b Box, fill string, lines ...string) Box {
	b.H = max(b.H, 10+17*float64(len(lines)))
	d.Rect(b, fill+" edge")
	for i, line := range lines {
		class, size := "ink", Small
		if i == 0 {
			class, size = "ink bold", Size
		}
		d.text(Point{b.X + 8, b.Y + 18 + 17*float64(i)}, class, size, line)
		if last := len(d.texts) - 1; d.texts[last].right > b.Right() {
			d.tooWide = append(d.tooWide, line)
		}
	}
	return b
}

// Text writes small text from a point to the right; class is an ink, with "bold" if it is.
func (d *Drawing) Text(at Point, class, text string) { d.text(at, class, Small, text) }

// TextTo writes small text that ends at a point.
func (d *Drawing) TextTo(at Point, class, text string) {
	d.text(Point{at.X - Width(text, Small), at.Y}, class, Small, text)
}

// Paragraph writes text in lines of at most this width, and returns where the next line would be.
func (d *Drawing) Paragraph(at Point, class, text string, width float64) float64 {
	for _, line := range Wrap(text, Small, width) {
		d.Text(at, class, line)
		at.Y += 17
	}
	return at.Y
}

// Heading writes the title at the top.
func (d *Drawing) Heading() float64 {
	y := Margin + 14
	for _, line := range Wrap(d.title, 16, d.width-2*Margin) {
		d.text(Point{Margin, y}, "ink bold", 16, line)
		y += 21
	}
	return y
}

func (d *Drawing) text(at Point, class string, size float64, text string) {
	wide := size
	if strings.Contains(class, "bold") {
		wide *= 1.06
	}
	d.texts = append(d.texts, area{text, at.X, at.Y - size*0.8, at.X + Width(text, wide), at.Y + size*0.2})
	d.extend(at.Y + 4)
	fmt.Fprintf(&d.body, `<text class="%s" x="%s" y="%s" font-size="%s">%s</text>`+"\n", class, number(at.X), number(at.Y), number(size), escaped(text))
}

// Line draws a line through points; class is "ink-line", "dim-line" or "alert-line", with "dash" or "thin" if it is.
func (d *Drawing) Line(class string, points ...Point) {
	var way []string
	for _, p := range points {
		way = append(way, number(p.X)+" "+number(p.Y))
		d.extend(p.Y)
	}
	fmt.Fprintf(&d.body, `<path class="line %s" d="M%s"/>`+"\n", class, strings.Join(way, "L"))
}

// Arrow draws a line through points with a tip at the last one, to which it comes along an axis.
func (d *Drawing) Arrow(class string, points ...Point) {
	d.Line(class, points...)
	to, from := points[len(points)-1], points[len(points)-2]
	along, across := Point{sign(to.X - from.X), sign(to.Y - from.Y)}, Point{sign(to.Y - from.Y), sign(to.X - from.X)}
	corner := func(side float64) string {
		return number(to.X-8*along.X+side*across.X) + " " + number(to.Y-8*along.Y+side*across.Y)
	}
	ink, _, _ := strings.Cut(class, "-line")
	fmt.Fprintf(&d.body, `<path class="%s-tip" d="M%s %sL%sL%sZ"/>`+"\n", ink, number(to.X), number(to.Y), corner(4), corner(-4))
}

// String is the picture as a file.
func (d *Drawing) String() string {
	height := d.height + Margin
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]s %[2]s" width="100%%" style="max-width:%[1]spx" role="img" aria-labelledby="title about">
<title id="title">%[3]s</title>
<desc id="about">%[4]s</desc>
<style>%[5]s</style>
<rect class="page" width="%[1]s" height="%[2]s" rx="6"/>
%[6]s</svg>
`, number(d.width), number(height), escaped(d.title), escaped(d.about), style(), d.body.String())
}

func (d *Drawing) extend(bottom float64) { d.height = max(d.height, bottom) }

// number writes a coordinate with at most one decimal.
func number(f float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

func sign(f float64) float64 {
	switch {
	case f > 0:
		return 1
	case f < 0:
		return -1
	}
	return 0
}

func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}
