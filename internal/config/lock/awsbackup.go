package lock

import (
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// AWSBackupKey is the full key of the days that AWS Backup keeps what it takes. A later run may change and end it, because AWS Backup keeps
// what it has taken; the next run is told the value to say so.
func AWSBackupKey() string { return config.Key("backups.awsBackupRetentionDays") }

// awsBackup is that value, by key; empty where AWS Backup takes nothing.
func awsBackup(c *config.Config) map[string]string {
	if !c.Backups.AWSBackup() {
		return nil
	}
	return map[string]string{AWSBackupKey(): strconv.Itoa(c.Backups.AWSBackupRetentionDays)}
}
