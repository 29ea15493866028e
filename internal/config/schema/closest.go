package schema

import (
	"slices"
	"strings"
)

// Closest is the candidate that a misspelt name most likely means, "" if none is near: at most two
// characters, or a third of the name, may be wrong, and not all of them. Case does not count; among
// equals the first wins.
func Closest(name string, candidates []string) string {
	best, bestDistance := "", min(max(2, len(name)/3)+1, len(name))
	for _, candidate := range candidates {
		if longer := len(name) - len(candidate); max(longer, -longer) >= bestDistance {
			continue // too far, whatever the letters
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(candidate)); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions and substitutions (Levenshtein) from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := slices.Clone(row)
		row[0] = i + 1
		for j := range len(b) {
			substitution := previous[j]
			if a[i] != b[j] {
				substitution++
			}
			row[j+1] = min(previous[j+1]+1, row[j]+1, substitution)
		}
	}
	return row[len(b)]
}
