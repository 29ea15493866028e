// Package state reads and changes the state of a stack, in the form of pulumi stack export and pulumi stack import.
package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// State is the state of a stack, as pulumi stack export prints it. What it does not know of, it keeps.
type State struct {
	export     map[string]json.RawMessage
	deployment map[string]json.RawMessage
	resources  []resource
	pending    []operation
}

// resource is a resource of the state, by the names of its fields.
type resource map[string]json.RawMessage

// operation is an operation of which the state does not know how it ended.
type operation struct {
	Resource resource `json:"resource"`
	Type     string   `json:"type"` // creating, updating, deleting, reading
}

// The key that marks a special value in every state, and what it says of a secret.
const signature, secretSignature = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"

// Secret is a secret text before it is encrypted, as a state and an import file have it.
func Secret(value string) map[string]any {
	text, _ := json.Marshal(value) // a text always has a form in JSON
	return map[string]any{signature: secretSignature, "plaintext": string(text)}
}

// Parse reads an exported state.
func Parse(text []byte) (*State, error) {
	s := &State{}
	err := json.Unmarshal(text, &s.export)
	if err == nil {
		err = json.Unmarshal(s.export["deployment"], &s.deployment)
	}
	for key, into := range map[string]any{"resources": &s.resources, "pending_operations": &s.pending} {
		if value, ok := s.deployment[key]; ok && err == nil {
			err = json.Unmarshal(value, into)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	return s, nil
}

// Encode is the state as pulumi stack import reads it, without the interrupted operations, which an import forgets.
func (s *State) Encode() ([]byte, error) {
	var err error
	put := func(into map[string]json.RawMessage, key string, value any) {
		text, failed := json.Marshal(value)
		into[key] = text
		if failed != nil {
			err = failed
		}
	}
	put(s.deployment, "resources", s.resources)
	delete(s.deployment, "pending_operations")
	put(s.export, "deployment", s.deployment)
	if err != nil {
		return nil, fmt.Errorf("writing the state: %w", err)
	}
	return json.MarshalIndent(s.export, "", "    ")
}

// Has tells whether the state has a resource.
func (s *State) Has(urn string) bool {
	return slices.ContainsFunc(s.resources, func(r resource) bool { return r.text("urn") == urn })
}

// Edit calls edit with the inputs and the outputs of each resource, and keeps what it changes in them.
func (s *State) Edit(edit func(kind string, inputs, outputs map[string]any)) error {
	for _, r := range s.resources {
		inputs, err := r.object("inputs")
		if err != nil {
			return err
		}
		outputs, err := r.object("outputs")
		if err != nil {
			return err
		}
		edit(r.text("type"), inputs, outputs)
		for field, value := range map[string]map[string]any{"inputs": inputs, "outputs": outputs} {
			if r[field] == nil {
				continue
			}
			if r[field], err = json.Marshal(value); err != nil {
				return fmt.Errorf("writing the %s of %s: %w", field, r.text("urn"), err)
			}
		}
	}
	return nil
}

// object is a field that is an object, whose numbers keep their digits; empty if it is missing.
func (r resource) object(field string) (map[string]any, error) {
	value := map[string]any{}
	if r[field] == nil {
		return value, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(r[field]))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("reading the %s of %s: %w", field, r.text("urn"), err)
	}
	return value, nil
}

// text is a field that is a text.
func (r resource) text(field string) string {
	var text string
	_ = json.Unmarshal(r[field], &text) // a field that is missing is empty
	return text
}
