package schema

import (
	"maps"
	"slices"
)

// JSONSchema describes the field for editors, in the keywords of draft-07 of JSON Schema, which the YAML language server reads. It
// takes what [Field.Decode] takes, and refuses what that refuses as far as a JSON Schema can say it: a rule that needs a program,
// such as that a CIDR has no host bits, is left to the program.
func (f *Field) JSONSchema() map[string]any {
	s := map[string]any{"description": f.description()}
	maps.Copy(s, f.notEmpty())
	switch f.Kind {
	case Object:
		maps.Copy(s, object(f.Fields))
	case Objects:
		s["type"], s["additionalProperties"] = "object", object(f.Fields)
		if f.rule.JSON != nil {
			s["propertyNames"] = f.rule.JSON
		}
	case ObjectList:
		s["type"], s["items"] = "array", object(f.Fields)
	case List:
		s["type"], s["items"] = "array", f.rule.of(String)
		maps.Copy(s, f.all.JSON)
	case Tree:
		s["type"] = "object"
	case Map:
		s["type"], s["additionalProperties"] = "object", map[string]any{"type": "string"}
		maps.Copy(s, f.rule.JSON)
		maps.Copy(s, f.all.JSON)
		s["additionalProperties"] = entry(s["additionalProperties"])
	default:
		maps.Copy(s, f.rule.of(f.Kind))
	}
	if f.Secret {
		s = map[string]any{"description": s["description"], "anyOf": []any{
			map[string]any{"type": s["type"], "minLength": 1},
			map[string]any{"type": "object", "properties": map[string]any{"secure": map[string]any{"type": "string"}}, "required": []string{"secure"}, "additionalProperties": false},
		}}
	}
	return s
}

// description is what an editor shows beside the field: what it is, its default, and its rule.
func (f *Field) description() string {
	text := f.Doc
	if byDefault := f.Unset; byDefault != "" {
		text += " Default: " + byDefault + "."
	} else if value := f.Value(); value != "" && !slices.Contains([]Kind{Object, Objects, ObjectList}, f.Kind) && !f.Required {
		text += " Default: " + value + "."
	}
	if rule := f.Rule(); rule != "" {
		text += " Right: " + rule + "."
	}
	return text
}

// of is the rule for a single value of a kind.
func (r Rule) of(kind Kind) map[string]any {
	s := map[string]any{"type": string(kind)}
	maps.Copy(s, r.JSON)
	switch {
	case kind == Number:
		s["type"] = []string{"number", "string"} // pulumi config set writes a fraction as a text
		s["pattern"] = `^\s*[-+]?[0-9.]+([eE][-+]?[0-9]{1,2})?\s*$`
	case kind == String && r.takesNumbers():
		// A pattern says nothing of a number; the minimum and maximum of some rules do.
		s["type"] = []Kind{String, Integer}
	}
	return s
}

// takesNumbers tells whether the text of some number is right: that of any, of a version of PostgreSQL, or of an account.
func (r Rule) takesNumbers() bool {
	return r.check == nil || slices.ContainsFunc([]string{"1", "16", "123456789012"}, func(text string) bool { return r.check(text) == "" })
}

// entry is the rule for the entries of a map, which take a number and a boolean for their texts.
func entry(rule any) any {
	s, _ := rule.(map[string]any)
	if s["type"] != string(String) {
		return rule
	}
	s = maps.Clone(s)
	s["type"] = []Kind{String, Integer, Boolean}
	return s
}

// object is the schema of an object of fields.
func object(fields []*Field) map[string]any {
	properties := map[string]any{}
	for _, f := range fields {
		properties[f.Key] = f.JSONSchema()
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}
