package simcloud

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

//go:embed facts.json
var factsFile embed.FS

// facts is the content of facts.json.
type facts struct {
	Config    map[string]map[string]fact // by package
	Resources map[string]resourceFacts   // by type token
}

type resourceFacts struct {
	DeleteBeforeReplace bool
	Inputs              map[string]fact
	Outputs             []string // in addition to the inputs, which are outputs, too
	SecretOutputs       []string
}

// fact describes one input.
type fact struct {
	Type          string // string, int, float, bool, object, map<…>, list<…> or set<…>
	Required      bool
	Computed      bool // chosen by the cloud when unset
	Sensitive     bool
	ForceNew      bool
	AutoName      bool
	NameKept      bool // a replacement may have the same name, and is created before the old resource is deleted
	Unnoticed     bool // a change of this input alone is no difference
	Unread        bool // the API does not tell it, so an import does not have it
	JSON          bool // compared as a JSON document
	Default       any
	ConflictsWith []string
	MaxItems      int
	Properties    map[string]fact
}

func loadFacts() facts {
	var f facts
	content, err := factsFile.ReadFile("facts.json")
	if err == nil {
		err = json.Unmarshal(content, &f)
	}
	if err != nil {
		panic(fmt.Sprintf("facts.json: %v", err)) // it is embedded, so this is a programming error
	}
	return f
}

func (f facts) of(typ string) (resourceFacts, error) {
	if known, ok := f.Resources[typ]; ok {
		return known, nil
	}
	return resourceFacts{}, fmt.Errorf("%s is not simulated: add its facts to facts.json in simcloud, and its rules to the "+
		"provider; simulated are %s", typ, strings.Join(slices.Sorted(maps.Keys(f.Resources)), ", "))
}

func failure(path, format string, args ...any) *pulumirpc.CheckFailure {
	return &pulumirpc.CheckFailure{Property: path, Reason: fmt.Sprintf(format, args...)}
}

// validateAll returns what is wrong with the inputs at a path, "" at the top. Unknown values are valid.
func validateAll(path string, inputs resource.PropertyMap, known map[string]fact) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	at := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	for _, k := range inputs.StableKeys() {
		name := string(k)
		f, ok := known[name]
		if strings.HasPrefix(name, "__") {
			continue
		} else if !ok {
			failures = append(failures, failure(at(name), "%q is not an input; there are %s",
				name, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
			continue
		}
		for _, other := range f.ConflictsWith {
			if inputs.HasValue(resource.PropertyKey(other)) && name < other {
				failures = append(failures, failure(at(name), "%q conflicts with %q: give one of them", name, other))
			}
		}
		failures = append(failures, f.validate(at(name), inputs[k])...)
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name].Required && !inputs.HasValue(resource.PropertyKey(name)) {
			failures = append(failures, failure(at(name), "%q is required", name))
		}
	}
	return failures
}

func (f fact) validate(path string, v resource.PropertyValue) []*pulumirpc.CheckFailure {
	kind, item, _ := strings.Cut(strings.TrimSuffix(f.Type, ">"), "<")
	right := v.IsComputed()
	switch kind {
	case "string":
		right = right || v.IsString()
	case "bool":
		right = right || v.IsBool()
	case "float":
		right = right || v.IsNumber()
	case "int":
		right = right || v.IsNumber() && v.NumberValue() == math.Trunc(v.NumberValue())
	case "object", "map":
		right = right || v.IsObject()
	case "list", "set":
		right = right || v.IsArray()
	}
	if !right {
		return []*pulumirpc.CheckFailure{failure(path, "expected %s, got %s", f.Type, v.TypeString())}
	}
	element := fact{Type: item, Properties: f.Properties}
	var failures []*pulumirpc.CheckFailure
	switch {
	case v.IsComputed():
	case kind == "object":
		failures = validateAll(path, v.ObjectValue(), f.Properties)
	case kind == "map":
		for _, k := range v.ObjectValue().StableKeys() {
			failures = append(failures, element.validate(path+"."+string(k), v.ObjectValue()[k])...)
		}
	case v.IsArray():
		if f.MaxItems > 0 && len(v.ArrayValue()) > f.MaxItems {
			failures = append(failures, failure(path, "at most %d items, got %d", f.MaxItems, len(v.ArrayValue())))
		}
		for i, e := range v.ArrayValue() {
			failures = append(failures, element.validate(fmt.Sprintf("%s[%d]", path, i), e)...)
		}
	}
	return failures
}

// same compares two values as the provider does: sets in any order, documents by content.
func (f fact) same(a, b resource.PropertyValue) bool {
	return !a.ContainsUnknowns() && !b.ContainsUnknowns() && f.normal(a) == f.normal(b)
}

func (f fact) normal(v resource.PropertyValue) string {
	if f.JSON && v.IsString() {
		var document any
		if json.Unmarshal([]byte(v.StringValue()), &document) == nil {
			return string(mustJSON(document))
		}
	}
	value, _ := plain(v)
	list, ok := value.([]any)
	if !ok {
		return string(mustJSON(value))
	}
	items := make([]string, len(list))
	for i, item := range list {
		if m, ok := item.(map[string]any); ok {
			for name, p := range f.Properties {
				if p.Unnoticed {
					delete(m, name)
				}
			}
		}
		items[i] = string(mustJSON(item))
	}
	if strings.HasPrefix(f.Type, "set<") {
		slices.Sort(items)
	}
	return strings.Join(items, "\n")
}
