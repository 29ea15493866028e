package stack

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// asks tells whether this run asks RDS for something: it makes one of the instances with it, or changes one that differs.
func (o *option) asks(differs func(holder) bool) bool {
	return slices.ContainsFunc(o.holders, func(h holder) bool { return h == nil || h.DbInstanceClass != o.class || differs(h) })
}

// requirements are those of one class.
func (o *option) requirements(cfg *config.Config, version string, zones []string) []requirement {
	if !o.asked {
		return nil
	}
	db := cfg.Database
	at := strings.TrimPrefix(o.key, settings)
	with := fmt.Sprintf("with PostgreSQL %s in %s", version, cfg.Region)
	if o.found == nil && o.otherStorage != "" {
		return []requirement{{unmet: true, asked: o.asks(func(h holder) bool { return h.StorageType != db.StorageType }), problem: schema.Problem{
			Key: config.Key("database.storageType"), Value: db.StorageType, Rule: fmt.Sprintf("a storage type that RDS has for %s %s", o.class, with),
			Fix: o.otherStorage + ", or another " + at,
		}}}
	}
	if o.found == nil {
		return []requirement{{unmet: true, asked: o.asks(func(h holder) bool { return !has(h, db.EngineVersion) }), problem: schema.Problem{
			Key: o.key, Value: o.class, Rule: "an instance class that RDS has " + with,
			Fix: fmt.Sprintf("%s; to list them all: aws rds describe-orderable-db-instance-options --engine %s --engine-version %s "+
				"--query 'OrderableDBInstanceOptions[].DBInstanceClass' --output text --region %s", rules.NearestClass(o.class), db.Engine, version, cfg.Region),
		}}}
	}
	of := func(field string, value any, rule, fix string, unmet bool, differs func(holder) bool) requirement {
		return requirement{unmet: unmet, asked: o.asks(differs), problem: schema.Problem{
			Key: config.Key("database." + field), Value: schema.Show(value), Rule: fmt.Sprintf("%s for %s %s", rule, o.class, with), Fix: fix,
		}}
	}
	if db.Aurora() {
		return slices.Concat(o.placement(db, zones), o.features(db, of)) // its storage has no size
	}
	return slices.Concat(o.placement(db, zones), o.features(db, of), o.sizes(db, of))
}

// of makes a requirement of a field.
type of = func(field string, value any, rule, fix string, unmet bool, differs func(holder) bool) requirement

// features are what a class may not have. AWS does not tell of every one whether an instance has it: what it may have is not asked for.
func (o *option) features(db config.Database, of of) []requirement {
	f, another := o.found, "or another class"
	may := func(holder) bool { return false }
	all := []requirement{
		of("iamDatabaseAuthentication", true, "false, because RDS has no IAM database authentication", "false, "+another, db.IamDatabaseAuthentication && !f.SupportsIamDatabaseAuthentication, may),
		of("performanceInsightsRetentionDays", db.PerformanceInsightsRetentionDays, "0, because RDS has no Performance Insights", "0, "+another,
			db.PerformanceInsightsRetentionDays > 0 && !f.SupportsPerformanceInsights, may),
		of("monitoringInterval", db.MonitoringInterval, "0, because RDS has no enhanced monitoring", "0, "+another,
			db.MonitoringInterval > 0 && !f.SupportsEnhancedMonitoring, func(h holder) bool { return h.MonitoringInterval == 0 }),
		of("maxAllocatedStorage", db.MaxAllocatedStorage, "0, because RDS has no storage autoscaling", "0, "+another,
			db.MaxAllocatedStorage > 0 && !f.SupportsStorageAutoscaling, func(h holder) bool { return h.MaxAllocatedStorage == 0 }),
	}
	if o.key == config.Key("database.replicaInstanceClass") {
		return append(all, of("readReplicas", db.ReadReplicas, "0, because RDS has no read replicas", "0, "+another, !f.ReadReplicaCapable, may))
	}
	return append(all, of("multiAz", true, "false, because RDS has no Multi-AZ", "false, "+another, db.MultiAz && !f.MultiAzCapable, func(h holder) bool { return !h.MultiAz }))
}

// sizes are the ranges of storage and operations.
func (o *option) sizes(db config.Database, of of) []requirement {
	f, size := o.found, float64(db.AllocatedStorage)
	other := func(h holder) bool { return h.StorageType != db.StorageType }
	all := []requirement{between(of, "allocatedStorage", db.AllocatedStorage, [2]int{f.MinStorageSize, f.MaxStorageSize},
		func(h holder) bool { return other(h) || h.AllocatedStorage < db.AllocatedStorage })}
	if db.Iops > 0 {
		span := [2]int{max(f.MinIopsPerDbInstance, int(math.Ceil(f.MinIopsPerGib*size))), least(f.MaxIopsPerDbInstance, int(f.MaxIopsPerGib*size))}
		all = append(all, between(of, "iops", db.Iops, span, func(h holder) bool { return other(h) || h.Iops != db.Iops }))
	}
	return all
}

// between asks for a value from the least to the most; a most of 0: RDS does not say.
func between(of of, field string, value int, limits [2]int, differs func(holder) bool) requirement {
	span, unmet := fmt.Sprintf("%d or more", limits[0]), value < limits[0]
	if limits[1] > 0 {
		span, unmet = fmt.Sprintf("from %d to %d", limits[0], limits[1]), unmet || value > limits[1]
	}
	return of(field, value, span, span, unmet, differs)
}

// least is the smaller of two limits, of which 0 is none.
func least(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
