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

// requirements are those of one class.
func (o *option) requirements(cfg *config.Config, version string) []requirement {
	db := cfg.Database
	at := strings.TrimPrefix(o.key, settings)
	with := fmt.Sprintf("with PostgreSQL %s in %s", version, cfg.Region)
	if o.found == nil && o.otherStorage != "" {
		return []requirement{{unmet: true, asking: []string{at, "storageType"}, problem: schema.Problem{
			Key: config.Key("database.storageType"), Value: db.StorageType, Rule: fmt.Sprintf("a storage type that RDS has for %s %s", o.class, with),
			Fix: o.otherStorage + ", or another " + at,
		}}}
	}
	if o.found == nil {
		return []requirement{{unmet: true, asking: []string{at, "engineVersion"}, problem: schema.Problem{
			Key: o.key, Value: o.class, Rule: "an instance class that RDS has " + with,
			Fix: fmt.Sprintf("%s; all that it has: aws rds describe-orderable-db-instance-options --engine %s --engine-version %s "+
				"--query 'OrderableDBInstanceOptions[].DBInstanceClass' --output text --region %s", rules.NearestClass(o.class), engineName, version, cfg.Region),
		}}}
	}
	of := func(field string, value any, rule, fix string, unmet bool) requirement {
		return requirement{unmet: unmet, asking: []string{at, field}, problem: schema.Problem{
			Key: config.Key("database." + field), Value: schema.Show(value), Rule: fmt.Sprintf("%s for %s %s", rule, o.class, with), Fix: fix,
		}}
	}
	f := o.found
	const off = "RDS has it"
	all := []requirement{
		of("iamDatabaseAuthentication", true, "only where "+off, "false, or another "+at, db.IamDatabaseAuthentication && !f.SupportsIamDatabaseAuthentication),
		of("performanceInsightsRetentionDays", db.PerformanceInsightsRetentionDays, "0, because RDS has no Performance Insights", "0, or another "+at,
			db.PerformanceInsightsRetentionDays > 0 && !f.SupportsPerformanceInsights),
		of("monitoringInterval", db.MonitoringInterval, "0, because RDS has no enhanced monitoring", "0, or another "+at,
			db.MonitoringInterval > 0 && !f.SupportsEnhancedMonitoring),
		of("readReplicas", db.ReadReplicas, "0, because RDS has no read replicas", "0, or another "+at, db.ReadReplicas > 0 && !f.ReadReplicaCapable),
		of("maxAllocatedStorage", db.MaxAllocatedStorage, "0, because RDS has no storage autoscaling", "0, or another "+at,
			db.MaxAllocatedStorage > 0 && !f.SupportsStorageAutoscaling),
	}
	if at == "instanceClass" {
		all = append(all, of("multiAz", true, "only where "+off, "false, or another "+at, db.MultiAz && !f.MultiAzCapable))
	}
	all = append(all, between(of, "allocatedStorage", db.AllocatedStorage, f.MinStorageSize, f.MaxStorageSize))
	if db.Iops > 0 {
		size := float64(db.AllocatedStorage)
		all = append(all, between(of, "iops", db.Iops,
			max(f.MinIopsPerDbInstance, int(math.Ceil(f.MinIopsPerGib*size))), least(f.MaxIopsPerDbInstance, int(f.MaxIopsPerGib*size))))
	}
	return all
}

// between asks for a value from one number to another; 0: RDS does not say.
func between(of func(string, any, string, string, bool) requirement, field string, value, lowest, highest int) requirement {
	span, unmet := fmt.Sprintf("%d or more", lowest), value < lowest
	if highest > 0 {
		span, unmet = fmt.Sprintf("from %d to %d", lowest, highest), unmet || value > highest
	}
	return of(field, value, span, span, unmet)
}

// least is the smaller of two limits, of which 0 is none.
func least(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// placement asks for zones that have the class and a subnet: the configured one, two with a standby, one otherwise.
func placement(db config.Database, offered, zones []string) []requirement {
	if len(offered) == 0 {
		return nil
	}
	var both []string
	for _, zone := range zones {
		if slices.Contains(offered, zone) {
			both = append(both, zone)
		}
	}
	problem := schema.Problem{
		Key: config.Key("database.instanceClass"), Value: db.InstanceClass, Fix: "another class, or other network.subnetIds",
		Rule: fmt.Sprintf("in a zone with a subnet of the database; RDS has it in %s, and they are in %s", strings.Join(offered, ", "), strings.Join(zones, ", ")),
	}
	needed := 1
	if db.MultiAz {
		needed = 2
		problem.Rule = strings.Replace(problem.Rule, "in a zone", "in two zones", 1)
	}
	unmet := len(both) < needed
	if zone := db.AvailabilityZone; zone != "" && slices.Contains(zones, zone) && !slices.Contains(offered, zone) {
		unmet = true
		problem.Key, problem.Value = config.Key("database.availabilityZone"), zone
		problem.Rule = fmt.Sprintf("a zone in which RDS has %s: %s", db.InstanceClass, strings.Join(offered, ", "))
		problem.Fix = "one of these, or another instanceClass"
	}
	return []requirement{{unmet: unmet, asking: []string{"instanceClass", "multiAz"}, problem: problem}}
}
