package stack

import (
	"fmt"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// recoveryPoints returns a warning if AWS Backup ends, or keeps what it takes for another time: no run reaches what it has taken.
func recoveryPoints(cfg *config.Config, before map[string]string) []string {
	was, now := before[lock.AWSBackupKey()], strconv.Itoa(cfg.Backups.AWSBackupRetentionDays)
	if was == "" || was == now {
		return nil
	}
	what := fmt.Sprintf("for what AWS Backup takes from now on; what it has taken is kept for the days that it had then, such as %s", was)
	if now == "0" {
		what = "AWS Backup takes nothing more; what it has taken stays in its vault for its days, and vault and role stay for good (docs/how-to/restore.md)"
	}
	return []string{fmt.Sprintf("%s: %s → %s: %s", lock.AWSBackupKey(), was, now, what)}
}
