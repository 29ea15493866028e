package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Kept is an instance that does not serve: of an earlier generation, or of a later one after going back.
type Kept struct {
	Identifier  string
	Newest      bool // made from what Restore names
	Unprotected bool // may be deleted in a later run
}

// Instance is the identifier of the instance that serves.
func (c *Config) Instance() string { return naming.Generation(c.Environment, c.Restore.Serving) }

// Kept are the instances beside it, by their generations.
func (c *Config) Kept() []Kept {
	var kept []Kept
	for n := 1; n <= c.Restore.Generation; n++ {
		identifier := naming.Generation(c.Environment, n)
		if n != c.Restore.Serving && !slices.Contains(c.Restore.Released, identifier) {
			kept = append(kept, Kept{
				Identifier: identifier, Newest: n == c.Restore.Generation,
				Unprotected: slices.Contains(c.Restore.Unprotected, identifier),
			})
		}
	}
	return kept
}

// generations asks for a generation that can serve, and for one that is made from something.
func (l *loader) generations() {
	r, env := l.config.Restore, l.config.Environment
	var all []string
	for n := 1; n <= r.Generation; n++ {
		all = append(all, naming.Generation(env, n))
	}
	if r.Serving > r.Generation {
		l.conflict(r.Serving, fmt.Sprintf("at most restore.generation, %d", r.Generation), "a generation that exists, or no line for the newest",
			"restore.serving", "restore.generation")
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"restore.unprotected", r.Unprotected}, {"restore.released", r.Released}} {
		for _, name := range list.names {
			switch {
			case !slices.Contains(all, name):
				l.conflict(name, "an instance of this stack", "one of "+strings.Join(all, ", "), list.field, "restore.generation", "environment")
			case name == l.config.Instance():
				l.conflict(name, "not the instance that serves", "another one; or another generation under restore.serving",
					list.field, "restore.serving", "restore.generation")
			}
		}
	}
	for _, name := range r.Released {
		if slices.Contains(r.Unprotected, name) {
			l.conflict(name, "not in unprotected too: it is gone", "it in one of the two", "restore.released", "restore.unprotected")
		}
	}
	newest := naming.Generation(env, r.Generation)
	if r.Generation > 1 && !r.named() && !slices.Contains(r.Released, newest) {
		l.conflict(r.Generation, "a generation after the first is made from a backup",
			"snapshotIdentifier, pointInTime or useLatestRestorableTime beside it", "restore.generation", "restore")
	}
}

// named tells whether there is a backup to make an instance from.
func (r Restore) named() bool {
	return r.SnapshotIdentifier != "" || r.PointInTime != "" || r.UseLatestRestorableTime
}

var (
	generationKey  = ownKey("restore.generation")
	servingKey     = ownKey("restore.serving")
	unprotectedKey = ownKey("restore.unprotected")
	releasedKey    = ownKey("restore.released")
)

const replaced = "RDS would replace the instance by an empty one"

// origins are what the newest instance was made from.
func (c *Config) origins() []settled {
	const beside = "restore it under the next restore.generation"
	r := c.Restore
	return []settled{
		{ownKey("restore.snapshotIdentifier"), r.SnapshotIdentifier, replaced, beside},
		{ownKey("restore.sourceInstanceIdentifier"), r.SourceInstanceIdentifier, replaced, beside},
		{ownKey("restore.sourceDbiResourceId"), r.SourceDbiResourceID, replaced, beside},
		{ownKey("restore.pointInTime"), r.PointInTime, replaced, beside},
		{ownKey("restore.useLatestRestorableTime"), strconv.FormatBool(r.UseLatestRestorableTime), replaced, beside},
	}
}

// ofInstance are what one instance keeps, and another one may have otherwise.
func (c *Config) ofInstance() []settled {
	return []settled{
		{ownKey("database.kmsKeyId"), c.Database.KmsKeyID, replaced,
			"copy a snapshot with the other key and restore it under the next restore.generation"},
		{ownKey("database.availabilityZone"), c.Database.AvailabilityZone, replaced,
			"restore a snapshot there, under the next restore.generation"},
	}
}

// rising are what an instance has, and does not fall below.
func (c *Config) rising() map[string]string {
	return map[string]string{
		engineVersionKey: c.Database.EngineVersion,
		storageKey:       strconv.Itoa(c.Database.AllocatedStorage),
	}
}

