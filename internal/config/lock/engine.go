package lock

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

var (
	tierKey    = config.Key("tier")
	enginesKey = config.Key("restore.engines")
	// engineKey is the engine that the tier chose. States of earlier versions do not have it: there was RDS's alone.
	engineKey = config.Key("tier, engine")
)

// engineOf is the engine of an instance, by what is locked of it; "" for a new one.
func engineOf(known map[string]string) config.Engine {
	if len(known) == 0 {
		return ""
	}
	return config.Engine(cmp.Or(known[engineKey], string(config.PostgreSQL)))
}

// engines lets no instance become one of another engine: RDS would make another one, empty, and this program would delete the first.
func engines(c *config.Config, before map[string]string) schema.Problems {
	var problems schema.Problems
	if was := engineOf(asActive(c, before, c.Instance())); was != "" && was != c.Database.Engine {
		problems = append(problems, schema.Problem{
			Key: tierKey, Value: c.Tier,
			Rule: fmt.Sprintf("a tier of %s, the engine of %s: with %s, RDS would make a new, empty instance", was, c.Instance(), c.Database.Engine),
			Fix:  tiersOf(was) + "; or move to the other engine with a new generation (docs/how-to/serverless.md)",
		})
	}
	for _, one := range c.Retained() {
		was := engineOf(asActive(c, before, one.Identifier))
		switch {
		case was == "" && one.Engine != c.Database.Engine:
			problems = append(problems, schema.Problem{
				Key: enginesKey, Value: string(one.Engine),
				Rule: fmt.Sprintf("not for %s, which this run makes with the engine of the tier, %s", one.Identifier, c.Database.Engine),
				Fix:  "nothing: remove the line; to make it with another engine, write a tier of that engine, and no restore.serving",
			})
		case was != "" && was != one.Engine:
			problems = append(problems, schema.Problem{
				Key: enginesKey, Value: string(one.Engine),
				Rule: fmt.Sprintf("%s for %s, which has had this engine since it was made", was, one.Identifier),
				Fix:  fmt.Sprintf("%s: %s under restore.engines", one.Identifier, was),
			})
		}
	}
	return problems
}

// tiersOf says which tiers have the engine.
func tiersOf(engine config.Engine) string {
	var names []string
	for _, tier := range config.Tiers() {
		if tier.Engine == engine {
			names = append(names, tier.Name)
		}
	}
	if len(names) == 1 {
		return names[0]
	}
	return "one of " + strings.Join(names, ", ")
}
