package config

import (
	"cmp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

type (
	// Problem is one thing that is wrong with the configuration.
	Problem = schema.Problem
	// Problems is the report of all of them.
	Problems = schema.Problems
)

// fields are the keys of a stack file, bound to the configuration.
func (c *Config) fields() []*schema.Field {
	all := rules.All()
	all["tier"] = schema.OneOf(tierNames()...)
	return schema.Of(c, all)
}

// defaults is the configuration of a stack that sets nothing, with its fields.
func defaults(stack string) (*Config, []*schema.Field) {
	c := &Config{Stack: stack}
	fields := c.fields()
	for _, f := range fields {
		f.SetDefault()
	}
	c.Environment = stack
	c.applyTier()
	return c, fields
}

// applyTier sets what the tier decides, before the stack's own fields come over it.
func (c *Config) applyTier() {
	for _, t := range Tiers() {
		if t.Name == c.Tier {
			t.apply(&c.Database)
		}
	}
}

// Key is the full form of a key, or of a field, such as mosaic-database:database.port.
func Key(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return Namespace + ":" + name
}

// Values is the present value of every field of an object, by keys such as "database.port", as the report of problems writes it.
func (c *Config) Values() map[string]string {
	values := map[string]string{}
	for _, f := range c.fields() {
		for _, inner := range f.Fields {
			values[f.Key+"."+inner.Key] = inner.Value()
		}
	}
	return values
}

// Reference is what documentation says of one key or field.
type Reference struct {
	Key         string // "tier", "database.instanceClass"; of another namespace "aws:region"
	Type        string // string, integer, number, boolean, list of strings, map of strings, object, map of objects, list of objects
	Default     string // as a value, or in words where it depends on something else; "": none
	Description string // one sentence
	Rule        string // which values are right; "": any
	Free        string // why a change changes nothing in the estimate; "": it changes the estimate
	Unnoticed   string // why clients notice nothing of what RDS does when a setting of the database changes; "": they notice it
}

// References is every key and field of the configuration, in the order of the documentation.
func References() []Reference {
	var rows []Reference
	_, fields := defaults("")
	for _, f := range fields {
		rows = append(rows, references(f, f.Key)...)
	}
	return rows
}

// references is what documentation says of a key and of the fields below it.
func references(f *schema.Field, key string) []Reference {
	rows := []Reference{reference(f, key)}
	switch f.Kind {
	case schema.Objects:
		key += ".<name>"
	case schema.ObjectList:
		key += "[]"
	default: // its fields, if there are any, have its name before theirs
	}
	for _, inner := range f.Fields {
		inner.Free = cmp.Or(inner.Free, f.Free)
		rows = append(rows, references(inner, key+"."+inner.Key)...)
	}
	return rows
}

func reference(f *schema.Field, key string) Reference {
	row := Reference{Key: key, Type: string(f.Kind), Default: f.Unset, Description: f.Doc, Rule: f.Rule(), Free: f.Free, Unnoticed: f.Unnoticed}
	if f.Required {
		row.Default = "none: required"
	}
	if row.Default == "" {
		row.Default = f.Value()
	}
	return row
}
