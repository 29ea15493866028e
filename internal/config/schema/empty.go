package schema

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// HasDefault tells whether the field, without its line in the stack file, is something else than empty. Such a field refuses an empty
// value: it would silently be the default, which may be much wider, such as all of a VPC.
func (f *Field) HasDefault() bool {
	return slices.Contains([]Kind{String, List, Map, Tree}, f.Kind) && f.defaultText() != "" && !strings.HasPrefix(f.defaultText(), "none")
}

// defaultText is the default, in words or as a value.
func (f *Field) defaultText() string { return cmp.Or(f.Unset, f.fallback) }

// notEmpty is the same in the keywords of a JSON Schema; the rule of a text says it already.
func (f *Field) notEmpty() map[string]any {
	switch {
	case !f.HasDefault():
		return nil
	case f.Kind == List:
		return map[string]any{"minItems": 1}
	case f.Kind == String && f.rule.JSON == nil:
		return map[string]any{"minLength": 1}
	case f.Kind == String:
		return nil
	default:
		return map[string]any{"minProperties": 1}
	}
}

// empty tells whether a JSON value is a blank text, or an empty list or object.
func empty(raw json.RawMessage) bool {
	return slices.Contains([]string{`""`, "[]", "{}"}, strings.Join(strings.Fields(string(raw)), ""))
}
