package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Format is a format of a document's JSON. They mean the same to AWS, but the state has the text, so a policy keeps the
// format that it was first deployed with.
type Format int

const (
	// Standard has actions and resources as lists, and a single principal or condition value as a string.
	Standard Format = iota
	// Terse has every single value as a string, and the version last.
	Terse
	// TerseSorted is Terse with the keys in alphabetical order.
	TerseSorted
	// ListsSorted has all values as lists, and the keys in alphabetical order.
	ListsSorted
)

// JSON returns the document in the format [Standard].
func (d Document) JSON() (string, error) { return d.Encode(Standard) }

// MarshalJSON does the same for a document that is part of another value.
func (d Document) MarshalJSON() ([]byte, error) {
	text, err := d.JSON()
	return []byte(text), err
}

// Indented returns the document in the format [Standard], indented, for a file.
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

// Encode returns the document as JSON.
func (d Document) Encode(f Format) (string, error) {
	statements := make([]statement, len(d.Statement))
	for i := range d.Statement {
		statements[i] = d.Statement[i].encoded(f)
	}
	var document any = struct {
		Version   string
		Statement []statement
	}{d.Version, statements}
	if f != Standard {
		document = map[string]any{"Version": d.Version, "Statement": statements}
	}
	text, err := json.Marshal(document)
	if err == nil && (f == TerseSorted || f == ListsSorted) {
		text, err = sorted(text)
	}
	if err != nil {
		return "", fmt.Errorf("encoding a policy: %w", err)
	}
	return string(text), nil
}

// statement is a [Statement] with its values as they are encoded: strings or lists.
type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal any `json:",omitempty"`
	Action    any
	Resource  any                       `json:",omitempty"`
	Condition map[string]map[string]any `json:",omitempty"`
}

func (s Statement) encoded(f Format) statement {
	actions, others := list, single // how actions and resources, and all other values are encoded
	switch f {
	case Terse, TerseSorted:
		actions = single
	case ListsSorted:
		others = list
	case Standard:
	}
	out := statement{Sid: s.Sid, Effect: s.Effect, Action: actions(s.Action)}
	if len(s.Resource) > 0 {
		out.Resource = actions(s.Resource)
	}
	if _, all := s.Principal[everyone]; all {
		out.Principal = everyone
	} else if len(s.Principal) > 0 {
		out.Principal = each(s.Principal, others)
	}
	for operator, keys := range s.Condition {
		if out.Condition == nil {
			out.Condition = map[string]map[string]any{}
		}
		out.Condition[operator] = each(keys, others)
	}
	return out
}

// list encodes the values as a list.
func list(v Values) any { return []string(v) }

// single encodes a single value as a string, and several as a list.
func single(v Values) any {
	if len(v) == 1 {
		return v[0]
	}
	return []string(v)
}

func each(values map[string]Values, encode func(Values) any) map[string]any {
	out := map[string]any{}
	for key, v := range values {
		out[key] = encode(v)
	}
	return out
}

// sorted returns the JSON text with its keys in alphabetical order.
func sorted(text []byte) ([]byte, error) {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
