package stack

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// newestTested is the newest major version of PostgreSQL that this program's tests have run.
const newestTested = 18

// unfamiliar is what RDS has and this program does not know, with what it does not do for it.
func unfamiliar(cfg *config.Config) []string {
	db := cfg.Database
	var warnings []string
	if config.ParseVersion(db.EngineVersion).Major > newestTested {
		warnings = append(warnings, fmt.Sprintf("%s: %s: this program has been tested with PostgreSQL up to %d",
			config.Key("database.engineVersion"), db.EngineVersion, newestTested))
	}
	if db.Aurora() {
		return warnings
	}
	for _, field := range []struct{ key, class string }{{"database.instanceClass", db.InstanceClass}, {"database.replicaInstanceClass", db.ReplicaInstanceClass}} {
		if instanceclass.Listed(field.class) || field.key == "database.replicaInstanceClass" && (db.ReadReplicas == 0 || field.class == db.InstanceClass) {
			continue
		}
		text := "its memory is not known, so parameters are not checked against it, and there are no alarms for low memory, many connections and high load"
		if class, ok := instanceclass.Lookup(field.class); ok {
			text = fmt.Sprintf("alarms and the checks of parameters assume %d vCPUs and %g GiB, because of its name", class.VCPU, class.MemoryGiB)
		}
		warnings = append(warnings, fmt.Sprintf("%s: %s is not in this program's table: %s", config.Key(field.key), field.class, text))
	}
	return warnings
}