// settledGenerations is what there is of instances: those of the one that serves under their own keys, those of others
// under its identifier and the key.
func (c *Config) settledGenerations(before map[string]string) map[string]string {
	values := c.rising()
	for _, s := range append(c.origins(), c.ofInstance()...) {
		values[s.key] = s.value
	}
	for _, kept := range c.Kept() {
		known := c.asServing(before, kept.Identifier)
		for key := range c.instanceKeys() {
			if value, ok := known[key]; ok {
				values[kept.Identifier+" "+key] = value
			} else {
				values[kept.Identifier+" "+key] = values[key] // it was made in this run
			}
		}
	}
	values[generationKey] = strconv.Itoa(c.Restore.Generation)
	values[servingKey] = strconv.Itoa(c.Restore.Serving)
	values[unprotectedKey] = strings.Join(c.Restore.Unprotected, " ")
	values[releasedKey] = strings.Join(c.Restore.Released, " ")
	return values
}

// instanceKeys are the keys that each instance has values of its own for.
func (c *Config) instanceKeys() map[string]string {
	keys := c.rising()
	for _, s := range c.ofInstance() {
		keys[s.key] = s.value
	}
	return keys
}

// asServing is what is settled about an instance, as if it were the one that served before; empty for a new one.
func (c *Config) asServing(before map[string]string, identifier string) map[string]string {
	served := naming.Generation(c.Environment, settledNumber(before, servingKey, 1))
	known := map[string]string{}
	for key := range c.instanceKeys() {
		from := identifier + " " + key
		if identifier == served {
			from = key
		}
		if value, ok := before[from]; ok {
			known[key] = value
		}
	}
	return known
}

// changedGenerations lets instances come one by one, go by name in two steps, and keep what they were made with.
func (c *Config) changedGenerations(before map[string]string) Problems {
	r, was := c.Restore, settledNumber(before, generationKey, 1)
	problems := c.listed(before)
	switch {
	case len(before) == 0 && r.Generation > 1:
		problems = append(problems, Problem{
			Key: generationKey, Value: strconv.Itoa(r.Generation), Rule: "the first is 1, also when it is made from a backup",
			Fix: "nothing: remove the line",
		})
	case len(before) == 0:
	case r.Generation < was:
		problems = append(problems, Problem{
			Key: generationKey, Value: strconv.Itoa(r.Generation), Rule: fmt.Sprintf("not below %d: the instances after it would be deleted", was),
			Fix: fmt.Sprintf("%d; and serving: %d to go back", was, r.Generation),
		})
	case r.Generation > was+1:
		problems = append(problems, Problem{
			Key: generationKey, Value: strconv.Itoa(r.Generation), Rule: fmt.Sprintf("at most one more than before, %d", was),
			Fix: strconv.Itoa(was + 1),
		})
	case r.Generation == was && !slices.Contains(r.Released, naming.Generation(c.Environment, was)):
		for _, s := range c.origins() {
			problems = append(problems, s.changed(before)...)
		}
	}
	known := c.asServing(before, c.Instance())
	for _, s := range c.ofInstance() {
		problems = append(problems, s.changed(known)...)
	}
	problems = append(problems, c.shrunk(known)...)
	problems = append(problems, c.majorVersion(known)...)
	return append(problems, c.minorVersion(known)...)
}

// listed lets an instance be released only after it was unprotected, and never come back.
func (c *Config) listed(before map[string]string) Problems {
	var problems Problems
	gone := strings.Fields(before[releasedKey])
	may := append(strings.Fields(before[unprotectedKey]), gone...)
	for _, name := range c.Restore.Released {
		if !slices.Contains(may, name) {
			problems = append(problems, Problem{
				Key: releasedKey, Value: name, Rule: "protected: it would be deleted with its data",
				Fix: "it under restore.unprotected in this run, and here in a later one",
			})
		}
	}
	for _, name := range gone {
		if !slices.Contains(c.Restore.Released, name) {
			problems = append(problems, Problem{
				Key: releasedKey, Value: "without " + name, Rule: "an instance that was deleted would be made anew, empty",
				Fix: name + " again; its final snapshot can be restored under the next restore.generation",
			})
		}
	}
	return problems
}

// settledNumber is a settled number, or what it is where it is not known.
func settledNumber(before map[string]string, key string, otherwise int) int {
	if n, err := strconv.Atoi(before[key]); err == nil {
		return n
	}
	return otherwise
}
