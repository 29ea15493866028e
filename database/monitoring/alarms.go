package monitoring

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Alarm is a CloudWatch alarm on a metric of RDS, or of the database's log.
type Alarm struct {
	Kind        string // such as high-cpu; an instance has one of each
	Identifier  string // of the instance, or of the cluster
	Dimension   string // of the metric: which of the two the identifier is; "" for one of the log, which has none
	About       string // what it means, for the e-mail
	Metric      string // such as CPUUtilization
	Title       string // of the metric's graph, with the unit; "" if it is in the list of [graphs]
	Threshold   Threshold
	Statistic   string // such as Average
	Periods     int    // number of periods of [Period] seconds that must be beyond the threshold
	MissingData string // CloudWatch's TreatMissingData
}

// Name is the name of the alarm in CloudWatch, such as mosaic-prod-db-high-cpu.
func (a Alarm) Name() string { return a.Identifier + "-" + a.Kind }

// Threshold is the threshold of an alarm, and the side of it on which the alarm fires. Use above or below to make one: both
// parts are then set.
type Threshold struct {
	Comparison string  // GreaterThanThreshold or LessThanThreshold
	Value      float64 // in the unit of the metric
}

func above[N int | float64](threshold N) Threshold {
	return Threshold{"GreaterThanThreshold", float64(threshold)}
}

func below[N int | float64](threshold N) Threshold {
	return Threshold{"LessThanThreshold", float64(threshold)}
}

const (
	// Period is the length of an alarm's period, in seconds.
	Period = 300

	average = "Average"
	minimum = "Minimum"
	maximum = "Maximum"
	sum     = "Sum"

	// What an alarm does when its metric has no data: fire, or show INSUFFICIENT_DATA. Every instance reports its CPU, so
	// only the CPU alarm fires for an instance that reports nothing.
	treatBreaching    = "breaching"
	treatMissing      = "missing"
	treatNotBreaching = "notBreaching" // no line of the log is a good sign

	gibByte = 1 << 30

	// The dimensions of the metrics.
	ofInstance, ofCluster, ofLog = "DBInstanceIdentifier", "DBClusterIdentifier", ""
)

// Alarms returns the alarms of a stack; none where they would notify nobody.
func Alarms(cfg *config.Config) []Alarm {
	if !cfg.Alerts.Notify() {
		return nil
	}
	return alarms(cfg)
}

func alarms(cfg *config.Config) []Alarm {
	var all []Alarm
	add := func(identifier, dimension string, table []row) {
		for _, r := range table {
			if r.skip {
				continue
			}
			r.Identifier, r.Dimension = identifier, dimension
			if r.MissingData == "" {
				r.MissingData = treatMissing
			}
			all = append(all, r.Alarm)
		}
	}
	for _, instance := range watched(cfg) {
		add(instance.Identifier, ofInstance, append(rows(instance, cfg.Alerts), auroraRows(instance, cfg.Alerts)...))
	}
	add(cfg.Instance(), ofCluster, clusterRows(cfg))
	add(cfg.Instance(), ofLog, logRows(cfg.Alerts))
	return all
}

// row is a row of the table of alarms; skip leaves it out for an instance.
type row struct {
	skip bool
	Alarm
}

