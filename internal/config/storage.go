package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// mostGiB is the largest storage of an instance.
const mostGiB = 65536

// storage leaves room for the storage to grow by itself.
func (l *loader) storage() {
	d := l.config.Database
	if d.Aurora() {
		return // its storage has no size
	}
	l.ceiling("database.maxAllocatedStorage", d.MaxAllocatedStorage)
	if d.ReplicaMaxAllocatedStorage != d.MaxAllocatedStorage {
		l.ceiling("database.replicaMaxAllocatedStorage", d.ReplicaMaxAllocatedStorage)
	}
	if d.StorageType == "gp3" {
		l.gp3()
	} else {
		l.provisionedIops()
	}
}

// ceiling holds a ceiling of storage autoscaling, if it is on, to RDS's 110 % of the storage that is there. Large storage leaves no such
// ceiling below the largest one.
func (l *loader) ceiling(field string, gib int) {
	allocated := l.config.Database.AllocatedStorage
	least := (allocated*11 + 9) / 10
	switch {
	case gib == 0 || gib >= least:
	case least > mostGiB:
		l.conflict(Problem{Key: field, Value: schema.Show(gib),
			Rule: fmt.Sprintf("0 with %d GiB of allocatedStorage: RDS takes a ceiling of at least 110 %% of it, and of at most %d GiB", allocated, mostGiB),
			Fix:  "0"}, "database.allocatedStorage")
	default:
		l.conflict(Problem{Key: field, Value: schema.Show(gib),
			Rule: fmt.Sprintf("at least 110 %% of allocatedStorage (%d GiB), so that the storage can grow, or 0", allocated),
			Fix:  fmt.Sprintf("%d or more; or 0, with which it does not grow by itself", least)}, "database.allocatedStorage")
	}
}

// gp3 holds operations and throughput to what RDS provisions for PostgreSQL on gp3: nothing below 400
// GiB; from there, where volumes are striped, more than the baseline.
func (l *loader) gp3() {
	const (
		striped                 = 400 // GiB
		baselineIops, mostIops  = 12000, 64000
		baselineThroughput      = 500
		mostThroughput          = 4000
		operationsPerThroughput = 4 // at least so many operations per MiB/s
		iops, throughput        = "database.iops", "database.storageThroughput"
		storageType, allocated  = "database.storageType", "database.allocatedStorage"
		advice                  = "nothing: remove the field, or allocatedStorage: 400"
	)
	d := l.config.Database
	if d.AllocatedStorage < striped {
		rule := fmt.Sprintf("only from %d GiB on with storageType gp3 (allocatedStorage is %d)", striped, d.AllocatedStorage)
		if d.Iops != 0 {
			l.conflict(Problem{Key: iops, Value: schema.Show(d.Iops),
				Rule: rule,
				Fix:  advice}, storageType, allocated)
		}
		if d.StorageThroughput != 0 {
			l.conflict(Problem{Key: throughput, Value: schema.Show(d.StorageThroughput),
				Rule: rule,
				Fix:  advice}, storageType, allocated)
		}
		return
	}
	if d.Iops != 0 && (d.Iops < baselineIops || d.Iops > mostIops) {
		l.conflict(Problem{Key: iops, Value: schema.Show(d.Iops),
			Rule: fmt.Sprintf("from %d to %d with storageType gp3", baselineIops, mostIops),
			Fix:  fmt.Sprintf("from %d to %d, or remove the field for %d", baselineIops, mostIops, baselineIops)}, storageType, allocated)
	}
	if d.StorageThroughput == 0 {
		return
	}
	if d.StorageThroughput < baselineThroughput || d.StorageThroughput > mostThroughput {
		l.conflict(Problem{Key: throughput, Value: schema.Show(d.StorageThroughput),
			Rule: fmt.Sprintf("from %d to %d with storageType gp3", baselineThroughput, mostThroughput),
			Fix:  fmt.Sprintf("from %d to %d, or remove the field for %d", baselineThroughput, mostThroughput, baselineThroughput)}, storageType, allocated)
	}
	if operations := max(d.Iops, baselineIops); d.StorageThroughput*operationsPerThroughput > operations {
		l.conflict(Problem{Key: throughput, Value: schema.Show(d.StorageThroughput),
			Rule: fmt.Sprintf("at most a quarter of iops (%d)", operations),
			Fix:  fmt.Sprintf("%d or less, or iops: %d", operations/operationsPerThroughput, d.StorageThroughput*operationsPerThroughput)}, iops, storageType, allocated)
	}
}

// provisionedIops holds io1 and io2 to their sizes and to their operations per GiB.
func (l *loader) provisionedIops() {
	const leastGiB, leastIops, mostIops = 100, 1000, 256000
	perGiB := map[string]int{"io1": 50, "io2": 1000}
	d := l.config.Database
	if d.AllocatedStorage < leastGiB {
		l.conflict(Problem{Key: "database.allocatedStorage", Value: schema.Show(d.AllocatedStorage),
			Rule: fmt.Sprintf("%d or more with storageType %s", leastGiB, d.StorageType),
			Fix:  fmt.Sprintf("%d or more, or storageType: gp3", leastGiB)}, "database.storageType")
	}
	if most := min(mostIops, perGiB[d.StorageType]*d.AllocatedStorage); d.Iops < leastIops || d.Iops > most {
		l.conflict(Problem{Key: "database.iops", Value: schema.Show(d.Iops),
			Rule: fmt.Sprintf("from %d to %d with storageType %s and %d GiB", leastIops, most, d.StorageType, d.AllocatedStorage),
			Fix:  fmt.Sprintf("from %d to %d, or storageType: gp3", leastIops, most)}, "database.storageType", "database.allocatedStorage")
	}
	largest, field := d.AllocatedStorage, "allocatedStorage"
	if d.MaxAllocatedStorage > largest {
		largest, field = d.MaxAllocatedStorage, "maxAllocatedStorage"
	}
	if d.ReadReplicas > 0 && d.ReplicaMaxAllocatedStorage > largest {
		largest, field = d.ReplicaMaxAllocatedStorage, "replicaMaxAllocatedStorage"
	}
	if d.Iops*2 < largest {
		l.conflict(Problem{Key: "database.iops", Value: schema.Show(d.Iops),
			Rule: fmt.Sprintf("at least one for 2 GiB, also of what the storage may grow to: %s is %d", field, largest),
			Fix:  fmt.Sprintf("%d or more, or %s: %d", (largest+1)/2, field, d.Iops*2)}, "database.storageType", "database."+field)
	}
	if d.StorageThroughput != 0 {
		l.conflict(Problem{Key: "database.storageThroughput", Value: schema.Show(d.StorageThroughput),
			Rule: "only with storageType gp3",
			Fix:  "nothing: remove the field"}, "database.storageType")
	}
}
