package lock

import "cmp"

// asWritten is what to write for an old value.
func asWritten(old string) string { return cmp.Or(old, "nothing: remove the line") }

func orUnset(value string) string { return cmp.Or(value, "not set") }

// stays is the rule that a value does not change.
func stays(old string) string {
	if old == "" {
		return "it was not set and has to stay so"
	}
	return "it has to stay " + old
}
