package template

import "strings"

// Part is a piece of a text: words as they are, or a placeholder.
type Part struct {
	Words         string
	Placeholder   string // its name
	IsPlaceholder bool
}

// Parse splits a text into its parts. $${ stands for the words ${. A placeholder without an end goes to the end of the text, and has
// a name that none has.
func Parse(text string) []Part {
	var parts []Part
	words := ""
	for {
		before, after, found := strings.Cut(text, "${")
		words += before
		if !found {
			break
		}
		if escaped, isEscaped := strings.CutSuffix(words, "$"); isEscaped {
			words, text = escaped+"${", after
			continue
		}
		if words != "" {
			parts, words = append(parts, Part{Words: words}), ""
		}
		name, rest, closed := strings.Cut(after, "}")
		if text = rest; !closed {
			name = "${" + name
		}
		parts = append(parts, Part{Placeholder: name, IsPlaceholder: true})
	}
	if words != "" || parts == nil {
		parts = append(parts, Part{Words: words})
	}
	return parts
}
