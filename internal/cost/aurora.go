package cost

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// acuHours are the ACU-hours of the cluster's instances in a month: what the configuration expects, or else the least; and the most.
func (e *estimator) acuHours() (expected, most float64) {
	expected, most = e.cfg.ACUHours()
	if hours := e.cfg.Budget.ExpectedACUHours; hours > 0 {
		expected = float64(hours)
	}
	return expected, most
}

// ranged adds a line whose cost depends on use, from the expected quantity to the most.
func (e *estimator) ranged(line Line, key string, expected, most float64) {
	p, ok := e.prices.Item[key]
	if !ok {
		e.unknown(line.Item, line.Detail)
		return
	}
	line.Monthly, line.Most, line.Known, line.Sources = expected*p.USD, most*p.USD, true, p.Sources
	e.add(line)
}

// capacity adds the ACU-hours of the cluster. With I/O-Optimized they cost more, and the I/O nothing.
func (e *estimator) capacity() {
	expected, most := e.acuHours()
	instances := "1 instance"
	if n := e.db.ReadReplicas; n > 0 {
		instances = fmt.Sprintf("%d instances", 1+n)
	}
	detail := fmt.Sprintf("%s of %g to %g ACU, %.0f ACU-hours expected", instances, e.db.MinCapacity, e.db.MaxCapacity, expected)
	if e.db.Pauses() {
		detail += ", none while paused"
	}
	e.ranged(Line{Item: "capacity", Detail: detail}, e.auroraPrice("ACU-hour"), expected, most)
}

// auroraPrice is the key of a price, which is another one with I/O-Optimized.
func (e *estimator) auroraPrice(unit string) string {
	if e.db.IOOptimized() {
		return "Aurora I/O-Optimized " + unit
	}
	return "Aurora " + unit
}

// volume adds the storage of the cluster, which all its instances share, and that of each retained one, and the I/O of the active one.
func (e *estimator) volume() {
	size, volumes := e.cfg.Budget.ExpectedStorageGiB, 1+e.retained
	e.priced("storage", fmt.Sprintf("%s%d GiB expected of %s", times(volumes), size, e.db.StorageType), e.auroraPrice("GB-month"), float64(size*volumes))
	millions := e.cfg.Budget.ExpectedMillionIOs
	if e.db.IOOptimized() {
		e.free("I/O", "included")
		return
	}
	e.priced("I/O", fmt.Sprintf("%d million requests expected", millions), "Aurora million I/O", float64(millions))
}

// retainedOf is the number of retained servers of an engine.
func retainedOf(cfg *config.Config, engine config.Engine) int {
	count := 0
	for _, one := range cfg.Retained() {
		if one.Engine == engine {
			count++
		}
	}
	return count
}

// retainedServers adds the servers that no client uses. One of the tier's engine is taken to be like the active one; of another, the
// configuration does not say how large it is.
func (e *estimator) retainedServers() {
	for n, one := range e.cfg.Retained() {
		item, class := fmt.Sprintf("kept instance %d", n+1), e.db.InstanceClass
		switch own := e.prices.InstanceHour[class]; {
		case one.Engine != e.db.Engine:
			e.unknown(item, string(one.Engine)+", as it was made")
		case e.db.Aurora():
			hours := float64(config.HoursPerMonth)
			detail := fmt.Sprintf("%g to %g ACU assumed", e.db.MinCapacity, e.db.MaxCapacity)
			e.ranged(Line{Item: item, Detail: detail}, e.auroraPrice("ACU-hour"), e.db.MinCapacity*hours, e.db.MaxCapacity*hours)
		default:
			e.hours(item, class+" assumed", own.SingleAz, own.Sources)
		}
	}
}
