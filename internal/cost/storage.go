package cost

import "fmt"

// volumes is how many copies of the storage are paid for: the standby of Multi-AZ, every replica and every
// instance that is kept has its own.
func (u Usage) volumes() int {
	copies := 1 + u.Replicas + u.Kept
	if u.MultiAz {
		copies++
	}
	return copies
}

func (e *estimator) storage() {
	u := e.usage
	copies := u.volumes()
	volumes := ""
	if copies > 1 {
		volumes = fmt.Sprintf("%d × ", copies)
	}
	e.priced("storage", fmt.Sprintf("%s%d GiB of %s", volumes, u.AllocatedStorage, u.StorageType), u.StorageType+" GB-month",
		float64(u.AllocatedStorage*copies))
	iops := u.Iops
	if u.StorageType == "gp3" {
		baseline := gp3SmallIops
		if u.AllocatedStorage >= gp3Threshold {
			baseline = gp3LargeIops
		}
		iops = max(0, u.Iops-baseline)
	}
	if iops > 0 {
		e.priced("IOPS", fmt.Sprintf("%s%d beyond the baseline", volumes, iops), u.StorageType+" IOPS-month", float64(iops*copies))
	}
	if throughput := u.StorageThroughput - gp3LargeThroughput; throughput > 0 {
		e.priced("throughput", fmt.Sprintf("%s%d MiB/s beyond the baseline", volumes, throughput), "gp3 MiBps-month", float64(throughput*copies))
	}
}

// backups are free up to the size of the instance's storage.
func (e *estimator) backups() {
	u := e.usage
	if u.BackupDays == 0 {
		return
	}
	beyond := u.BackupGiB - u.AllocatedStorage
	detail := fmt.Sprintf("%d days, %d GiB expected, %d GiB free", u.BackupDays, u.BackupGiB, u.AllocatedStorage)
	if beyond <= 0 {
		e.free("backups", detail)
		return
	}
	e.priced("backups", detail, "backup GB-month", float64(beyond))
}
