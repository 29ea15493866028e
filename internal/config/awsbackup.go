package config

import (
	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// AWSBackup tells whether AWS Backup backs up the database, too.
func (b Backups) AWSBackup() bool { return b.AWSBackupRetentionDays > 0 }

// AWSBackupStart is when AWS Backup begins every day, in UTC: the first half hour from an hour after the backup window on that is an hour
// away from the maintenance window, too, with the hour within which a backup may begin. RDS's own work goes first: a backup that
// would begin sooner fails.
func (d Database) AWSBackupStart() (hour, minute int, found bool) {
	backup, _ := rules.ParseBackupWindow(d.BackupWindow)
	maintenance, _ := rules.ParseMaintenanceWindow(d.MaintenanceWindow)
	return backup.Beside(maintenance)
}

// awsBackup holds AWS Backup to a time when a backup can begin, and to its limit for names.
func (l *loader) awsBackup() {
	c := l.config
	if !c.Backups.AWSBackup() {
		return
	}
	const vaultLimit = 50
	l.length(longName{what: "name of the vault in AWS Backup", name: naming.BackupVault(c.Environment, "0badcafe"), most: vaultLimit, fields: "environment", value: c.Environment})
	if _, _, found := c.Database.AWSBackupStart(); !found && l.sound("database.backupWindow", "database.maintenanceWindow") {
		l.conflict(Problem{Key: "database.maintenanceWindow", Value: schema.Show(c.Database.MaintenanceWindow),
			Rule: "with backups.awsBackupRetentionDays, short enough to leave AWS Backup an hour to begin in, an hour away from it and from backupWindow, " + c.Database.BackupWindow,
			Fix:  "a shorter one"}, "database.backupWindow", "backups.awsBackupRetentionDays")
	}
}
