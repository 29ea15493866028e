package stack

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// requirement is something that RDS has to have.
type requirement struct {
	unmet   bool
	asking  []string // keys under database, of which a change asks RDS for it anew; what an instance has already, it keeps
	problem schema.Problem
}

// unfit holds the configuration to the offer. What this run asks for is refused; of what the instances have already, and RDS has no
// more for new ones, the text is only a warning.
func (o *offer) unfit(cfg *config.Config, before map[string]string, zones []string) (schema.Problems, []string) {
	if o.refused != "" {
		return nil, []string{"RDS was not asked whether it has the engine version and the instance classes of this stack: " +
			"run just bootstrap again, which lets the pipeline's roles ask. " + o.refused}
	}
	if len(before) == 0 {
		before = o.taken
	}
	var problems schema.Problems
	var warnings []string
	for _, r := range o.requirements(cfg, zones) {
		switch {
		case !r.unmet:
		case asks(cfg, before, r.asking):
			problems = append(problems, r.problem)
		default:
			warnings = append(warnings, fmt.Sprintf("%s: %s: RDS no longer has this for a new instance, such as a replica or a restore: %s. Write %s",
				r.problem.Key, r.problem.Value, r.problem.Rule, r.problem.Fix))
		}
	}
	return problems, warnings
}

// asks tells whether this run asks RDS for one of some settings: it makes the instance, or changes the setting. A setting that is not
// recorded is one that no instance has where RDS does not offer it.
func asks(cfg *config.Config, before map[string]string, keys []string) bool {
	if len(before) == 0 || before[config.Key("restore.serving")] != strconv.Itoa(cfg.Restore.Serving) ||
		before[config.Key("restore.generation")] != strconv.Itoa(cfg.Restore.Generation) {
		return true
	}
	now := instanceSettings(cfg)
	return slices.ContainsFunc(keys, func(key string) bool {
		value, recorded := before[settings+key]
		return !recorded || value != now[settings+key]
	})
}

func (o *offer) requirements(cfg *config.Config, zones []string) []requirement {
	db := cfg.Database
	if o.version == nil {
		return []requirement{{unmet: true, asking: []string{"engineVersion"}, problem: schema.Problem{
			Key: config.Key("database.engineVersion"), Value: db.EngineVersion, Rule: "a version that RDS has in " + cfg.Region,
			Fix: fmt.Sprintf("one of: aws rds describe-db-engine-versions --engine %s --query 'DBEngineVersions[].EngineVersion' --output text --region %s", engineName, cfg.Region),
		}}}
	}
	all := o.upgrade.requirements(db, o.version.VersionActual)
	all = append(all, o.instance.requirements(cfg, o.version.VersionActual)...)
	if o.instance.found != nil {
		all = append(all, placement(db, o.instance.found.AvailabilityZones, zones)...)
	}
	if o.replica != nil {
		all = append(all, o.replica.requirements(cfg, o.version.VersionActual)...)
	}
	return all
}

// requirements lets RDS upgrade the instance to the version.
func (u *upgrade) requirements(db config.Database, version string) []requirement {
	if u == nil || version == u.from || slices.Contains(u.targets, version) {
		return nil
	}
	wanted := config.ParseVersion(db.EngineVersion)
	if from := config.ParseVersion(u.from); wanted.Minor == 0 && wanted.Major == from.Major {
		return nil // a minor version of the major one, which the instance has
	}
	var fitting, others []string
	for _, target := range u.targets {
		if config.ParseVersion(target).Major == wanted.Major {
			fitting = append(fitting, target)
		} else {
			others = append(others, target)
		}
	}
	fix := fmt.Sprintf("%q, which it has", u.from)
	switch {
	case len(fitting) > 0:
		fix = fmt.Sprintf("%q", fitting[len(fitting)-1])
		if db.AutoMinorVersionUpgrade {
			fix += " and autoMinorVersionUpgrade: false for this run, and after it " + strconv.Quote(strconv.Itoa(wanted.Major)) + " and true again"
		}
	case len(others) > 0:
		fix = fmt.Sprintf("first one of %s, in a run of its own", strings.Join(others, ", "))
	}
	return []requirement{{unmet: true, asking: []string{"engineVersion"}, problem: schema.Problem{
		Key: config.Key("database.engineVersion"), Value: db.EngineVersion, Fix: fix,
		Rule: fmt.Sprintf("a version that RDS upgrades the instance to; it has %s, and %s is none that follows", u.from, version),
	}}}
}
