package config

import (
	"maps"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// JSONSchema describes the file of a stack, Pulumi.<stack>.yaml, for editors: every key with its documentation, and which values are
// right, as far as a JSON Schema can say it. What it lets through, the program may still refuse.
func JSONSchema() map[string]any {
	properties, known := map[string]any{}, []string{}
	var required []string
	_, fields := defaults("")
	for _, f := range fields {
		s := f.JSONSchema()
		key := Key(f.Key)
		switch {
		case f.Required:
			required = append(required, key)
		case f.Kind == schema.String && f.HasDefault():
		case f.Kind == schema.String:
			value := maps.Clone(s)
			delete(value, "description")
			s = map[string]any{"description": s["description"], "anyOf": []any{map[string]any{"enum": []any{"", nil}}, value}}
		default:
			s["type"] = []any{s["type"], "null"} // a key with nothing below it has its default
		}
		properties[key] = s
		known = append(known, key)
	}
	ours := "^(aws|" + Namespace + "):"
	return map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"title":       "Configuration of a stack of " + Namespace,
		"type":        "object",
		"description": "Pulumi.<stack>.yaml. Made from the program's own declarations by: just golden",
		"properties": map[string]any{
			"config": map[string]any{
				"type": "object", "properties": properties, "required": required,
				"propertyNames": map[string]any{
					"if":   map[string]any{"pattern": ours},
					"then": map[string]any{"enum": known},
				},
			},
		},
	}
}
