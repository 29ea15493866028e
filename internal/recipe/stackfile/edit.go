package stackfile

import (
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Verb says what an edit does with a key.
type Verb int

const (
	// Set sets the key to a value.
	Set Verb = iota + 1
	// Remove removes the key, if it is set.
	Remove
	// Raise adds one to the number of the key.
	Raise
)

// Edit is one edit of a stack file.
type Edit struct {
	Verb       Verb
	Key, Value string
}

// ParseEdits parses edits: key=value sets a key, key- removes it (as kubectl label does), key+ raises its number by one.
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
		return Edit{}, run.Misused("%q is not an edit of a stack file; write key=value, key- or key+", text)
	}
	return edit, nil
}
