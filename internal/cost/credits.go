package cost

import (
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// credits adds the CPU credits of burstable classes, from none to full speed all month. RDS charges for the credits that an
// instance uses beyond those it earns.
func (e *estimator) credits() {
	const item, detail = "CPU credits", "from none, to full speed all month"
	if e.db.Aurora() {
		return
	}
	if e.unknownCredits() {
		e.unknown(item, detail)
		return
	}
	hours := credits(e.class)
	if e.db.MultiAz {
		hours += credits(e.class)
	}
	hours += float64(e.db.ReadReplicas)*credits(e.replicaClass) + float64(e.retained)*credits(e.class)
	if hours == 0 {
		return
	}
	p, ok := e.prices.Item["CPU credit vCPU-hour"]
	if !ok {
		e.unknown(item, detail)
		return
	}
	e.add(Line{Item: item, Detail: detail, Most: hours * p.USD, Known: true, Sources: p.Sources})
}

// unknownCredits tells whether an instance works on CPU credits, as the t of its class says, and how many is not known.
func (e *estimator) unknownCredits() bool {
	names := []string{e.db.InstanceClass}
	if e.db.ReadReplicas > 0 {
		names = append(names, e.db.ReplicaInstanceClass)
	}
	return slices.ContainsFunc(names, func(name string) bool {
		class, known := instanceclass.Lookup(name)
		return strings.HasPrefix(name, "db.t") && (!known || !class.Burstable())
	})
}

// credits is the most vCPU-hours a month that an instance of a class can use beyond its baseline.
func credits(class instanceclass.Class) float64 {
	if !class.Burstable() {
		return 0
	}
	return float64(class.VCPU) * (1 - class.Baseline) * hoursPerMonth
}
