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
	what := fmt.Sprintf("AWS Backup keeps the snapshots that it takes from now on for this number of days; earlier ones keep the number that they have, such as %s", was)
	if now == "0" {
		what = "AWS Backup takes no more snapshots; those that it has taken stay until their retention ends, and vault and role stay for good (docs/how-to/restore.md)"
	}
	return []string{fmt.Sprintf("%s: %s → %s: %s", lock.AWSBackupKey(), was, now, what)}
}
