package rules

import (
	"cmp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
)

// secretEntry asks for an entry that a pod can have as an environment variable, and for a property that the connection secret has.
func secretEntry() schema.Rule {
	properties := connection.Names()
	return schema.Check("the name of an environment variable, with a property of the connection secret", func(e schema.Entry) string {
		if !variableName.MatchString(e.Name) {
			return "a name such as DATABASE_URL: letters, digits and underscores, at most 100, no digit first"
		}
		if why := connection.Reserved(e.Name); why != "" {
			return "another name: " + e.Name + " is reserved: " + why
		}
		if _, known := connection.Lookup(e.Value); !known {
			return cmp.Or(schema.Closest(e.Value, properties), "one of "+strings.Join(properties, ", "))
		}
		return ""
	}).As("propertyNames", map[string]any{"pattern": variableForm, "not": map[string]any{"pattern": connection.ReservedNames()}}).
		As("additionalProperties", map[string]any{"enum": properties})
}
