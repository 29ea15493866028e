package report

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Comment is a comment on a pull request, with the reports of several stacks.
type Comment struct {
	Header   string
	Reports  []string
	Footer   string
	FullText string // where a report that is shortened can be read in full, in Markdown
}

// Markdown is the comment, with its reports shortened so that GitHub accepts it: its limit is 65536 characters.
func (c Comment) Markdown() string {
	var lengths []int
	for _, report := range c.Reports {
		lengths = append(lengths, utf8.RuneCountInString(report))
	}
	most := share(lengths, 64500)
	parts := []string{c.Header}
	for _, report := range c.Reports {
		short := Shortened(report, SizeLimit{Characters: most, Bytes: most * utf8.UTFMax}, c.FullText)
		parts = append(parts, strings.TrimSuffix(short, "\n"))
	}
	return strings.Join(append(parts, c.Footer), "\n\n") + "\n"
}

// share divides a total among texts: it returns the length that each may have at most. What short texts leave, long ones get.
func share(lengths []int, total int) (most int) {
	sorted := slices.Sorted(slices.Values(lengths))
	for i, length := range sorted {
		most = total / (len(sorted) - i)
		total -= min(length, most)
	}
	return most
}
