// Package health is what is watched of the instances, and when it is trouble: alarms, events and the dashboard.
// Pure, so that what they cost is known before they are made.
package health

import "fmt"

// Class is what an instance can do.
type Class struct {
	MemoryGiB      float64 // nominal; 0: not known, and memory is not watched
	VCPU           int
	Burstable      bool // works on CPU credits
	MaxConnections int  // 0: not known, and connections are not watched
}

// Instance is an instance that is watched.
type Instance struct {
	Class
	Identifier   string
	Replica      bool
	AllocatedGiB int // configured; storage autoscaling may have given it more
}

// Limits is where trouble begins.
type Limits struct {
	CPUPercent         int // above, on average, over ten minutes
	FreeStoragePercent int // below, of the allocated storage
	FreeMemoryPercent  int // below, of the class's memory
	ConnectionsPercent int // above, of what the class allows
	ReplicaLagSeconds  int // above
	DiskQueueDepth     int // above, requests that wait for the disk
}

// Alarm is one alarm on a metric of the namespace AWS/RDS.
type Alarm struct {
	Name        string
	Description string
	Metric      string
	Comparison  string // GreaterThanThreshold or LessThanThreshold
	Statistic   string // Average, Minimum or Maximum
	Threshold   float64
	Periods     int // of five minutes, all of them beyond the threshold
	// Missing is what no data means: "breaching" where silence is the trouble, "missing" where another alarm says so.
	Missing string
}

// Period is the length of an alarm's period, in seconds.
const Period = 300

const (
	above   = "GreaterThanThreshold"
	below   = "LessThanThreshold"
	gibByte = 1 << 30
)

// Alarms are those of one instance, in the order of the dashboard.
func Alarms(i Instance, l Limits) []Alarm {
	alarm := func(name, about, metric, comparison, statistic string, threshold float64, periods int) Alarm {
		return Alarm{
			Name: i.Identifier + "-" + name, Description: i.Identifier + ": " + about,
			Metric: metric, Comparison: comparison, Statistic: statistic, Threshold: threshold, Periods: periods, Missing: "missing",
		}
	}
	cpu := alarm("high-cpu", fmt.Sprintf("CPU above %d %% for ten minutes, or the instance is silent", l.CPUPercent),
		"CPUUtilization", above, "Average", float64(l.CPUPercent), 2)
	// Every instance reports this one; that it does not is told once, here.
	cpu.Missing = "breaching"
	all := []Alarm{cpu,
		alarm("low-storage", fmt.Sprintf("less than %.3g GiB free, %d %% of the configured %d; RDS grows the storage at 10 %% of its present size, up to its limit",
			float64(l.FreeStoragePercent*i.AllocatedGiB)/100, l.FreeStoragePercent, i.AllocatedGiB),
			"FreeStorageSpace", below, "Minimum", percent(l.FreeStoragePercent, float64(i.AllocatedGiB)*gibByte), 1),
		alarm("deep-disk-queue", fmt.Sprintf("more than %d requests wait for the disk, for 15 minutes", l.DiskQueueDepth),
			"DiskQueueDepth", above, "Average", float64(l.DiskQueueDepth), 3),
	}
	if i.MemoryGiB > 0 {
		all = append(all, alarm("low-memory", fmt.Sprintf("less than %d %% of %g GiB of memory free for 15 minutes", l.FreeMemoryPercent, i.MemoryGiB),
			"FreeableMemory", below, "Average", percent(l.FreeMemoryPercent, i.MemoryGiB*gibByte), 3))
	}
	if i.MaxConnections > 0 {
		all = append(all, alarm("many-connections", fmt.Sprintf("more than %d %% of %d connections for ten minutes", l.ConnectionsPercent, i.MaxConnections),
			"DatabaseConnections", above, "Maximum", percent(l.ConnectionsPercent, float64(i.MaxConnections)), 2))
	}
	if i.Burstable {
		// A new instance begins without credits, and has these after an hour: two hours below are trouble.
		all = append(all, alarm("few-cpu-credits", "CPU credits nearly used up for two hours; what goes beyond is billed",
			"CPUCreditBalance", below, "Average", float64(6*i.VCPU), 24))
	}
	if i.Replica {
		// On an idle source the lag grows to five minutes by itself, until the next log is shipped.
		all = append(all, alarm("replica-lag", fmt.Sprintf("more than %d seconds behind for ten minutes", l.ReplicaLagSeconds),
			"ReplicaLag", above, "Maximum", float64(l.ReplicaLagSeconds), 2))
	}
	return all
}

func percent(share int, of float64) float64 { return float64(int64(of*float64(share)) / 100) }

// Events is one subscription to what RDS tells of a kind of source.
type Events struct {
	Name       string   // without the instance's name before it
	SourceType string   // as RDS has it
	Categories []string // as RDS has them
}

// Subscriptions are all of them. RDS.19 to 22 of the Foundational Security Best Practices ask for the first and the last
// two, and Prowler for exactly these categories; the second is what else calls for a person.
func Subscriptions() []Events {
	return []Events{
		{"critical", "db-instance", []string{"configuration change", "failure", "maintenance"}},
		{"availability", "db-instance", []string{"availability", "deletion", "failover", "low storage", "read replica", "recovery"}},
		{"parameters", "db-parameter-group", []string{"configuration change"}},
		{"security", "db-security-group", []string{"configuration change", "failure"}},
	}
}
