package cost

import "fmt"

// volumes counts the volumes that are charged: the instance, its Multi-AZ standby, every replica and every retained instance has
// its own.
func (e *estimator) volumes() int {
	copies := 1 + e.db.ReadReplicas + e.retained
	if e.db.MultiAz {
		copies++
	}
	return copies
}

func (e *estimator) storage() {
	db := e.db
	if db.Aurora() {
		e.volume()
		return
	}
	copies := e.volumes()
	volumes := times(copies)
	e.priced("storage", fmt.Sprintf("%s%d GiB of %s", volumes, db.AllocatedStorage, db.StorageType), db.StorageType+" GB-month",
		float64(db.AllocatedStorage*copies))
	iops, beyond := db.Iops, "" // io1 and io2 include none
	if db.StorageType == "gp3" {
		baseline := gp3SmallIops
		if db.AllocatedStorage >= gp3Threshold {
			baseline = gp3LargeIops
		}
		iops, beyond = max(0, db.Iops-baseline), " beyond the baseline"
	}
	if iops > 0 {
		e.priced("IOPS", fmt.Sprintf("%s%d%s", volumes, iops, beyond), db.StorageType+" IOPS-month", float64(iops*copies))
	}
	if throughput := db.StorageThroughput - gp3LargeThroughput; throughput > 0 {
		e.priced("throughput", fmt.Sprintf("%s%d MiB/s beyond the baseline", volumes, throughput), "gp3 MiBps-month", float64(throughput*copies))
	}
}

// backups adds the backup storage, which is free up to the size of the instance's own storage.
func (e *estimator) backups() {
	expected, included, price := e.cfg.Budget.ExpectedBackupGiB, e.db.AllocatedStorage, "backup GB-month"
	if e.db.Aurora() {
		included, price = e.cfg.Budget.ExpectedStorageGiB, "Aurora backup GB-month"
	}
	if e.db.BackupRetentionDays == 0 {
		return
	}
	beyond := expected - included
	detail := fmt.Sprintf("%d days, %d GiB expected, %d GiB free", e.db.BackupRetentionDays, expected, included)
	if beyond <= 0 {
		e.free("backups", detail)
		return
	}
	e.priced("backups", detail, price, float64(beyond))
}
