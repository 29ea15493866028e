package state

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// IsRead tells whether the resources of a provider exist outside the state, where a refresh reads them.
func IsRead(provider string) bool { return provider == "aws" || provider == "kubernetes" }

// Creation is the creation of a resource, of which the state does not know whether it was made.
type Creation struct {
	Type, URN string
	Inputs    map[string]any

	resource resource
}

// Text is an input that is a text; "" if it is none.
func (c Creation) Text(input string) string {
	text, _ := c.Inputs[input].(string)
	return text
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
		inputs, err := op.Resource.object("inputs")
		if err != nil {
			return nil, err
		}
		all = append(all, Creation{Type: op.Resource.text("type"), URN: op.Resource.text("urn"), Inputs: inputs, resource: op.Resource})
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

// masked is a value without its secrets, which look different each time they are encrypted.
func masked(value any) any {
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
	return IsRead(provider) && reflect.DeepEqual(masked(inputs), masked(outputs))
}
