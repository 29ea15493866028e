package report

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Comment is reports in one comment, which GitHub takes with 65536 characters, between a first and a last line.
func Comment(first string, reports []string, last, rest string) string {
	var lengths []int
	for _, report := range reports {
		lengths = append(lengths, utf8.RuneCountInString(report))
	}
	most := share(lengths, 64500)
	parts := []string{first}
	for _, report := range reports {
		short := Shortened(report, Limit{Characters: most, Bytes: most * utf8.UTFMax}, rest)
		parts = append(parts, strings.TrimSuffix(short, "\n"))
	}
	return strings.Join(append(parts, last), "\n\n") + "\n"
}

// share is how much each of some lengths may have at most, together a total: what the short ones leave, the long ones share.
func share(lengths []int, total int) (most int) {
	sorted := slices.Sorted(slices.Values(lengths))
	for i, length := range sorted {
		most = total / (len(sorted) - i)
		total -= min(length, most)
	}
	return most
}
