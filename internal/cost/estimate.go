package cost

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// gp3 includes 3,000 IOPS and 125 MiB/s below 400 GiB, and 12,000 IOPS and 500 MiB/s from there on.
const (
	gp3Threshold       = 400
	gp3SmallIops       = 3000
	gp3LargeIops       = 12000
	gp3LargeThroughput = 500
)

// Monthly estimates the monthly cost of a configuration, with a number of alarms. It fails only if the price table is invalid.
func Monthly(cfg *config.Config, alarms int) (Estimate, error) {
	region, err := prices.Of(cfg.Region)
	if err != nil {
		return Estimate{}, err
	}
	copies, err := pricesOfCopies(cfg.Backups.CopyToRegion)
	if err != nil {
		return Estimate{}, err
	}
	reserved, err := prices.OfReserved()
	if err != nil {
		return Estimate{}, err
	}
	return estimate(cfg, alarms, table{region, copies, reserved.Discounts}), nil
}

func estimate(cfg *config.Config, alarms int, of table) Estimate {
	e := &estimator{cfg: cfg, db: cfg.Database, retained: retainedOf(cfg, cfg.Database.Engine), alarms: alarms, prices: of.region, copyPrices: of.copies}
	e.class, e.known = e.db.Class()
	if e.db.ReadReplicas > 0 {
		known := false
		e.replicaClass, known = e.db.ReplicaClass()
		e.known = e.known && known
	}
	instances := e.instances()
	e.storage()
	e.backups()
	e.copies()
	e.awsBackup()
	e.secrets()
	e.replicas()
	e.keys()
	e.observability()
	e.credits()
	e.estimate.Most = e.estimate.Total
	for _, line := range e.estimate.Lines {
		e.estimate.Most += max(0, line.Most-line.Monthly)
	}
	if instances > 0 {
		for _, d := range of.reserved {
			e.estimate.Reserved = append(e.estimate.Reserved, Reserved{
				Term: d.Term, Least: instances * (1 - d.Most), Most: instances * (1 - d.Least), Sources: d.Sources,
			})
		}
	}
	return e.estimate
}

type estimator struct {
	cfg                 *config.Config
	db                  config.Database
	class, replicaClass instanceclass.Class
	known               bool // whether the processors of all instances are known
	retained            int  // retained servers of the active one's engine, assumed to be like it
	alarms              int
	prices              prices.Region
	copyPrices          prices.Region // of the region of the copies
	estimate            Estimate
}

func (e *estimator) add(line Line) {
	line.Seen = e.prices.Seen(line.Sources)
	e.estimate.Lines = append(e.estimate.Lines, line)
	if line.Known {
		e.estimate.Total += line.Monthly
	}
}

func (e *estimator) free(item, detail string) { e.add(Line{Item: item, Detail: detail, Known: true}) }

func (e *estimator) unknown(item, detail string) { e.add(Line{Item: item, Detail: detail}) }

// priced adds a line with a quantity at a price of the stack's region.
func (e *estimator) priced(item, detail, key string, quantity float64) {
	e.pricedIn(e.prices, item, detail, key, quantity)
}

// pricedIn adds a line with a quantity at a price of a region, or a line without a price.
func (e *estimator) pricedIn(region prices.Region, item, detail, key string, quantity float64) {
	p, ok := region.Item[key]
	if !ok {
		e.unknown(item, detail)
		return
	}
	e.add(Line{Item: item, Detail: detail, Monthly: quantity * p.USD, Known: true, Sources: p.Sources})
}

// times is how a detail begins that is there several times; "" for one.
func times(n int) string {
	if n > 1 {
		return fmt.Sprintf("%d × ", n)
	}
	return ""
}

// instances adds the instance, its standby, its replicas and the retained instances, and returns their cost, as far as it is known.
func (e *estimator) instances() float64 {
	if e.db.Aurora() {
		e.capacity()
		e.retainedServers()
		return 0 // nothing of it can be reserved
	}
	class := e.db.InstanceClass
	hourly := e.prices.InstanceHour[class]
	e.hours("instance", class, hourly.SingleAz, hourly.Sources)
	if e.db.MultiAz {
		e.hours("standby", class, hourly.MultiAz-hourly.SingleAz, hourly.Sources)
	}
	hourly = e.prices.InstanceHour[e.db.ReplicaInstanceClass]
	for n := 1; n <= e.db.ReadReplicas; n++ {
		e.hours(fmt.Sprintf("replica %d", n), e.db.ReplicaInstanceClass, hourly.SingleAz, hourly.Sources)
	}
	e.retainedServers()
	return e.estimate.Total
}

func (e *estimator) hours(item, class string, hourly float64, sources []string) {
	if hourly <= 0 {
		e.unknown(item, class)
		return
	}
	e.add(Line{Item: item, Detail: class, Monthly: hourly * hoursPerMonth, Known: true, Sources: sources})
}

func (e *estimator) secrets() {
	const callsPerMonth = 12 * hoursPerMonth // one reader, every five minutes
	secrets := len(e.cfg.Secrets())
	e.priced("secrets", fmt.Sprintf("%d in Secrets Manager", secrets), "secret-month", float64(secrets))
	readers := 1 + len(e.cfg.AdditionalApps)
	if e.cfg.Pooling.Enabled {
		readers++
	}
	calls := readers * callsPerMonth
	e.priced("secret calls", fmt.Sprintf("%d, by the External Secrets Operator", calls), "10000 secret calls", float64(calls)/10000)
}
