package config

import "fmt"

// storage leaves room for the storage to grow by itself.
func (l *loader) storage() {
	d := l.config.Database
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

// ceiling holds a ceiling of storage autoscaling to RDS's 110 % of the storage that is there.
func (l *loader) ceiling(field string, gib int) {
	allocated := l.config.Database.AllocatedStorage
	if least := (allocated*11 + 9) / 10; gib < least {
		l.conflict(gib, fmt.Sprintf("at least 110 %% of allocatedStorage (%d GiB), so that the storage can grow", allocated),
			fmt.Sprintf("%d or more", least), field, "database.allocatedStorage")
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
			l.conflict(d.Iops, rule, advice, iops, storageType, allocated)
		}
		if d.StorageThroughput != 0 {
			l.conflict(d.StorageThroughput, rule, advice, throughput, storageType, allocated)
		}
		return
	}
	if d.Iops != 0 && (d.Iops < baselineIops || d.Iops > mostIops) {
		l.conflict(d.Iops, fmt.Sprintf("from %d to %d with storageType gp3", baselineIops, mostIops),
			fmt.Sprintf("from %d to %d, or remove the field for %d", baselineIops, mostIops, baselineIops), iops, storageType, allocated)
	}
	if d.StorageThroughput == 0 {
		return
	}
	if d.StorageThroughput < baselineThroughput || d.StorageThroughput > mostThroughput {
		l.conflict(d.StorageThroughput, fmt.Sprintf("from %d to %d with storageType gp3", baselineThroughput, mostThroughput),
			fmt.Sprintf("from %d to %d, or remove the field for %d", baselineThroughput, mostThroughput, baselineThroughput),
			throughput, storageType, allocated)
	}
	if operations := max(d.Iops, baselineIops); d.StorageThroughput*operationsPerThroughput > operations {
		l.conflict(d.StorageThroughput, fmt.Sprintf("at most a quarter of iops (%d)", operations),
			fmt.Sprintf("%d or less, or iops: %d", operations/operationsPerThroughput, d.StorageThroughput*operationsPerThroughput),
			throughput, iops, storageType, allocated)
	}
}

// provisionedIops holds io1 and io2 to their sizes and to their operations per GiB.
func (l *loader) provisionedIops() {
	const leastGiB, leastIops, mostIops = 100, 1000, 256000
	perGiB := map[string]int{"io1": 50, "io2": 1000}
	d := l.config.Database
	if d.AllocatedStorage < leastGiB {
		l.conflict(d.AllocatedStorage, fmt.Sprintf("%d or more with storageType %s", leastGiB, d.StorageType),
			fmt.Sprintf("%d or more, or storageType: gp3", leastGiB), "database.allocatedStorage", "database.storageType")
	}
	if most := min(mostIops, perGiB[d.StorageType]*d.AllocatedStorage); d.Iops < leastIops || d.Iops > most {
		l.conflict(d.Iops, fmt.Sprintf("from %d to %d with storageType %s and %d GiB", leastIops, most, d.StorageType, d.AllocatedStorage),
			fmt.Sprintf("from %d to %d, or storageType: gp3", leastIops, most),
			"database.iops", "database.storageType", "database.allocatedStorage")
	}
	if d.StorageThroughput != 0 {
		l.conflict(d.StorageThroughput, "only with storageType gp3", "nothing: remove the field",
			"database.storageThroughput", "database.storageType")
	}
}
