package svg

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Problems is what makes a picture hard to read: text beyond an edge or upon other text, a file that is no XML or is large.
func (d *Drawing) Problems() []string {
	var problems []string
	for i, one := range d.texts {
		if one.left < 0 || one.right > d.width {
			problems = append(problems, fmt.Sprintf("%q is beyond the edge", one.text))
		}
		for _, other := range d.texts[i+1:] {
			if one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom {
				problems = append(problems, fmt.Sprintf("%q and %q lie upon one another", one.text, other.text))
			}
		}
	}
	for _, line := range d.tooWide {
		problems = append(problems, fmt.Sprintf("%q is wider than its box", line))
	}
	const most = 60_000
	if size := len(d.String()); size > most {
		problems = append(problems, fmt.Sprintf("%d bytes, more than %d", size, most))
	}
	if d.title == "" || d.about == "" {
		problems = append(problems, "no title, or no description")
	}
	reader := xml.NewDecoder(strings.NewReader(d.String()))
	for {
		_, err := reader.Token()
		if errors.Is(err, io.EOF) {
			return problems
		}
		if err != nil {
			return append(problems, err.Error())
		}
	}
}
