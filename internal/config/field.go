package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// field is one configuration field: all that decoding, checking and documentation know of it.
type field struct {
	name        string
	kind        kind
	description string
	rule        string                             // which values it takes; "" any of its kind
	fallback    string                             // the default in words, where it depends on something else
	value       func() string                      // the present value; before decoding, the default
	decode      func(raw json.RawMessage) Problems // stores a value; keys are relative to the field
}

// defaultsTo is the field with a default in words, for one that depends on something else.
func (f field) defaultsTo(words string) field {
	f.fallback = words
	return f
}

// rule is what a value of type T has to satisfy.
type rule[T any] struct {
	text  string         // which values are right
	check func(T) string // what to write instead of a wrong value; "" if it is right
}

// judge is the problem that a rule has with a value.
func (r rule[T]) judge(key string, v T) Problems {
	if r.check == nil {
		return nil
	}
	if fix := r.check(v); fix != "" {
		return Problems{{Key: key, Value: show(v), Rule: r.text, Fix: fix}}
	}
	return nil
}

// scalar is a field of a single value; T's parser refuses what is of another kind.
func scalar[T any](name string, k kind, target *T, description string, r rule[T], parse func(json.RawMessage) (T, bool)) field {
	return field{
		name: name, kind: k, description: description, rule: r.text,
		value: func() string { return show(*target) },
		decode: func(raw json.RawMessage) Problems {
			v, ok := parse(raw)
			if !ok {
				return k.mismatch("", raw)
			}
			*target = v
			return r.judge("", v)
		},
	}
}

func text[T ~string](name string, target *T, description string, r rule[T]) field {
	return scalar(name, kindString, target, description, r, parseJSON[T])
}

func integer(name string, target *int, description string, r rule[int]) field {
	return scalar(name, kindInteger, target, description, r, parseJSON[int])
}

func number(name string, target *float64, description string, r rule[float64]) field {
	return scalar(name, kindNumber, target, description, r, parseNumber)
}

func boolean(name string, target *bool, description string) field {
	return scalar(name, kindBoolean, target, description, rule[bool]{}, parseJSON[bool])
}

// list is a field of strings, with one rule for each and one for all of them.
func list(name string, target *[]string, description string, each rule[string], all rule[[]string],
	parse func(json.RawMessage) (string, bool)) field {
	return field{
		name: name, kind: kindList, description: description, rule: join(each.text, all.text),
		value: func() string { return show(*target) },
		decode: func(raw json.RawMessage) Problems {
			items, ok := parseJSON[[]json.RawMessage](raw)
			if !ok {
				return kindList.mismatch("", raw)
			}
			var problems Problems
			values := make([]string, 0, len(items))
			for i, item := range items {
				at := fmt.Sprintf("[%d]", i)
				v, ok := parse(item)
				if !ok {
					problems = append(problems, kindString.mismatch(at, item)...)
					continue
				}
				values = append(values, v)
				problems = append(problems, each.judge(at, v)...)
			}
			*target = values
			if len(problems) == 0 {
				problems = all.judge("", values)
			}
			return problems
		},
	}
}

// entry is one name with its value in a map field.
type entry struct{ name, value string }

// mapping is a field of freely named strings; parse turns each entry's JSON into its string.
func mapping(name string, target *map[string]string, description string, each rule[entry], all rule[map[string]string],
	parse func(json.RawMessage) (string, bool)) field {
	return field{
		name: name, kind: kindMap, description: description, rule: join(each.text, all.text),
		value: func() string { return show(*target) },
		decode: func(raw json.RawMessage) Problems {
			entries, ok := parseJSON[map[string]json.RawMessage](raw)
			if !ok {
				return kindMap.mismatch("", raw)
			}
			var problems Problems
			values := make(map[string]string, len(entries))
			for _, name := range slices.Sorted(maps.Keys(entries)) {
				v, ok := parse(entries[name])
				if !ok {
					problems = append(problems, kindString.mismatch("."+name, entries[name])...)
					continue
				}
				values[name] = v
				if fix := each.check(entry{name, v}); fix != "" {
					problems = append(problems, Problem{Key: "." + name, Value: show(v), Rule: each.text, Fix: fix})
				}
			}
			*target = values
			return append(problems, all.judge("", values)...)
		},
	}
}

// show is a value as the report and the reference write it.
func show(v any) string {
	switch v := v.(type) {
	case []string:
		if len(v) == 0 {
			return "[]"
		}
		return `["` + excerpt(strings.Join(v, `", "`)) + `"]`
	case map[string]string:
		if len(v) == 0 {
			return "{}"
		}
		return fmt.Sprintf("%d entries", len(v))
	default:
		return excerpt(fmt.Sprint(v))
	}
}

// excerpt is what is shown of a text: its first line, the beginning of a long one, and nothing of one that
// has the form of a list or an object. What was meant for another field may be a kubeconfig.
func excerpt(s string) string {
	const most = 150 // characters; the ARN of a key has some 90
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") {
		return ""
	}
	shown := []rune(s)
	if end := slices.IndexFunc(shown, unicode.IsControl); end >= 0 {
		shown = shown[:end]
	}
	shown = shown[:min(len(shown), most)]
	if len(string(shown)) < len(s) {
		return string(shown) + "…"
	}
	return s
}

// join is two rules as one sentence.
func join(each, all string) string {
	if each == "" || all == "" {
		return each + all
	}
	return each + "; " + all
}
