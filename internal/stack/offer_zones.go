package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// placement asks for zones that have the class and a subnet of the database: the configured one, two with a standby, one otherwise.
func (o *option) placement(db config.Database, zones []string) []requirement {
	if len(o.found.AvailabilityZones) == 0 {
		return nil
	}
	var both []string
	for _, zone := range zones {
		if slices.Contains(o.found.AvailabilityZones, zone) {
			both = append(both, zone)
		}
	}
	offered := strings.Join(o.found.AvailabilityZones, ", ")
	instance := o.key == config.Key("database.instanceClass")
	r := requirement{
		asked: o.asks(func(h holder) bool { return instance && db.MultiAz && !h.MultiAz }), unmet: len(both) == 0,
		problem: schema.Problem{
			Key: o.key, Value: o.class, Fix: "another class, or other network.subnetIds",
			Rule: fmt.Sprintf("a class that RDS has in a zone with a subnet of the database; RDS has it in %s, and the subnets are in %s", offered, strings.Join(zones, ", ")),
		},
	}
	if !instance {
		return []requirement{r}
	}
	if db.MultiAz && len(both) < 2 {
		r.unmet = true
		r.problem.Rule = strings.Replace(r.problem.Rule, "in a zone", "in two zones", 1)
	}
	if zone := db.AvailabilityZone; slices.Contains(zones, zone) && !slices.Contains(both, zone) {
		r.unmet = true
		r.problem = schema.Problem{
			Key: config.Key("database.availabilityZone"), Value: zone, Fix: "one of these, or another instanceClass",
			Rule: fmt.Sprintf("a zone in which RDS has %s: %s", o.class, offered),
		}
	}
	return []requirement{r}
}
