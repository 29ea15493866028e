package cost

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// awsBackup adds what AWS Backup keeps: the whole of every instance once, and what is written since, for its days; how much that is, nobody
// knows before. AWS bills it at RDS's own prices of backups, and the size of the storage is free once, for the automated backups.
func (e *estimator) awsBackup() {
	if !e.cfg.Backups.AWSBackup() {
		return
	}
	each, days := e.cfg.Budget.ExpectedBackupGiB, e.cfg.Backups.AWSBackupRetentionDays
	for _, of := range []struct {
		engine config.Engine
		price  string
	}{{config.PostgreSQL, "backup GB-month"}, {config.AuroraPostgreSQL, "Aurora backup GB-month"}} {
		n := retainedOf(e.cfg, of.engine)
		if e.db.Engine == of.engine {
			n++
		}
		if n > 0 {
			e.priced("AWS Backup", fmt.Sprintf("%d days, %s%d GiB expected", days, times(n), each), of.price, float64(n*each))
		}
	}
}
