// Package schema reads the values of a stack file into a Go struct whose tags declare them: it decodes strictly, checks every
// rule, reports all problems at once, and describes the file for people and for editors.
package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Field is one value of a stack file: all that decoding, checking and documentation know of it.
type Field struct {
	Key      string // its name in the object that it is in
	Kind     Kind
	Doc      string // one sentence
	Unset    string // the default in words; "": [Field.Value] has it
	Required bool
	Secret   bool     // may be encrypted
	Fields   []*Field // of an object, of each object by a name, or of each in a list

	Free, Unnoticed string // what the tags of these names say

	rule, all Rule
	fallback  string
	target    reflect.Value
	fieldsOf  func(object any) []*Field
}

// Rule is which values are right, in words; "": all of its kind.
func (f *Field) Rule() string { return join(f.rule.Text, f.all.Text) }

// Value is the present value as the report and the reference write it; before decoding, the default.
func (f *Field) Value() string {
	switch f.Kind {
	case Object, Objects, Tree:
		return "{}"
	case ObjectList:
		return "[]"
	default:
		return Show(f.target.Interface())
	}
}

// SetDefault gives the field, and those of its object, the default.
func (f *Field) SetDefault() {
	for _, inner := range f.Fields {
		inner.SetDefault()
	}
	switch {
	case f.Kind == Map && f.fallback == "":
		f.target.Set(reflect.MakeMap(f.target.Type()))
	case f.Kind == String:
		f.target.SetString(f.fallback)
	case f.fallback != "":
		if err := json.Unmarshal([]byte(f.fallback), f.target.Addr().Interface()); err != nil {
			panic(fmt.Sprintf("the default of %s: %v", f.Key, err))
		}
	}
}

// Decode reads a value and checks it. The keys of the problems are relative to the field.
func (f *Field) Decode(raw json.RawMessage) Problems {
	if f.HasDefault() && empty(raw) {
		return Problems{{Value: string(raw), Rule: "not empty", Fix: "a value, or remove the line to have the default: " + f.defaultText()}}
	}
	switch f.Kind {
	case Object:
		return decodeObject(f.Key, f.Fields, raw)
	case Objects:
		return f.decodeObjects(raw)
	case ObjectList:
		return f.decodeObjectList(raw)
	case List:
		return f.decodeList(raw)
	case Map:
		return f.decodeMap(raw)
	case Tree:
		return decodeScalar(f, raw, parseJSON[map[string]any])
	case String:
		text, ok := f.rule.text(raw, Integer)
		if !ok {
			return f.mistyped(raw)
		}
		f.target.SetString(text)
		return f.rule.judge("", text, Show(text))
	case Number:
		return decodeScalar(f, raw, parseNumber)
	case Integer:
		return decodeScalar(f, raw, parseJSON[int])
	default:
		return decodeScalar(f, raw, parseJSON[bool])
	}
}

func decodeScalar[T any](f *Field, raw json.RawMessage, parse func(json.RawMessage) (T, bool)) Problems {
	value, ok := parse(raw)
	if !ok {
		return f.mistyped(raw)
	}
	f.target.Set(reflect.ValueOf(value))
	return f.rule.judge("", value, Show(value))
}

// mistyped is the problem of a value of another kind.
func (f *Field) mistyped(raw json.RawMessage) Problems {
	problems := f.Kind.mismatch("", raw)
	if kindOf(raw) == Number && f.rule.Mistyped != "" {
		problems[0].Fix = f.rule.Mistyped
	}
	return problems
}

// mistyped is the problem of an entry that is not a text.
func (r Rule) mistyped(key string, raw json.RawMessage) Problems {
	problems := String.mismatch(key, raw)
	if kindOf(raw) == Object {
		problems[0].Fix = `a text; a name with a dot in it is in brackets: pulumi config set --path '…["a.b"]' …`
	}
	if r.Confidential {
		problems[0].Value, problems[0].Fix = "", "a text, in quotes"
	}
	return problems
}

// show is an entry's value as the report writes it.
func (r Rule) show(value string) string {
	if r.Confidential {
		return ""
	}
	return Show(value)
}

// text reads a text, or what is no less clear than one: a value of another of the given kinds, which is the text that it has in JSON, or what
// the rule takes for a text. `pulumi config set --path` writes 4711 as a number. What the file has instead of it, [Field.Written] sees.
func (r Rule) text(raw json.RawMessage, also ...Kind) (string, bool) {
	switch kind := kindOf(raw); {
	case kind != String && r.Unquoted != nil:
		return r.Unquoted(raw)
	case slices.Contains(also, kind):
		return string(raw), true
	}
	return parseJSON[string](raw)
}

func (f *Field) decodeList(raw json.RawMessage) Problems {
	items, ok := parseJSON[[]json.RawMessage](raw)
	if !ok {
		return List.mismatch("", raw)
	}
	var problems Problems
	values := make([]string, 0, len(items))
	for i, item := range items {
		at := fmt.Sprintf("[%d]", i)
		v, ok := f.rule.text(item, Integer)
		if !ok {
			problems = append(problems, String.mismatch(at, item)...)
			continue
		}
		values = append(values, v)
		problems = append(problems, f.rule.judge(at, v, Show(v))...)
	}
	f.target.Set(reflect.ValueOf(values))
	if len(problems) == 0 {
		problems = f.all.judge("", values, Show(values))
	}
	return problems
}

func (f *Field) decodeMap(raw json.RawMessage) Problems {
	entries, ok := parseJSON[map[string]json.RawMessage](raw)
	if !ok {
		return Map.mismatch("", raw)
	}
	var problems Problems
	values := make(map[string]string, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		v, ok := f.rule.text(entries[name], Integer, Boolean)
		if !ok {
			problems = append(problems, f.rule.mistyped("."+name, entries[name])...)
			continue
		}
		values[name] = v
		problems = append(problems, f.rule.judge("."+name, Entry{name, v}, f.rule.show(v))...)
	}
	f.target.Set(reflect.ValueOf(values))
	return append(problems, f.all.judge("", values, Show(values))...)
}
