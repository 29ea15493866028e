package parameters

import (
	"regexp"
	"slices"
	"strings"
)

// noWhole is a number that begins with its point.
var noWhole = regexp.MustCompile(`^(-?)(\.\d)`)

// Normal is a value as RDS stores it. A boolean may be written in every form that PostgreSQL takes, and a choice in every case. Another
// value stays as it is, right or wrong.
func (p Parameter) Normal(value string) string {
	written := strings.TrimSpace(value)
	on, off := isOn(value), isOff(value)
	choices := p.choices()
	switch {
	case p.DataType == Boolean && on:
		return "1"
	case p.DataType == Boolean && off:
		return "0"
	case p.DataType == List && p.Name == "log_connections" && on:
		return formerOn
	case p.DataType == List:
		return strings.Join(p.spelled(members(value)), ",")
	case p.DataType == Integer:
		return written
	case p.DataType == Float:
		return noWhole.ReplaceAllString(written, "${1}0$2")
	case containsFold(choices, written):
		return p.spelled([]string{written})[0]
	case on && slices.Contains(choices, "on"):
		return "on"
	case off && slices.Contains(choices, "off"):
		return "off"
	case written == "":
		return ""
	default:
		return value
	}
}

// formerOn is what PostgreSQL 18 makes of log_connections when it is on, as it was before.
const formerOn = "receipt,authentication,authorization"

// spelled are values in the spelling of the choices, as far as they are any: PostgreSQL and RDS do not compare the case alike.
func (p Parameter) spelled(values []string) []string {
	choices := p.choices()
	for i, value := range values {
		if slices.Contains(choices, value) {
			continue
		}
		if at := slices.IndexFunc(choices, func(choice string) bool { return strings.EqualFold(choice, value) }); at >= 0 {
			values[i] = choices[at]
		}
	}
	return values
}

// Bool is the form that RDS stores of a value that YAML reads as a boolean, "true" or "false"; another value stays as it is.
func Bool(value string) string {
	switch value {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return value
}

// isOn tells whether a value is on, in a form that PostgreSQL takes, in any case.
func isOn(value string) bool {
	return containsFold([]string{"1", "on", "true", "yes"}, strings.TrimSpace(value))
}

// isOff tells whether a value is off, in a form that PostgreSQL takes, in any case.
func isOff(value string) bool {
	return containsFold([]string{"0", "off", "false", "no"}, strings.TrimSpace(value))
}
