package stackfile

import (
	"fmt"
	"strings"
)

// Verb is what an edit does with a key.
type Verb int

const (
	// Set gives the key a value.
	Set Verb = iota + 1
	// Remove takes the key out, where it is there.
	Remove
	// Raise adds one to the number that the key has.
	Raise
)

// Edit is one change of a stack file.
type Edit struct {
	Verb       Verb
	Key, Value string
}

// ParseEdits reads edits as recipes write them: key=value, key- to remove it (as kubectl label does), key+ to raise it.
func ParseEdits(texts []string) ([]Edit, error) {
	var edits []Edit
	for _, text := range texts {
		edit, err := parse(text)
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit)
	}
	return edits, nil
}

func parse(text string) (Edit, error) {
	edit := Edit{Verb: Set}
	var found bool
	if edit.Key, edit.Value, found = strings.Cut(text, "="); !found {
		if edit.Key, found = strings.CutSuffix(text, "-"); found {
			edit.Verb = Remove
		} else if edit.Key, found = strings.CutSuffix(text, "+"); found {
			edit.Verb = Raise
		}
	}
	if !found || edit.Key == "" {
		return Edit{}, fmt.Errorf("%q is no edit of a stack file; write key=value, key- or key+", text)
	}
	return edit, nil
}
