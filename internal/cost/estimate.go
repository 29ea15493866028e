package cost

import "fmt"

// gp3 includes IOPS and throughput: 3,000 and 125 MiB/s under 400 GiB, 12,000 and 500 MiB/s from there.
const (
	gp3Threshold       = 400
	gp3SmallIops       = 3000
	gp3LargeIops       = 12000
	gp3LargeThroughput = 500
	freeInsightsDays   = 7
	freeDashboards     = 3 // of an account
)

// Monthly estimates the cost of the usage. It fails only when the table of prices cannot be read.
func Monthly(u Usage) (Estimate, error) {
	t, err := load()
	if err != nil {
		return Estimate{}, err
	}
	e := &estimator{usage: u, prices: t.Regions[u.Region]}
	instances := e.instances()
	e.storage()
	e.backups()
	e.secrets()
	e.observability()
	e.credits()
	e.estimate.Most = e.estimate.Total
	for _, line := range e.estimate.Lines {
		e.estimate.Most += max(0, line.Most-line.Monthly)
	}
	if instances > 0 {
		for _, d := range t.Reserved {
			e.estimate.Reserved = append(e.estimate.Reserved, Reserved{
				Term: d.Term, Least: instances * (1 - d.Most), Most: instances * (1 - d.Least), Sources: d.Sources,
			})
		}
	}
	return e.estimate, nil
}

type estimator struct {
	usage    Usage
	prices   region
	estimate Estimate
}

func (e *estimator) add(line Line) {
	e.estimate.Lines = append(e.estimate.Lines, line)
	if line.Known {
		e.estimate.Total += line.Monthly
	}
}

func (e *estimator) free(item, detail string) { e.add(Line{Item: item, Detail: detail, Known: true}) }

func (e *estimator) unknown(item, detail string) { e.add(Line{Item: item, Detail: detail}) }

// priced adds a quantity at a price of the table, or an unknown.
func (e *estimator) priced(item, detail, key string, quantity float64) {
	p, ok := e.prices.Item[key]
	if !ok {
		e.unknown(item, detail)
		return
	}
	e.add(Line{Item: item, Detail: detail, Monthly: quantity * p.USD, Known: true, Sources: p.Sources})
}

// instances adds the instance, its standby and its replicas, and returns what those cost whose price is known.
func (e *estimator) instances() float64 {
	u := e.usage
	class := u.Instance.Class
	hourly := e.prices.InstanceHour[class]
	e.hours("instance", class, hourly.SingleAz, hourly.Sources)
	if u.MultiAz {
		e.hours("standby", class, hourly.MultiAz-hourly.SingleAz, hourly.Sources)
	}
	hourly = e.prices.InstanceHour[u.Replica.Class]
	for n := 1; n <= u.Replicas; n++ {
		e.hours(fmt.Sprintf("replica %d", n), u.Replica.Class, hourly.SingleAz, hourly.Sources)
	}
	for n := 1; n <= u.Kept; n++ {
		own := e.prices.InstanceHour[class]
		e.hours(fmt.Sprintf("kept instance %d", n), class+" assumed", own.SingleAz, own.Sources)
	}
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
	u := e.usage
	const callsPerMonth = 12 * hoursPerMonth // one reader, every five minutes
	if u.Secrets > 0 {
		e.priced("secrets", fmt.Sprintf("%d in Secrets Manager", u.Secrets), "secret-month", float64(u.Secrets))
	}
	if calls := u.SecretReaders * callsPerMonth; calls > 0 {
		e.priced("secret calls", fmt.Sprintf("%d, by the External Secrets Operator", calls), "10000 secret calls", float64(calls)/10000)
	}
	if u.Keys > 0 {
		e.priced("KMS keys", fmt.Sprint(u.Keys), "key-month", float64(u.Keys))
	}
}

func (e *estimator) observability() {
	u := e.usage
	if u.Alarms > 0 {
		e.priced("alarms", fmt.Sprintf("%d in CloudWatch", u.Alarms), "alarm-month", float64(u.Alarms))
	}
	if u.Dashboards > 0 {
		e.free("dashboard", fmt.Sprintf("free among the first %d of the account", freeDashboards))
	}
	e.logs()
	e.insights()
	if u.MonitoringInterval > 0 {
		e.unknown("enhanced monitoring", fmt.Sprintf("every %d s, by the volume of its log", u.MonitoringInterval))
	}
}

// logs are paid for when they arrive and while they are kept.
func (e *estimator) logs() {
	u := e.usage
	if u.LogGiB == 0 {
		return
	}
	detail := fmt.Sprintf("%d GiB a month, kept %d days", u.LogGiB, u.LogDays)
	arriving, ok := e.prices.Item["log GB"]
	kept, known := e.prices.Item["log GB-month"]
	if !ok || !known {
		e.unknown("logs", detail)
		return
	}
	const daysPerMonth = hoursPerMonth / 24.0
	monthly := float64(u.LogGiB) * (arriving.USD + kept.USD*float64(u.LogDays)/daysPerMonth)
	e.add(Line{Item: "logs", Detail: detail, Monthly: monthly, Known: true, Sources: arriving.Sources})
}

func (e *estimator) insights() {
	u := e.usage
	vcpus := u.Instance.VCPU + u.Replicas*u.Replica.VCPU
	if u.MultiAz {
		vcpus += u.Instance.VCPU
	}
	retention := fmt.Sprintf("%d days", u.InsightsRetention)
	switch {
	case u.InsightsMode == "advanced":
		e.priced("Database Insights", "advanced", "Database Insights Advanced vCPU-hour", float64(vcpus)*hoursPerMonth)
	case u.InsightsRetention == 0:
	case u.InsightsRetention <= freeInsightsDays:
		e.free("Performance Insights", retention)
	default:
		e.unknown("Performance Insights", retention)
	}
}

// credits is what burstable classes cost that work all month at full speed: RDS lends them credits, and bills these.
func (e *estimator) credits() {
	u := e.usage
	hours := credits(u.Instance)
	if u.MultiAz {
		hours += credits(u.Instance)
	}
	hours += float64(u.Replicas)*credits(u.Replica) + float64(u.Kept)*credits(u.Instance)
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

// credits is the vCPU-hours a month that an instance can work beyond its baseline.
func credits(i Instance) float64 {
	if i.Baseline == 0 {
		return 0
	}
	return float64(i.VCPU) * (1 - i.Baseline) * hoursPerMonth
}
