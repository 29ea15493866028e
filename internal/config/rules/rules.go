// Package rules is what single values of the configuration have to satisfy, by the names that the fields' tags give them: the
// limits of AWS, of Kubernetes, of PostgreSQL and of this program.
package rules

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// All is every rule, by its name.
func All() schema.Rules {
	all := schema.Rules{
		"distinct": schema.Distinct(),
		// IAM has no two names that differ in case alone (IAM User Guide: IAM and AWS STS quotas).
		"distinctNames": schema.DistinctNames(),
		"commandWord":   schema.NotEmpty("a word of the command"),
		"positive":      positive(),
		"waiver":        waiver(),
		"secretEntry":   secretEntry(),
		"instance":      schema.Matching(instanceName, "the identifier of a database instance", "one such as mosaic-prod-db"),
		"pointInTime":   pointInTime(),
		"engineOf": schema.Check("the identifier of a database instance, with its engine: postgres or aurora-postgresql", func(e schema.Entry) string {
			switch {
			case !instanceName.MatchString(e.Name):
				return "an identifier such as mosaic-prod-db"
			case e.Value != "postgres" && e.Value != "aurora-postgresql":
				return "postgres or aurora-postgresql"
			}
			return ""
		}).As("additionalProperties", map[string]any{"enum": []string{"postgres", "aurora-postgresql"}}),
		"backupWindow": window("hh:mm-hh:mm", "03:00-04:00", ParseBackupWindow).As("pattern", dailyWindow.String()),
		"maintenanceWindow": window("ddd:hh:mm-ddd:hh:mm, days as mon to sun,", "sun:04:00-sun:05:00", ParseMaintenanceWindow).
			As("pattern", weeklyWindow.String()),
	}
	for _, some := range []schema.Rules{aws(), amounts(), capacities(), kubernetes(), pods(), variables(), postgres()} {
		maps.Copy(all, some)
	}
	return all
}

// positive asks for a number above zero.
func positive() schema.Rule {
	return schema.Check("more than 0", func(v float64) string {
		if v > 0 {
			return ""
		}
		return "an amount above 0, or remove the line to have no limit"
	}).As("exclusiveMinimum", 0)
}

// scalar reads a number, true and false as their text. Only who knows the type of the parameter can tell that false is 0: as a duration, it is not.
func scalar(raw json.RawMessage) (string, bool) {
	switch text := string(raw); text {
	case "true", "false":
		return text, true
	default:
		return text, strings.Trim(text, "0123456789+-.eE") == ""
	}
}
