package monitoring

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Alarm is one alarm on a metric of the namespace AWS/RDS.
type Alarm struct {
	Kind        string // such as high-cpu; an instance has one of each
	Identifier  string // of the instance
	About       string // what it means
	Metric      string
	Limit       Limit
	Statistic   string
	Periods     int // of Period seconds, all of them beyond the limit
	MissingData string
}

// Name is the name of the alarm in CloudWatch.
func (a Alarm) Name() string { return a.Identifier + "-" + a.Kind }

// Limit is the threshold of an alarm, and on which side of it there is trouble. Only above and below make one, so that
// no alarm is without a threshold.
type Limit struct {
	Comparison string
	Threshold  float64
}

func above[N int | float64](threshold N) Limit {
	return Limit{"GreaterThanThreshold", float64(threshold)}
}

func below[N int | float64](threshold N) Limit {
	return Limit{"LessThanThreshold", float64(threshold)}
}

const (
	// Period is the length of an alarm's period, in seconds.
	Period = 300

	average = "Average"
	minimum = "Minimum"
	maximum = "Maximum"

	// SilenceIsAlarm and SilenceIsIgnored are what an alarm does when the metric has no data. Every instance reports its CPU,
	// so one alarm is enough to tell that an instance is silent.
	SilenceIsAlarm   = "breaching"
	SilenceIsIgnored = "missing"

	gibByte = 1 << 30
)

// Alarms are all alarms of a stack; none where nobody is told.
func Alarms(cfg *config.Config) []Alarm {
	if len(cfg.Alerts.Emails) == 0 {
		return nil
	}
	return alarms(cfg)
}

func alarms(cfg *config.Config) []Alarm {
	var all []Alarm
	for _, instance := range watched(cfg) {
		for _, r := range rows(instance, cfg.Alerts) {
			if r.skip {
				continue
			}
			r.Identifier = instance.Identifier
			if r.MissingData == "" {
				r.MissingData = SilenceIsIgnored
			}
			all = append(all, r.Alarm)
		}
	}
	return all
}

// row is one line of the table of alarms; skip leaves it out for this instance.
type row struct {
	skip bool
	Alarm
}

// rows is the table of alarms. A new alarm is a row here; the dashboard, the bill and docs/monitoring.md follow.
func rows(i instance, a config.Alerts) []row {
	return []row{
		{Alarm: Alarm{Kind: "high-cpu", Metric: "CPUUtilization", Statistic: average, Periods: 2, MissingData: SilenceIsAlarm,
			Limit: above(a.CPUPercent),
			About: fmt.Sprintf("CPU above %d %% for ten minutes, or the instance is silent", a.CPUPercent)}},
		// Storage autoscaling adds space when less than 10 % of what is allocated has been free for five minutes, but not
		// within six hours of the last change of the storage. The alarm counts from the configured size, so it comes earlier.
		{Alarm: Alarm{Kind: "low-storage", Metric: "FreeStorageSpace", Statistic: minimum, Periods: 1,
			Limit: below(percent(a.FreeStoragePercent, float64(i.AllocatedGiB)*gibByte)),
			About: fmt.Sprintf("less than %.3g GiB free, %d %% of the configured %d; RDS grows the storage at 10 %% of its present size, up to its limit",
				float64(a.FreeStoragePercent*i.AllocatedGiB)/100, a.FreeStoragePercent, i.AllocatedGiB)}},
		{Alarm: Alarm{Kind: "deep-disk-queue", Metric: "DiskQueueDepth", Statistic: average, Periods: 3,
			Limit: above(a.DiskQueueDepth),
			About: fmt.Sprintf("more than %d requests wait for the disk, for 15 minutes", a.DiskQueueDepth)}},
		{skip: i.MemoryGiB == 0, Alarm: Alarm{Kind: "low-memory", Metric: "FreeableMemory", Statistic: average, Periods: 3,
			Limit: below(percent(a.FreeMemoryPercent, i.MemoryGiB*gibByte)),
			About: fmt.Sprintf("less than %d %% of %g GiB of memory free for 15 minutes", a.FreeMemoryPercent, i.MemoryGiB)}},
		{skip: i.MaxConnections == 0, Alarm: Alarm{Kind: "many-connections", Metric: "DatabaseConnections", Statistic: maximum, Periods: 2,
			Limit: above(percent(a.ConnectionsPercent, float64(i.MaxConnections))),
			About: fmt.Sprintf("more than %d %% of %d connections for ten minutes", a.ConnectionsPercent, i.MaxConnections)}},
		// A new instance begins without credits, and has these after an hour: two hours below are trouble.
		{skip: !i.Burstable(), Alarm: Alarm{Kind: "few-cpu-credits", Metric: "CPUCreditBalance", Statistic: average, Periods: 24,
			Limit: below(6 * i.VCPU),
			About: "CPU credits nearly used up for two hours; what goes beyond is billed"}},
		// On an idle source the lag grows to five minutes by itself, until the next log is shipped.
		{skip: !i.Replica, Alarm: Alarm{Kind: "replica-lag", Metric: "ReplicaLag", Statistic: maximum, Periods: 2,
			Limit: above(a.ReplicaLagSeconds),
			About: fmt.Sprintf("more than %d seconds behind for ten minutes", a.ReplicaLagSeconds)}},
	}
}

func percent(share int, of float64) float64 { return float64(int64(of*float64(share)) / 100) }
