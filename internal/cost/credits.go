package cost

import "github.com/mosaic-stories/mosaic-database/internal/instanceclass"

// credits adds the CPU credits of burstable classes, from none to full speed all month. RDS charges for the credits that an
// instance uses beyond those it earns.
func (e *estimator) credits() {
	hours := credits(e.class)
	if e.db.MultiAz {
		hours += credits(e.class)
	}
	hours += float64(e.db.ReadReplicas)*credits(e.replicaClass) + float64(e.retained)*credits(e.class)
	if hours == 0 {
		return
	}
	const item, detail = "CPU credits", "from none, to full speed all month"
	p, ok := e.prices.Item["CPU credit vCPU-hour"]
	if !ok {
		e.unknown(item, detail)
		return
	}
	e.add(Line{Item: item, Detail: detail, Most: hours * p.USD, Known: true, Sources: p.Sources})
}

// credits is the most vCPU-hours a month that an instance of a class can use beyond its baseline.
func credits(class instanceclass.Class) float64 {
	if !class.Burstable() {
		return 0
	}
	return float64(class.VCPU) * (1 - class.Baseline) * hoursPerMonth
}
