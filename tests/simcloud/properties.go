package simcloud

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Properties are the outputs of a resource, as JSON has them: numbers are float64.
type Properties map[string]any

// Text is the string at the path, or "" where there is none. A path goes down by field names.
func (p Properties) Text(path ...string) string { s, _ := p.at(path).(string); return s }

// Number is the number at the path, or 0 where there is none.
func (p Properties) Number(path ...string) float64 { n, _ := p.at(path).(float64); return n }

// Flag is the boolean at the path, or false where there is none.
func (p Properties) Flag(path ...string) bool { b, _ := p.at(path).(bool); return b }

// Texts is the list of strings at the path, or nil where there is none.
func (p Properties) Texts(path ...string) []string {
	list, _ := p.at(path).([]any)
	var texts []string
	for _, item := range list {
		if s, ok := item.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}

// Map is the object at the path, or nil where there is none. It is the object itself, not a copy.
func (p Properties) Map(path ...string) Properties {
	m, _ := p.at(path).(map[string]any)
	return m
}

// List is the list of objects at the path, or nil where there is none.
func (p Properties) List(path ...string) []Properties {
	list, _ := p.at(path).([]any)
	var objects []Properties
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			objects = append(objects, m)
		}
	}
	return objects
}

func (p Properties) at(path []string) any {
	var value any = map[string]any(p)
	for _, name := range path {
		m, _ := value.(map[string]any)
		value = m[name]
	}
	return value
}

func (p Properties) has(name string) bool { return p[name] != nil }

// fill sets properties that are not set yet, as the cloud chooses them.
func (p Properties) fill(defaults Properties) {
	for name, value := range defaults {
		if !p.has(name) {
			p[name] = value
		}
	}
}

// only returns the named properties.
func (p Properties) only(names []string) Properties {
	some := Properties{}
	for _, name := range names {
		if p.has(name) {
			some[name] = p[name]
		}
	}
	return some
}

func (p Properties) clone() Properties {
	return fromPropertyMap(p.propertyMap())
}

func (p Properties) propertyMap() resource.PropertyMap {
	return resource.NewPropertyMapFromMap(p)
}

// fromPropertyMap leaves out nulls, unknown values and the bookkeeping of the bridge (__defaults).
func fromPropertyMap(m resource.PropertyMap) Properties {
	p := Properties{}
	for name, value := range m {
		if known, ok := plain(value); ok && !strings.HasPrefix(string(name), "__") {
			p[string(name)] = known
		}
	}
	return p
}

func plain(v resource.PropertyValue) (any, bool) {
	switch {
	case v.IsComputed(), v.IsOutput(), v.IsNull():
		return nil, false
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsObject():
		return map[string]any(fromPropertyMap(v.ObjectValue())), true
	case v.IsArray():
		list := []any{}
		for _, item := range v.ArrayValue() {
			if known, ok := plain(item); ok {
				list = append(list, known)
			}
		}
		return list, true
	default:
		return v.V, true
	}
}

func texts(values ...string) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// refreshed is the inputs with the values that the cloud has now, without values that are no inputs.
func refreshed(inputs, live any) any {
	if items, ok := inputs.([]any); ok {
		return refreshedItems(items, live)
	}
	in, isMap := inputs.(map[string]any)
	now, isMapNow := live.(map[string]any)
	if !isMap || !isMapNow {
		return live
	}
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if value, ok := now[name]; ok {
			out[name] = refreshed(in[name], value)
		} else if strings.HasPrefix(name, "__") {
			out[name] = in[name]
		}
	}
	return out
}

// refreshedItems compares lists of the same length item by item; of another one, the cloud's is new.
func refreshedItems(inputs []any, live any) any {
	now, ok := live.([]any)
	if !ok || len(now) != len(inputs) {
		return live
	}
	items := make([]any, len(now))
	for i := range now {
		items[i] = refreshed(inputs[i], now[i])
	}
	return items
}

func mustJSON(v any) []byte {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err) // the value was decoded from JSON
	}
	return content
}
