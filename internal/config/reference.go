package config

import "strings"

// Reference is what documentation says of one key or field.
type Reference struct {
	Key         string // "tier", "database.instanceClass"; of another namespace "aws:region"
	Type        string // string, integer, number, boolean, list of strings, map of strings, object
	Default     string // as a value, or in words where it depends on something else; "": none
	Description string // one sentence
	Rule        string // which values are right; "": any
}

// References is every key and field of the configuration, in the order of the documentation.
func References() []Reference {
	c := defaults("")
	var rows []Reference
	for _, k := range c.keys() {
		name := strings.TrimPrefix(k.full(), Namespace+":")
		row := k.reference(name)
		if k.required {
			row.Default = "none: required"
		}
		rows = append(rows, row)
		if k.each {
			name += ".<name>"
		}
		for _, f := range k.fields {
			rows = append(rows, f.reference(name+"."+f.name))
		}
	}
	return rows
}

// Value is the present value of a field, such as "database.port", as the report of problems writes it; "" where there is no
// such field.
func (c *Config) Value(name string) string {
	object, name, _ := strings.Cut(name, ".")
	for _, k := range c.keys() {
		for _, f := range k.fields {
			if k.full() == ownKey(object) && f.name == name {
				return f.value()
			}
		}
	}
	return ""
}

func (f field) reference(key string) Reference {
	row := Reference{Key: key, Type: string(f.kind), Default: f.fallback, Description: f.description, Rule: f.rule}
	if row.Default == "" {
		row.Default = f.value()
	}
	return row
}
