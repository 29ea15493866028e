package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Backups is what there is besides the automated backups of RDS in the instance's own region.
type Backups struct {
	CopyToRegion      string `key:"copyToRegion" unset:"none" rule:"optional,region" doc:"Other region that RDS copies the automated backups to, and Secrets Manager the secrets of master user and connection (docs/how-to/region.md)."`
	CopyRetentionDays int    `key:"copyRetentionDays" default:"7" rule:"1..35" free:"the size of the copies stays an expectation" doc:"Days that the copies are kept."`
	CopyKmsKeyID      string `key:"copyKmsKeyId" unset:"a key that the program makes there, and leaves there" rule:"kmsKey" doc:"KMS key of that region that encrypts the copies, and what is restored from them."`
	CopyUnprotected   bool   `key:"copyUnprotected" free:"who may do something" doc:"The first of two runs that end the copying; it takes effect in a run of its own."`

	AWSBackupRetentionDays int `key:"awsBackupRetentionDays" default:"0" rule:"0..36500" doc:"Days that AWS Backup keeps its daily snapshots of the database (docs/how-to/restore.md); with 0 it takes none."`
}

// MakesKey tells whether the program makes the key of the copies.
func (b Backups) MakesKey() bool { return b.CopyToRegion != "" && b.CopyKmsKeyID == "" }

// copies holds the copies of the backups to another region of the partition, and to backups that there are.
func (l *loader) copies() {
	c, b := l.config, l.config.Backups
	if b.CopyToRegion == "" {
		for _, given := range []struct {
			field string
			is    bool
			value any
		}{{"backups.copyKmsKeyId", b.CopyKmsKeyID != "", b.CopyKmsKeyID}, {"backups.copyUnprotected", b.CopyUnprotected, b.CopyUnprotected}} {
			if given.is {
				l.conflict(Problem{Key: given.field, Value: schema.Show(given.value),
					Rule: "only with copyToRegion: nothing is copied",
					Fix:  "copyToRegion beside it, or remove the line"}, "backups.copyToRegion")
			}
		}
		return
	}
	if b.CopyToRegion == c.Region || naming.Partition(b.CopyToRegion) != c.Partition() {
		l.conflict(Problem{Key: "backups.copyToRegion", Value: schema.Show(b.CopyToRegion),
			Rule: fmt.Sprintf("another region than aws:region, %s, in its partition, %s", c.Region, c.Partition()),
			Fix:  "another region of the partition"}, "aws:region")
		return
	}
	if c.Database.BackupRetentionDays == 0 {
		l.conflict(Problem{Key: "database.backupRetentionDays", Value: schema.Show(c.Database.BackupRetentionDays),
			Rule: "1 or more with backups.copyToRegion: the automated backups are what is copied",
			Fix:  "1 or more, or no backups.copyToRegion"}, "backups.copyToRegion")
	}
	if key := b.CopyKmsKeyID; l.isElsewhere(key, b.CopyToRegion) {
		l.conflict(Problem{Key: "backups.copyKmsKeyId", Value: schema.Show(key),
			Rule: "a key in backups.copyToRegion, " + b.CopyToRegion,
			Fix:  l.oneIn("key", b.CopyToRegion)}, "backups.copyToRegion")
	}
}
