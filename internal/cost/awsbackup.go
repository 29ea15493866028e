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
	count := map[config.Engine]int{e.db.Engine: 1}
	for _, one := range e.cfg.Retained() {
		count[one.Engine]++
	}
	each, days := e.cfg.Budget.ExpectedBackupGiB, e.cfg.Backups.AWSBackupRetentionDays
	for _, of := range []struct {
		engine config.Engine
		price  string
	}{{config.PostgreSQL, "backup GB-month"}, {config.AuroraPostgreSQL, "Aurora backup GB-month"}} {
		n := count[of.engine]
		if n == 0 {
			continue
		}
		detail := fmt.Sprintf("%d days, %d GiB expected", days, each)
		if n > 1 {
			detail = fmt.Sprintf("%d days, %d × %d GiB expected", days, n, each)
		}
		e.priced("AWS Backup", detail, of.price, float64(n*each))
	}
}
