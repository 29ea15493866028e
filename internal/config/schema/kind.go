package schema

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Kind is the kind of value that a field takes, in the words of messages and documentation.
type Kind string

// The kinds.
const (
	String     Kind = "string"
	Integer    Kind = "integer"
	Number     Kind = "number"
	Boolean    Kind = "boolean"
	List       Kind = "list of strings"
	Map        Kind = "map of strings"
	Object     Kind = "object"
	Objects    Kind = "map of objects"
	ObjectList Kind = "list of objects"
	Tree       Kind = "object of any shape"
)

// kindOf is the kind of a JSON value.
func kindOf(raw json.RawMessage) Kind {
	switch raw[0] {
	case '"':
		return String
	case 't', 'f':
		return Boolean
	case 'n':
		return "null"
	case '[':
		return "list"
	case '{':
		return Object
	}
	if _, ok := parseJSON[int](raw); ok {
		return Integer
	}
	return Number
}

// mismatch is the problem of a value that is not of this Kind. Lists and objects are not shown: they
// are long, and may hold a kubeconfig.
func (k Kind) mismatch(key string, raw json.RawMessage) Problems {
	given := kindOf(raw)
	value := string(raw)
	if len(value) > 60 || strings.ContainsAny(value[:1], "[{") {
		value = ""
	}
	return Problems{{
		Key: key, Value: value,
		Rule: fmt.Sprintf("of type %s, not %s", k, given),
		Fix:  k.instead(given, raw),
	}}
}

// instead is what to write for a value of another Kind.
func (k Kind) instead(given Kind, raw json.RawMessage) string {
	if given == "null" {
		return "a value, or remove the line to have the default"
	}
	text, _ := parseJSON[string](raw)
	// Digits in quotes are a number already, if they are one at all.
	if unquoted := json.RawMessage(text); k != Number && json.Valid(unquoted) && k == kindOf(unquoted) {
		return Show(text) + ", without quotes"
	}
	switch k {
	case String:
		switch given {
		case Integer, Number, Boolean:
			return `"` + Show(string(raw)) + `", in quotes; with pulumi config set: --type string`
		default:
			return "a text"
		}
	case Integer:
		if number, ok := plainNumber(text); ok && kindOf(json.RawMessage(number)) == Integer {
			return number // 05432, which pulumi config set writes as a text
		}
		return "a whole number"
	case Number:
		return "a number"
	case Boolean:
		switch strings.ToLower(text) { // what other readers of YAML take for one
		case "true", "yes", "y", "on":
			return "true"
		case "false", "no", "n", "off":
			return "false"
		}
		return "true or false"
	case List:
		return "a list, one text per line after a hyphen"
	case ObjectList:
		return "a list, each object after a hyphen, one name: value per line"
	default:
		return "one name: value per line, indented below the key"
	}
}

// parseNumber decodes a number, or a string that is one: `pulumi config set --path` writes 19.5 as a string.
func parseNumber(raw json.RawMessage) (float64, bool) {
	if text, ok := parseJSON[string](raw); ok {
		number, err := strconv.ParseFloat(text, 64)
		return number, err == nil && !math.IsNaN(number) && !math.IsInf(number, 0)
	}
	return parseJSON[float64](raw)
}

// parseJSON decodes a JSON value strictly: null is a value of no type.
func parseJSON[T any](raw json.RawMessage) (T, bool) {
	var v T
	if strings.TrimSpace(string(raw)) == "null" {
		return v, false
	}
	return v, json.Unmarshal(raw, &v) == nil
}
