package recovery

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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

// Creation is the creation of a resource, of which the state does not know whether it was made.
type Creation struct {
	Type, URN string
	Inputs    map[string]any

	resource resource
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

// Interrupted are the URNs of all resources of which an operation was interrupted, each once; also of those that [State.Take] took, until
// a refresh has read them, because that can be interrupted, too.
func (s *State) Interrupted() []string {
	var urns []string
	for _, r := range s.resources {
		if r.isUnread() {
			urns = append(urns, r.text("urn"))
		}
	}
	for _, op := range s.pending {
		if urn := op.Resource.text("urn"); !slices.Contains(urns, urn) {
			urns = append(urns, urn)
		}
	}
	return urns
}

// Creations are the creations that were interrupted.
func (s *State) Creations() ([]Creation, error) {
	var all []Creation
	for _, op := range s.pending {
		if op.Type != "creating" {
			continue
		}
		c := Creation{Type: op.Resource.text("type"), URN: op.Resource.text("urn"), resource: op.Resource}
		if err := json.Unmarshal(op.Resource["inputs"], &c.Inputs); err != nil {
			return nil, fmt.Errorf("reading the inputs of %s: %w", c.URN, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// Take makes an object the resource whose creation was interrupted; a refresh then reads what it is like, or finds that there is none.
// It keeps the inputs, so that generated names stay, which an import would replace. It returns false if the state has another object
// as this resource: then the creation was a replacement's, and nothing uses its object.
func (s *State) Take(c Creation, id string) bool {
	taken := c.resource.existing(id)
	at := slices.IndexFunc(s.resources, func(r resource) bool { return r.text("urn") == c.URN })
	switch {
	case at < 0:
		s.resources = append(s.resources, taken)
	case string(s.resources[at]["pendingReplacement"]) == "true": // the old object was deleted before
		s.resources[at] = taken
	default:
		return s.resources[at].text("id") == id
	}
	return true
}

// Has tells whether the state has a resource.
func (s *State) Has(urn string) bool {
	return slices.ContainsFunc(s.resources, func(r resource) bool { return r.text("urn") == urn })
}

// masked is a value without its secrets, which look different each time they are encrypted.
func masked(value any) any {
	const signature = "4dabf18193072939515e22adb298388d" // of an encrypted value, in every state
	switch value := value.(type) {
	case map[string]any:
		if value[signature] != nil {
			return signature
		}
		for key, inner := range value {
			value[key] = masked(inner)
		}
	case []any:
		for i, inner := range value {
			value[i] = masked(inner)
		}
	}
	return value
}

// text is a field that is a text.
func (r resource) text(field string) string {
	var text string
	_ = json.Unmarshal(r[field], &text) // a field that is missing is empty
	return text
}

// existing is the resource with an id, and with its inputs as outputs until they are read. A provider that gets no outputs takes the
// read for an import, and forgets which names it generated.
func (r resource) existing(id string) resource {
	all := maps.Clone(r)
	all["outputs"] = r["inputs"]
	all["id"], _ = json.Marshal(id) // a text always has a form in JSON
	return all
}

// isUnread tells whether nothing has read the resource since [State.Take]: real outputs have no list of defaults and, in a cluster, a uid.
func (r resource) isUnread() bool {
	var inputs, outputs any
	if r["id"] == nil || json.Unmarshal(r["inputs"], &inputs) != nil || json.Unmarshal(r["outputs"], &outputs) != nil {
		return false
	}
	provider, _, _ := strings.Cut(r.text("type"), ":")
	return isRead(provider) && reflect.DeepEqual(masked(inputs), masked(outputs))
}
