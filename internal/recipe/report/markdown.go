package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fenced is a text as a fenced code block. The fence is longer than any in the text.
func Fenced(language, text string) string {
	fence := "````"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(text, "\n") + "\n" + fence + "\n"
}

// SizeLimit is the largest size of a text.
type SizeLimit struct{ Characters, Bytes int }

func (l SizeLimit) allows(text string) bool {
	return len(text) <= l.Bytes && utf8.RuneCountInString(text) <= l.Characters
}

// Shortened is a text within a size limit. If the text is longer, it is its beginning, with a line that says where the full text is.
func Shortened(text string, limit SizeLimit, fullText string) string {
	if limit.allows(text) {
		return text
	}
	whole := []rune(text)
	// Begin with the number of characters that would fit if all had the same number of bytes, and reduce it until the text fits.
	for size := min(limit.Characters, len(whole)*limit.Bytes/len(text)); ; size = size*98/100 - 20 {
		short := ended(beginning(whole[:max(size, 0)]), len(whole), fullText)
		if limit.allows(short) || size <= 0 {
			return short
		}
	}
}

// beginning is a text without its last line, which may be incomplete. In a code block, it keeps that line.
func beginning(cut []rune) string {
	text := string(cut)
	lines := text[:strings.LastIndex(text, "\n")+1]
	if opened(lines).fence != "" {
		return text
	}
	return strings.TrimSuffix(lines, "\n")
}

// ended closes the blocks that the beginning of a text leaves open, and says how many characters of the whole are missing.
func ended(text string, whole int, fullText string) string {
	missing := whole - utf8.RuneCountInString(text)
	open := opened(text)
	if open.fence != "" {
		text += "\n" + open.fence
	}
	if open.details {
		text += "\n\n</details>"
	}
	return text + fmt.Sprintf("\n\n… shortened by %d characters, which are in %s\n", missing, fullText)
}

// blocks are the blocks that a text leaves open at its end.
type blocks struct {
	fence   string // "": no code block
	details bool   // whether a <details> element is open
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
