package svg

import "strings"

// Width is about how wide a text is in the widest of the usual system fonts.
func Width(text string, size float64) float64 {
	ems := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("ijl.,:;'|!", r):
			ems += 0.31
		case strings.ContainsRune("ftrI-()[]/ ", r):
			ems += 0.40
		case strings.ContainsRune("mwMW%→", r):
			ems += 0.92
		case r >= 'A' && r <= 'Z':
			ems += 0.70
		default:
			ems += 0.60
		}
	}
	return ems * size
}

// Wrap breaks a text into lines that are at most this wide; a longer word is a line of its own.
func Wrap(text string, size, width float64) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && Width(lines[last]+" "+word, size) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
