// Package iam has the type of IAM policy documents. The program and the pipeline write them, and the tests read them.
package iam

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Version is the version of the policy language.
const Version = "2012-10-17"

// The effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Document is an IAM policy document.
type Document struct {
	Version   string
	Statement Statements
}

// Policy returns a document of the current version.
func Policy(statements ...Statement) Document {
	return Document{Version: Version, Statement: statements}
}

// Statements are the statements of a document. AWS also accepts a single statement without a list.
type Statements []Statement

// Statement allows or denies actions.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal Principal `json:",omitempty"` // only in trust policies and resource policies
	Action    Values
	Resource  Values    `json:",omitempty"`
	Condition Condition `json:",omitempty"`
}

// Condition has the values that condition keys are compared with, by operator and key.
type Condition map[string]map[string]Values

// Principal has the principals of a statement, by type: AWS, Service or Federated.
type Principal map[string]Values

const everyone = "*"

// Everyone returns the principal "*".
func Everyone() Principal { return Principal{everyone: nil} }

// Values is a list of strings. AWS also accepts a single string without a list.
type Values []string

// Cover reports whether one of the values is equal to the string, or is a prefix of it that ends with the wildcard *.
func (v Values) Cover(s string) bool {
	return slices.ContainsFunc(v, func(pattern string) bool {
		prefix, wildcard := strings.CutSuffix(pattern, "*")
		return pattern == s || wildcard && strings.HasPrefix(s, prefix)
	})
}

// UnmarshalJSON reads a list of statements, or a single one. An element that [Statement] does not have, such as NotAction, is an error:
// without it the statement would mean something else.
func (s *Statements) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return strictly(text, (*[]Statement)(s))
	}
	*s = make(Statements, 1)
	return strictly(text, &(*s)[0])
}

func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// UnmarshalJSON reads "*", or principals by type.
func (p *Principal) UnmarshalJSON(text []byte) error {
	if string(text) == `"`+everyone+`"` {
		*p = Everyone()
		return nil
	}
	return json.Unmarshal(text, (*map[string]Values)(p))
}

// UnmarshalJSON reads a list of strings, or a single one. A number or a boolean becomes its text.
func (v *Values) UnmarshalJSON(text []byte) error {
	var single string
	switch {
	case json.Unmarshal(text, &single) == nil:
		*v = Values{single}
	case json.Unmarshal(text, (*[]string)(v)) != nil:
		*v = Values{string(text)}
	}
	return nil
}
