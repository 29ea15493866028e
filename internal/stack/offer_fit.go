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
	asked   bool // this run asks RDS for it; otherwise the instances have it already, and keep it
	problem schema.Problem
}

// unfit holds the configuration to the offer. What this run asks for is refused; of what the instances have already, and RDS has no
// more for new ones, the text is only a warning.
func (o *offer) unfit(cfg *config.Config, zones []string) (schema.Problems, []string) {
	var problems schema.Problems
	var warnings []string
	if o.refused != "" {
		warnings = append(warnings, "this role may not ask RDS for the engine versions and instance classes of this stack, so they were not all checked: "+
			"run just bootstrap again, which gives the pipeline's roles the permission. "+o.refused)
	}
	for _, r := range o.requirements(cfg, zones) {
		switch {
		case !r.unmet:
		case r.asked:
			problems = append(problems, r.problem)
		default:
			warnings = append(warnings, fmt.Sprintf("%s: %s: RDS no longer offers this for a new instance, such as a replica or a restore: %s. Write %s",
				r.problem.Key, r.problem.Value, r.problem.Rule, r.problem.Fix))
		}
	}
	return problems, warnings
}

func (o *offer) requirements(cfg *config.Config, zones []string) []requirement {
	db := cfg.Database
	if o.version == nil {
		return []requirement{{
			unmet: o.refused == "", asked: o.instance.asks(func(h holder) bool { return !has(h, db.EngineVersion) }),
			problem: schema.Problem{
				Key: config.Key(cfg.EngineVersionField()), Value: db.EngineVersion, Rule: "a version that RDS has in " + cfg.Region,
				Fix: fmt.Sprintf("one of: aws rds describe-db-engine-versions --engine %s --query 'DBEngineVersions[].EngineVersion' --output text --region %s", db.Engine, cfg.Region),
			},
		}}
	}
	all := o.upgrade(cfg)
	all = append(all, o.instance.requirements(cfg, o.version.VersionActual, zones)...)
	if o.replicas.class != o.instance.class || !slices.Contains(o.instance.holders, nil) { // otherwise it would be told twice
		all = append(all, o.replicas.requirements(cfg, o.version.VersionActual, zones)...)
	}
	return all
}

// upgrade lets RDS upgrade the instance to the configured version.
func (o *offer) upgrade(cfg *config.Config) []requirement {
	db, version := cfg.Database, o.version.VersionActual
	instance := o.instance.holders[0]
	if instance == nil || has(instance, db.EngineVersion) || o.upgrades == nil || slices.Contains(o.upgrades, version) {
		return nil
	}
	wanted := config.ParseVersion(db.EngineVersion)
	var fitting, others []string
	for _, target := range o.upgrades {
		if config.ParseVersion(target).Major == wanted.Major {
			fitting = append(fitting, target)
		} else {
			others = append(others, target)
		}
	}
	fix := fmt.Sprintf("%q, which it has", instance.EngineVersion)
	switch {
	case len(fitting) > 0:
		fix = fmt.Sprintf("%q", fitting[len(fitting)-1])
		if db.AutoMinorVersionUpgrade {
			fix += " and autoMinorVersionUpgrade: false for this run, and after it " + strconv.Quote(strconv.Itoa(wanted.Major)) + " and true again"
		}
	case len(others) > 0:
		fix = fmt.Sprintf("one of %s first, in a run of its own", strings.Join(others, ", "))
	}
	return []requirement{{unmet: true, asked: true, problem: schema.Problem{
		Key: config.Key(cfg.EngineVersionField()), Value: db.EngineVersion, Fix: fix,
		Rule: fmt.Sprintf("a version to which RDS can upgrade the instance; from %s it cannot upgrade to %s", instance.EngineVersion, version),
	}}}
}
