package cost

import "fmt"

// gp3 includes IOPS and throughput: 3,000 and 125 MiB/s under 400 GiB, 12,000 and 500 MiB/s from there.
const (
	gp3Threshold       = 400
	gp3SmallIops       = 3000
	gp3LargeIops       = 12000
	gp3LargeThroughput = 500
	freeInsightsDays   = 7
)

// Monthly estimates the cost of the usage. It fails only when the table of prices cannot be read.
func Monthly(u Usage) (Estimate, error) {
	t, err := load()
	if err != nil {
		return Estimate{}, err
	}
	e := &estimator{usage: u, prices: t.Regions[u.Region]}
	e.instances()
	e.storage()
	e.insights()
	if u.Secrets > 0 {
		e.item(fmt.Sprintf("Secrets Manager, %d secrets", u.Secrets), "secret-month", float64(u.Secrets))
	}
	if u.Alarms > 0 {
		e.item(fmt.Sprintf("CloudWatch, %d alarms", u.Alarms), "alarm-month", float64(u.Alarms))
	}
	if u.MonitoringInterval > 0 {
		e.unknown(fmt.Sprintf("enhanced monitoring every %d s (CloudWatch Logs volume)", u.MonitoringInterval))
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

func (e *estimator) unknown(item string) { e.add(Line{Item: item}) }

// item adds a quantity at a price of the table, or an unknown.
func (e *estimator) item(name, key string, quantity float64) {
	p, ok := e.prices.Item[key]
	if !ok {
		e.unknown(name)
		return
	}
	e.add(Line{Item: name, Monthly: quantity * p.USD, Known: true, Sources: p.Sources})
}

func (e *estimator) instances() {
	u := e.usage
	name, hourly := "instance "+u.InstanceClass, e.prices.InstanceHour[u.InstanceClass]
	usd := hourly.SingleAz
	if u.MultiAz {
		name, usd = name+", Multi-AZ", hourly.MultiAz
	}
	e.hours(name, usd, hourly.Sources)
	for n := 1; n <= u.Replicas; n++ {
		hourly := e.prices.InstanceHour[u.ReplicaClass]
		e.hours(fmt.Sprintf("replica %d %s", n, u.ReplicaClass), hourly.SingleAz, hourly.Sources)
	}
}

func (e *estimator) hours(name string, hourly float64, sources []string) {
	if hourly == 0 {
		e.unknown(name)
		return
	}
	e.add(Line{Item: name, Monthly: hourly * hoursPerMonth, Known: true, Sources: sources})
}

// volumes is how many copies of the storage are paid for: the standby of Multi-AZ and every replica
// has its own.
func (e *estimator) volumes() float64 {
	copies := 1 + e.usage.Replicas
	if e.usage.MultiAz {
		copies++
	}
	return float64(copies)
}

func (e *estimator) storage() {
	u := e.usage
	e.item(fmt.Sprintf("storage %d GiB %s", u.AllocatedStorage, u.StorageType), u.StorageType+" GB-month",
		float64(u.AllocatedStorage)*e.volumes())
	iops := u.Iops
	if u.StorageType == "gp3" {
		baseline := gp3SmallIops
		if u.AllocatedStorage >= gp3Threshold {
			baseline = gp3LargeIops
		}
		iops = max(0, u.Iops-baseline)
	}
	if iops > 0 {
		e.item(fmt.Sprintf("%d IOPS beyond the baseline", iops), u.StorageType+" IOPS-month", float64(iops)*e.volumes())
	}
	if u.StorageThroughput > gp3LargeThroughput {
		e.item(fmt.Sprintf("%d MiB/s beyond the baseline", u.StorageThroughput-gp3LargeThroughput),
			"gp3 MiBps-month", float64(u.StorageThroughput-gp3LargeThroughput)*e.volumes())
	}
	if u.BackupRetentionDays > 0 {
		// Backups up to the provisioned size are free.
		e.add(Line{Item: fmt.Sprintf("backups, %d days, up to %d GiB", u.BackupRetentionDays, u.AllocatedStorage), Known: true})
	}
}

func (e *estimator) insights() {
	u := e.usage
	vcpus := u.VCPU + u.Replicas*u.ReplicaVCPU
	if u.MultiAz {
		vcpus += u.VCPU
	}
	switch {
	case u.InsightsMode == "advanced":
		e.item("Database Insights Advanced", "Database Insights Advanced vCPU-hour", float64(vcpus)*hoursPerMonth)
	case u.InsightsRetention == 0:
	case u.InsightsRetention <= freeInsightsDays:
		e.add(Line{Item: fmt.Sprintf("Performance Insights, %d days", u.InsightsRetention), Known: true})
	default:
		e.unknown(fmt.Sprintf("Performance Insights, %d days", u.InsightsRetention))
	}
}
