package config

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// kind is the kind of value that a field takes, in the words of messages and documentation.
type kind string

const (
	kindString  kind = "string"
	kindInteger kind = "integer"
	kindNumber  kind = "number"
	kindBoolean kind = "boolean"
	kindList    kind = "list of strings"
	kindMap     kind = "map of strings"
	kindObject  kind = "object"
	kindObjects kind = "map of objects"
)

// kindOf is the kind of a JSON value.
func kindOf(raw json.RawMessage) kind {
	switch raw[0] {
	case '"':
		return kindString
	case 't', 'f':
		return kindBoolean
	case 'n':
		return "null"
	case '[':
		return "list"
	case '{':
		return kindObject
	}
	if _, ok := parseJSON[int](raw); ok {
		return kindInteger
	}
	return kindNumber
}

// mismatch is the problem of a value that is not of this kind. Lists and objects are not shown: they
// are long, and may hold a kubeconfig.
func (k kind) mismatch(key string, raw json.RawMessage) Problems {
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

// instead is what to write for a value of another kind.
func (k kind) instead(given kind, raw json.RawMessage) string {
	if given == "null" {
		return "a value, or remove the line to have the default"
	}
	// Digits in quotes are a number already, if they are one at all.
	if unquoted, ok := parseJSON[string](raw); ok && k != kindNumber && json.Valid([]byte(unquoted)) && k == kindOf(json.RawMessage(unquoted)) {
		return show(unquoted) + ", without quotes"
	}
	switch k {
	case kindString:
		switch given {
		case kindInteger, kindNumber, kindBoolean:
			return `"` + show(string(raw)) + `", in quotes`
		}
		return "a text"
	case kindInteger:
		return "a whole number"
	case kindNumber:
		return "a number"
	case kindBoolean:
		return "true or false"
	case kindList:
		return "a list, one text per line after a hyphen"
	}
	return "one name: value per line, indented below the key"
}

// parseText decodes a string, or the digits of an integer.
func parseText(raw json.RawMessage) (string, bool) {
	if kindOf(raw) == kindInteger {
		return string(raw), true
	}
	return parseJSON[string](raw)
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
