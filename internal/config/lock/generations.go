package lock

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

var (
	generationKey  = config.Key("restore.generation")
	servingKey     = config.Key("restore.serving")
	unprotectedKey = config.Key("restore.unprotected")
	releasedKey    = config.Key("restore.released")
)

// Restores tells whether a run makes an instance from a backup: the newest, where before does not have it yet.
func Restores(c *config.Config, before map[string]string) bool {
	return c.Restore.FromBackup() && number(before, generationKey, 0) < c.Restore.Generation
}

// generations is what there is of instances: those of the active one under their own keys, those of others under its identifier
// and the key.
func generations(c *config.Config, before map[string]string) map[string]string {
	values, newest := rising(c), rising(c.Newest())
	values[engineKey] = string(c.Database.Engine)
	for _, setting := range append(origins(c), ofInstance(c)...) {
		values[setting.key] = setting.value
	}
	for _, retained := range c.Retained() {
		known := asActive(c, before, retained.Identifier)
		for _, key := range instanceKeys(c) {
			if value, ok := known[key]; ok {
				values[retained.Identifier+" "+key] = value
			} else if value, ok := values[key]; ok { // it was made in this run
				values[retained.Identifier+" "+key] = cmp.Or(newest[key], value)
			}
		}
		values[retained.Identifier+" "+engineKey] = string(retained.Engine)
	}
	values[generationKey] = strconv.Itoa(c.Restore.Generation)
	values[servingKey] = strconv.Itoa(c.Restore.Serving)
	values[unprotectedKey] = strings.Join(c.Restore.Unprotected, " ")
	values[releasedKey] = strings.Join(c.Restore.Released, " ")
	values[filledKey], values[switchedKey] = string(c.Restore.LogicalReplication), c.Restore.SwitchedAt
	for _, setting := range held(c) {
		values[setting.key] = setting.value
	}
	return values
}

// instanceKeys are the keys that each instance has values of its own for.
func instanceKeys(c *config.Config) []string {
	keys := []string{engineKey, engineVersionKey, storageKey, grownKey}
	for _, setting := range ofInstance(c) {
		keys = append(keys, setting.key)
	}
	return keys
}

// asActive is what is locked of an instance, as if it were the one that was active before; empty for a new one.
func asActive(c *config.Config, before map[string]string, identifier string) map[string]string {
	active := c.Generation(number(before, servingKey, 1))
	known := map[string]string{}
	for _, key := range instanceKeys(c) {
		from := identifier + " " + key
		if identifier == active {
			from = key
		}
		if value, ok := before[from]; ok {
			known[key] = value
		}
	}
	return known
}

// changedGenerations lets instances come one by one, go by name in two steps, and keep what they were made with.
func changedGenerations(c *config.Config, before map[string]string) schema.Problems {
	problems := append(lists(c, before), numbers(c, before)...)
	known := asActive(c, before, c.Instance())
	if other := engines(c, before); other != nil {
		return append(problems, other...) // what follows is about an instance that it is not
	}
	for _, setting := range ofInstance(c) {
		problems = append(problems, setting.changed(known)...)
	}
	problems = append(problems, shrunk(c, known)...)
	problems = append(problems, version(c, known)...)
	problems = append(problems, dump(c, before)...)
	return append(problems, replication(c, before)...)
}

// numbers lets the number of the newest instance rise one by one, and holds an instance that is there to what it was made from.
func numbers(c *config.Config, before map[string]string) schema.Problems {
	r, was := c.Restore, number(before, generationKey, 1)
	problem := schema.Problem{Key: generationKey, Value: strconv.Itoa(r.Generation)}
	switch {
	case len(before) == 0 && r.Generation > 1:
		problem.Rule, problem.Fix = "the first is 1, also when it is made from a backup", "nothing: remove the line"
	case len(before) == 0:
		return nil
	case r.Generation < was:
		problem.Rule = fmt.Sprintf("not below %d: the instances after it would be deleted", was)
		problem.Fix = fmt.Sprintf("%d; and serving: %d to go back", was, r.Generation)
	case r.Generation > was+1:
		problem.Rule, problem.Fix = fmt.Sprintf("at most one more than before (%d)", was), strconv.Itoa(was+1)
	case r.Generation == was && !slices.Contains(r.Released, c.Generation(was)):
		var problems schema.Problems
		for _, setting := range origins(c) {
			problems = append(problems, setting.changed(before)...)
		}
		return problems
	default:
		return nil
	}
	return schema.Problems{problem}
}

// lists lets an instance be deleted only after it was unprotected, and never come back.
func lists(c *config.Config, before map[string]string) schema.Problems {
	var problems schema.Problems
	gone := strings.Fields(before[releasedKey])
	may := append(strings.Fields(before[unprotectedKey]), gone...)
	for _, name := range c.Restore.Released {
		if !slices.Contains(may, name) {
			problems = append(problems, schema.Problem{
				Key: releasedKey, Value: name, Rule: "protected: it would be deleted with its data",
				Fix: "the name under restore.unprotected in this run, and here in a later one",
			})
		}
	}
	for _, name := range gone {
		if !slices.Contains(c.Restore.Released, name) {
			problems = append(problems, schema.Problem{
				Key: releasedKey, Value: "without " + name, Rule: "the instance was deleted, and would be made again, empty",
				Fix: name + " again; its final snapshot can be restored under the next restore.generation",
			})
		}
	}
	return problems
}
