// Package iam is the policy document of AWS IAM, as the program and the pipeline write it and as the tests read it.
package iam

import (
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

// Document is a policy.
type Document struct {
	Version   string
	Statement Statements
}

// Policy is a document of the current version.
func Policy(statements ...Statement) Document {
	return Document{Version: Version, Statement: statements}
}

// Statements are those of a document. AWS also takes a single one that is no list.
type Statements []Statement

// Statement allows or denies actions.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal Principal `json:",omitempty"` // of a trust policy, or the policy of a resource
	Action    Values
	Resource  Values    `json:",omitempty"`
	Condition Condition `json:",omitempty"`
}

// Condition is the values to compare with, by operator and key.
type Condition map[string]map[string]Values

// Principal is who the statement is about: accounts, services or federated users by their kind, such as Service.
type Principal map[string]Values

const everyone = "*"

// Everyone is the principal "*".
func Everyone() Principal { return Principal{everyone: nil} }

// Values are one or more words. AWS also takes a single one that is no list.
type Values []string

// Cover tells whether one of the values is the word, or ends with * and begins like it.
func (v Values) Cover(word string) bool {
	return slices.ContainsFunc(v, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return pattern == word || open && strings.HasPrefix(word, prefix)
	})
}

// UnmarshalJSON reads a list of statements, or one alone.
func (s *Statements) UnmarshalJSON(text []byte) error {
	var list []Statement
	if json.Unmarshal(text, &list) == nil {
		*s = list
		return nil
	}
	var single Statement
	if err := json.Unmarshal(text, &single); err != nil {
		return err
	}
	*s = Statements{single}
	return nil
}

// UnmarshalJSON reads "*", or the principals by their kind.
func (p *Principal) UnmarshalJSON(text []byte) error {
	if string(text) == `"`+everyone+`"` {
		*p = Everyone()
		return nil
	}
	return json.Unmarshal(text, (*map[string]Values)(p))
}

// UnmarshalJSON reads a list of words, or one alone; a number or a boolean is the word that it is written as.
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