// rows is the table of alarms for one instance. A new alarm needs only a row here: the dashboard, the cost estimate and
// docs/how-to/monitoring.md are made from it.
func rows(i instance, a config.Alerts) []row {
	return []row{
		{skip: i.Pauses, Alarm: Alarm{Kind: "high-cpu", Metric: "CPUUtilization", Statistic: average, Periods: 2, MissingData: treatBreaching,
			Threshold: above(a.CPUPercent),
			About:     fmt.Sprintf("CPU above %d %% for ten minutes, or no data from the instance", a.CPUPercent)}},
		// Storage autoscaling adds storage when less than 10 % of the allocated storage has been free for five minutes, but
		// not within six hours of the last change of the storage. The threshold is a share of the configured size.
		{skip: i.Aurora, Alarm: Alarm{Kind: "low-storage", Metric: "FreeStorageSpace", Statistic: minimum, Periods: 1,
			Threshold: below(percent(a.FreeStoragePercent, float64(i.AllocatedGiB)*gibByte)),
			About: fmt.Sprintf("less than %.3g GiB of storage free, %d %% of the configured %d; RDS grows the storage when less than 10 %% of its present size is free, up to its limit",
				float64(a.FreeStoragePercent*i.AllocatedGiB)/100, a.FreeStoragePercent, i.AllocatedGiB)}},
		{skip: i.Aurora, Alarm: Alarm{Kind: "deep-disk-queue", Metric: "DiskQueueDepth", Statistic: average, Periods: 3,
			Threshold: above(a.DiskQueueDepth),
			About:     fmt.Sprintf("more than %d requests wait for the disk, for 15 minutes", a.DiskQueueDepth)}},
		{skip: i.MemoryGiB == 0, Alarm: Alarm{Kind: "low-memory", Metric: "FreeableMemory", Statistic: average, Periods: 3,
			Threshold: below(percent(a.FreeMemoryPercent, i.MemoryGiB*gibByte)),
			About:     fmt.Sprintf("less than %d %% of %g GiB of memory free for 15 minutes", a.FreeMemoryPercent, i.MemoryGiB)}},
		{skip: i.MaxConnections == 0, Alarm: Alarm{Kind: "many-connections", Metric: "DatabaseConnections", Statistic: maximum, Periods: 2,
			Threshold: above(percent(a.ConnectionsPercent, float64(i.MaxConnections))),
			About:     fmt.Sprintf("more than %d %% of %d connections for ten minutes", a.ConnectionsPercent, i.MaxConnections)}},
		// A new instance has no credits, and earns at least the threshold within an hour. Hence two hours.
		{skip: !i.Burstable(), Alarm: Alarm{Kind: "few-cpu-credits", Metric: "CPUCreditBalance", Statistic: average, Periods: 24,
			Threshold: below(6 * i.VCPU),
			About:     "CPU credits nearly used up for two hours; RDS bills what is used beyond them"}},
		// While the primary is idle, the reported lag grows to five minutes, until the next WAL segment is shipped.
		{skip: !i.Replica, Alarm: Alarm{Kind: "replica-lag", Metric: "ReplicaLag", Statistic: maximum, Periods: 2,
			Threshold: above(a.ReplicaLagSeconds),
			About:     fmt.Sprintf("more than %d seconds behind for ten minutes", a.ReplicaLagSeconds)}},
		{skip: i.Replica || i.Aurora, Alarm: transactionIDs(a)},
		{skip: i.Replica || i.Aurora, Alarm: Alarm{Kind: "much-write-ahead-log", Metric: "TransactionLogsDiskUsage", Title: "Write-ahead log (bytes)", Statistic: average, Periods: 3,
			Threshold: above(percent(a.TransactionLogs, float64(i.AllocatedGiB)*gibByte)),
			About:     fmt.Sprintf("the write-ahead log takes more than %d %% of the configured %d GiB, for 15 minutes", a.TransactionLogs, i.AllocatedGiB)}},
		{skip: !i.Slots, Alarm: Alarm{Kind: "slot-lag", Metric: "OldestReplicationSlotLag", Title: "Held back by the slowest replication slot (bytes)", Statistic: maximum, Periods: 3,
			Threshold: above(percent(a.ReplicationSlots, float64(i.AllocatedGiB)*gibByte)),
			About:     fmt.Sprintf("a replication slot holds back more than %d %% of the configured %d GiB of write-ahead log, for 15 minutes: its reader is slow or gone", a.ReplicationSlots, i.AllocatedGiB)}},
		{skip: !i.Slots, Alarm: Alarm{Kind: "large-slot", Metric: "ReplicationSlotDiskUsage", Title: "Files of replication slots (bytes)", Statistic: maximum, Periods: 3,
			Threshold: above(percent(a.ReplicationSlots, float64(i.AllocatedGiB)*gibByte)),
			About:     fmt.Sprintf("the files of replication slots take more than %d %% of the configured %d GiB, for 15 minutes: a long transaction is being decoded", a.ReplicationSlots, i.AllocatedGiB)}},
	}
}

// transactionIDs is the alarm for transaction IDs that VACUUM does not free. It freezes those of a table at 200 million
// (autovacuum_freeze_max_age), so that five times as many are long a fault, with as many left to mend it.
func transactionIDs(a config.Alerts) Alarm {
	return Alarm{Kind: "many-transaction-ids", Metric: "MaximumUsedTransactionIDs", Title: "Transaction IDs in use", Statistic: maximum, Periods: 1,
		Threshold: above(a.TransactionIDs * 1_000_000),
		About:     fmt.Sprintf("more than %d million transaction IDs in use: VACUUM does not keep up, and PostgreSQL takes no writes from 2,144 million on", a.TransactionIDs)}
}

// percent returns share percent of a value.
func percent(share int, of float64) float64 { return float64(int64(of*float64(share)) / 100) }
