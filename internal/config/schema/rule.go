package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Rule is what a value has to satisfy.
type Rule struct {
	Text string // which values are right, as the report and the reference say it; "": any
	// JSON is the rule as keywords of a JSON Schema, as far as they can say it.
	JSON map[string]any
	// Unquoted reads a value that is not a string and is still no less clear than its text; nil: whole numbers, and booleans in a map.
	Unquoted func(json.RawMessage) (string, bool)
	// Mistyped is what to write instead of a value of another type, where there is more to say than the type; "": there is not.
	Mistyped string
	// Confidential keeps the values of a map's entries out of the report: somebody may have put a password there.
	Confidential bool

	check func(any) string
}

// Entry is one name with its value, in a map.
type Entry struct{ Name, Value string }

// Check is a rule in words, with the check behind them: what to write instead of a wrong value, "" if it is right. T is string,
// int, float64, [Entry] for the entries of a map, or []string and map[string]string for the whole of one.
func Check[T any](text string, check func(T) string) Rule {
	return Rule{Text: text, check: func(v any) string { return check(v.(T)) }}
}

// As adds a keyword of a JSON Schema.
func (r Rule) As(keyword string, value any) Rule {
	r.JSON = maps.Clone(r.JSON)
	if r.JSON == nil {
		r.JSON = map[string]any{}
	}
	r.JSON[keyword] = value
	return r
}

// And asks for both rules; the first that is broken gives the advice.
func (r Rule) And(other Rule) Rule {
	if r.check == nil {
		return other
	}
	both := r
	both.Text = join(r.Text, other.Text)
	both.check = func(v any) string { return cmp.Or(r.check(v), other.check(v)) }
	for keyword, value := range other.JSON {
		if _, taken := both.JSON[keyword]; taken {
			return both.As("allOf", []any{other.JSON})
		}
		both = both.As(keyword, value)
	}
	return both
}

// Optional lets an empty text through, which stands for the default.
func (r Rule) Optional() Rule {
	check := r.check
	r.check = func(v any) string {
		if v == "" {
			return ""
		}
		return check(v)
	}
	if r.JSON != nil {
		r.JSON = map[string]any{"anyOf": []any{map[string]any{"const": ""}, r.JSON}}
	}
	return r
}

// judge is the problem that the rule has with a value, as it is shown.
func (r Rule) judge(key string, value any, shown string) Problems {
	if r.check == nil {
		return nil
	}
	if fix := r.check(value); fix != "" {
		return Problems{{Key: key, Value: shown, Rule: r.Text, Fix: fix}}
	}
	return nil
}

// Matching asks for a text of one form.
func Matching(pattern *regexp.Regexp, form, fix string) Rule {
	return Check(form, func(s string) string {
		if pattern.MatchString(s) {
			return ""
		}
		return fix
	}).As("pattern", pattern.String())
}

// between asks for a number from low to high.
func between(low, high int) Rule {
	return Check(fmt.Sprintf("from %d to %d", low, high), func(n int) string {
		switch {
		case n < low:
			return fmt.Sprintf("%d or more", low)
		case n > high:
			return fmt.Sprintf("%d or less", high)
		}
		return ""
	}).As("minimum", low).As("maximum", high)
}

// atLeast asks for a number not below low.
func atLeast(low int) Rule {
	return Check(fmt.Sprintf("%d or more", low), func(n int) string {
		if n < low {
			return fmt.Sprintf("%d or more", low)
		}
		return ""
	}).As("minimum", low)
}

// oneOfInts asks for one of the given numbers.
func oneOfInts(values []int) Rule {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	text := "one of " + strings.Join(words, ", ")
	return Check(text, func(n int) string {
		if slices.Contains(values, n) {
			return ""
		}
		return text
	}).As("enum", values)
}

// OneOf asks for one of the given texts.
func OneOf(values ...string) Rule {
	text := "one of " + strings.Join(values, ", ")
	return Check(text, func(s string) string {
		if slices.Contains(values, s) {
			return ""
		}
		return cmp.Or(Closest(s, values), text)
	}).As("enum", values)
}

// NotEmpty asks for any text at all.
func NotEmpty(fix string) Rule {
	return Check("not empty", func(s string) string {
		if strings.TrimSpace(s) == "" {
			return fix
		}
		return ""
	}).As("pattern", `\S`)
}

// Distinct asks for a list without repetition.
func Distinct() Rule {
	return distinct("no value twice", func(a, b string) bool { return a == b })
}

// DistinctNames asks for a list without repetition, of names that are compared without regard to case.
func DistinctNames() Rule { return distinct("no value twice, in whatever case", strings.EqualFold) }

func distinct(text string, same func(a, b string) bool) Rule {
	return Check(text, func(values []string) string {
		for i, v := range values {
			if slices.ContainsFunc(values[:i], func(before string) bool { return same(before, v) }) {
				return Show(v) + " once"
			}
		}
		return ""
	}).As("uniqueItems", true)
}

// join is two rules as one sentence.
func join(each, all string) string {
	if each == "" || all == "" {
		return each + all
	}
	return each + "; " + all
}
