package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fenced is a text as a block of code; what looks like a fence in it does not end the block.
func Fenced(language, text string) string {
	fence := "````"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// Limit is what a text may have.
type Limit struct{ Characters, Bytes int }

func (l Limit) allows(text string) bool {
	return len(text) <= l.Bytes && utf8.RuneCountInString(text) <= l.Characters
}

// Shortened is a text within a limit: its beginning where it is longer, with a line on where the rest is.
func Shortened(text string, limit Limit, rest string) string {
	if limit.allows(text) {
		return text
	}
	whole := []rune(text)
	// As many characters as the bytes are enough for, if they are spread evenly; fewer from there on.
	for size := min(limit.Characters, len(whole)*limit.Bytes/len(text)); ; size = size*98/100 - 20 {
		short := ended(beginning(whole[:max(size, 0)]), len(whole), rest)
		if limit.allows(short) || size <= 0 {
			return short
		}
	}
}

// beginning is a text without a line that is cut through, unless that is in a block of code.
func beginning(cut []rune) string {
	text := string(cut)
	lines := text[:strings.LastIndex(text, "\n")+1]
	if opened(lines).fence != "" {
		return text
	}
	return strings.TrimSuffix(lines, "\n")
}

// ended closes what the beginning of a text leaves open, and says how much is missing.
func ended(text string, whole int, rest string) string {
	missing := whole - utf8.RuneCountInString(text)
	open := opened(text)
	if open.fence != "" {
		text += "\n" + open.fence
	}
	if open.details {
		text += "\n\n</details>"
	}
	return text + fmt.Sprintf("\n\n… shortened by %d characters, which are in %s\n", missing, rest)
}

// blocks are what a text leaves open at its end.
type blocks struct {
	fence   string
	details bool
}

func opened(text string) (open blocks) {
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case open.fence != "":
			if line == open.fence {
				open.fence = ""
			}
		case strings.HasPrefix(line, "````"):
			open.fence = line[:len(line)-len(strings.TrimLeft(line, "`"))]
		case strings.HasPrefix(line, "<details>"):
			open.details = true
		case line == "</details>":
			open.details = false
		}
	}
	return open
}
