package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// between asks for a number from low to high.
func between(low, high int) rule[int] {
	return rule[int]{
		text: fmt.Sprintf("from %d to %d", low, high),
		check: func(n int) string {
			switch {
			case n < low:
				return fmt.Sprintf("%d or more", low)
			case n > high:
				return fmt.Sprintf("%d or less", high)
			}
			return ""
		},
	}
}

// atLeast asks for a number not below low.
func atLeast(low int) rule[int] {
	return rule[int]{
		text: fmt.Sprintf("%d or more", low),
		check: func(n int) string {
			if n < low {
				return fmt.Sprintf("%d or more", low)
			}
			return ""
		},
	}
}

// oneOf asks for one of the given values.
func oneOf[T cmp.Ordered](values ...T) rule[T] {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	choice := strings.Join(words, ", ")
	return rule[T]{
		text: "one of " + choice,
		check: func(v T) string {
			if slices.Contains(values, v) {
				return ""
			}
			if near := closest(fmt.Sprint(v), words); near != "" && isText(v) {
				return near
			}
			return "one of " + choice
		},
	}
}

// isText tells whether a value is a string: the nearest number is no suggestion, the nearest word is.
func isText(v any) bool {
	switch v.(type) {
	case int, float64:
		return false
	}
	return true
}

// matching asks for a text of one form.
func matching(pattern *regexp.Regexp, form, fix string) rule[string] {
	return rule[string]{
		text: form,
		check: func(s string) string {
			if pattern.MatchString(s) {
				return ""
			}
			return fix
		},
	}
}

// and asks for both rules; the first that is broken gives the advice.
func (r rule[T]) and(other rule[T]) rule[T] {
	return rule[T]{
		text: join(r.text, other.text),
		check: func(v T) string {
			return cmp.Or(r.check(v), other.check(v))
		},
	}
}

// optional lets an empty text through, which stands for the default.
func optional(r rule[string]) rule[string] {
	return rule[string]{
		text: r.text,
		check: func(s string) string {
			if s == "" {
				return ""
			}
			return r.check(s)
		},
	}
}

// notEmpty asks for any text at all.
func notEmpty(fix string) rule[string] {
	return rule[string]{
		text: "not empty",
		check: func(s string) string {
			if strings.TrimSpace(s) == "" {
				return fix
			}
			return ""
		},
	}
}

// distinct asks for a list without repetition.
func distinct() rule[[]string] {
	return rule[[]string]{
		text: "none twice",
		check: func(values []string) string {
			for i, v := range values {
				if slices.Contains(values[:i], v) {
					return show(v) + " once"
				}
			}
			return ""
		},
	}
}

// positive asks for a number above zero.
func positive() rule[float64] {
	return rule[float64]{
		text: "more than 0",
		check: func(v float64) string {
			if v > 0 {
				return ""
			}
			return "an amount above 0, or remove the line to have no limit"
		},
	}
}
