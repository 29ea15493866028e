package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// DatabaseTag is the key of the tag that separates the costs of this database from all others.
const DatabaseTag = "Database"

// ownTags are the tags that the program gives every AWS resource.
func (c *Config) ownTags() map[string]string {
	return map[string]string{
		"Application": c.App.Name,
		DatabaseTag:   naming.Instance(c.Environment),
		"Environment": c.Environment,
		"ManagedBy":   "pulumi",
		"Project":     Namespace,
		"Stack":       c.Stack,
	}
}

// ResourceTags are the tags of every AWS resource. Those of the stack take precedence.
func (c *Config) ResourceTags() map[string]string {
	all := c.ownTags()
	maps.Copy(all, c.Tags)
	return all
}

// tags keeps the names of tags apart: IAM takes Environment and environment for one tag that is there twice, and refuses it in the middle
// of a run, when RDS and EC2 have taken both (IAM User Guide: Rules for tagging in IAM and AWS STS).
func (l *loader) tags() {
	c := l.config
	names := map[string]string{} // by what IAM compares
	for name := range c.ownTags() {
		names[strings.ToLower(name)] = name
	}
	for _, name := range slices.Sorted(maps.Keys(c.Tags)) {
		folded := strings.ToLower(name)
		first, taken := names[folded]
		if !taken {
			names[folded] = name
			continue
		}
		if first != name {
			l.conflict(Problem{Key: "tags." + name, Value: schema.Show(c.Tags[name]),
				Rule: "not " + first + " in another case: IAM takes the two for one tag",
				Fix:  first + ", or another name"}, "tags")
		}
	}
}
