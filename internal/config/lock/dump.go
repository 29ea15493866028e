package lock

import (
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// dumped is whether the newest instance was made empty, for a dump of another one; "": it was not.
func dumped(r config.Restore) string {
	if r.DumpAndLoad {
		return "true"
	}
	return ""
}

// dump holds a run that fills the newest instance to what the Job does: it dumps the instance that the clients write to until then, and logs
// in to both as the master user, with one password.
func dump(c *config.Config, before map[string]string) schema.Problems {
	active := c.Generation(number(before, servingKey, 1))
	if !c.Loads() || active == c.Instance() {
		return nil
	}
	var problems schema.Problems
	source := c.Restore.SourceInstanceIdentifier
	if source != active {
		problems = append(problems, schema.Problem{
			Key: config.Key("restore.sourceInstanceIdentifier"), Value: source,
			Rule: "with dumpAndLoad, the active instance: no other one has what clients have written",
			Fix:  active,
		})
	}
	was := asActive(c, before, source)[engineVersionKey]
	if old, now := config.ParseVersion(was), config.ParseVersion(c.Database.EngineVersion); was != "" && now.Major < old.Major {
		problems = append(problems, schema.Problem{
			Key: engineVersionKey, Value: c.Database.EngineVersion,
			Rule: fmt.Sprintf("with restore.dumpAndLoad, not below %s, the version of %s: an older version may lack what its schema uses", was, source),
			Fix:  fmt.Sprintf("%q or later", strconv.Itoa(old.Major)),
		})
	}
	for _, setting := range passwords(c) {
		if old, known := before[setting.key]; known && old != setting.value {
			problems = append(problems, schema.Problem{
				Key: setting.key, Value: setting.value,
				Rule: fmt.Sprintf("it has to stay %s in the run that dumps %s: that instance keeps its password, and the Job could not log in", old, source),
				Fix:  old + "; make the change in a run of its own",
			})
		}
	}
	return problems
}
