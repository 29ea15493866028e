package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Spelling is one way to write a document. AWS reads them all alike, but a state holds the text: a policy keeps the
// spelling that it was first deployed with.
type Spelling int

const (
	// Standard writes actions and resources as lists, and a single principal or condition value without one.
	Standard Spelling = iota
	// Terse writes no list of one, and the version last.
	Terse
	// TerseSorted is Terse with all keys in alphabetical order.
	TerseSorted
	// ListsSorted writes lists only, with all keys in alphabetical order.
	ListsSorted
)

// JSON is the document in the standard spelling.
func (d Document) JSON() (string, error) { return d.Spelled(Standard) }

// MarshalJSON is JSON, for a document that is a part of something else.
func (d Document) MarshalJSON() ([]byte, error) {
	text, err := d.JSON()
	return []byte(text), err
}

// Indented is the standard spelling as the content of a file.
func (d Document) Indented() ([]byte, error) {
	text, err := d.JSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		return nil, fmt.Errorf("indenting a policy: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// Spelled is the document as JSON.
func (d Document) Spelled(s Spelling) (string, error) {
	statements := make([]statement, len(d.Statement))
	for i := range d.Statement {
		statements[i] = d.Statement[i].spelled(s)
	}
	var document any = struct {
		Version   string
		Statement []statement
	}{d.Version, statements}
	if s != Standard {
		document = map[string]any{"Version": d.Version, "Statement": statements}
	}
	text, err := json.Marshal(document)
	if err == nil && (s == TerseSorted || s == ListsSorted) {
		text, err = sorted(text)
	}
	if err != nil {
		return "", fmt.Errorf("encoding a policy: %w", err)
	}
	return string(text), nil
}

// statement is a Statement on its way to JSON.
type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal any `json:",omitempty"`
	Action    any
	Resource  any                       `json:",omitempty"`
	Condition map[string]map[string]any `json:",omitempty"`
}

func (s Statement) spelled(as Spelling) statement {
	inLists, besides := list, single
	switch as {
	case Terse, TerseSorted:
		inLists = single
	case ListsSorted:
		besides = list
	case Standard:
	}
	out := statement{Sid: s.Sid, Effect: s.Effect, Action: inLists(s.Action)}
	if len(s.Resource) > 0 {
		out.Resource = inLists(s.Resource)
	}
	if _, all := s.Principal[everyone]; all {
		out.Principal = everyone
	} else if len(s.Principal) > 0 {
		out.Principal = each(s.Principal, besides)
	}
	for operator, keys := range s.Condition {
		if out.Condition == nil {
			out.Condition = map[string]map[string]any{}
		}
		out.Condition[operator] = each(keys, besides)
	}
	return out
}

func list(v Values) any { return []string(v) }

func single(v Values) any {
	if len(v) == 1 {
		return v[0]
	}
	return []string(v)
}

func each(values map[string]Values, spell func(Values) any) map[string]any {
	out := map[string]any{}
	for key, v := range values {
		out[key] = spell(v)
	}
	return out
}

// sorted is JSON with its keys in alphabetical order.
func sorted(text []byte) ([]byte, error) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
