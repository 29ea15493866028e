package config

import (
	"fmt"
	"strconv"
)

// Backup is what an instance is about to be made from, as AWS describes it.
type Backup struct {
	Key              string // full key of the configuration that names it
	Name             string // identifier
	Engine           string // postgres
	EngineVersion    string // major and minor
	AllocatedStorage int    // GiB
	Encrypted        bool
	KmsKeyID         string // ARN of the key
	Status           string // of a snapshot; "" otherwise
	RetentionDays    int    // of an instance's automated backups; -1 for a snapshot
}

// Misfit is every reason why the instance, restored from the backup, would not become what the configuration asks for:
// RDS takes size, encryption and key from the backup, and goes to no older version.
func (c *Config) Misfit(b Backup) Problems {
	var problems Problems
	refuse := func(bad bool, key, value, rule, fix string) {
		if bad {
			problems = append(problems, Problem{Key: key, Value: value, Rule: rule, Fix: fix})
		}
	}
	d := c.Database
	refuse(b.Engine != "postgres", b.Key, b.Name, "a backup of PostgreSQL, not of "+b.Engine, "another one")
	refuse(b.Status != "" && b.Status != "available", b.Key, b.Name, "a snapshot that is available, not "+b.Status, "it again when it is ready")
	refuse(b.RetentionDays == 0, b.Key, b.Name, "an instance with automated backups; it has none", "a snapshot instead")
	refuse(!b.Encrypted, b.Key, b.Name, "encrypted: RDS would restore it unencrypted",
		"a copy of it that has a key: aws rds copy-db-snapshot … --kms-key-id alias/aws/rds")
	refuse(b.Encrypted && d.KmsKeyID != "" && d.KmsKeyID != b.KmsKeyID, Key("database.kmsKeyId"), d.KmsKeyID,
		"the key of the backup, which the instance keeps", b.KmsKeyID+"; or a copy of the snapshot with the other key")
	refuse(d.AllocatedStorage < b.AllocatedStorage, Key("database.allocatedStorage"), strconv.Itoa(d.AllocatedStorage),
		fmt.Sprintf("not below the backup's %d", b.AllocatedStorage), fmt.Sprintf("%d or more", b.AllocatedStorage))
	from, to := ParseVersion(b.EngineVersion), ParseVersion(d.EngineVersion)
	refuse(from.Major != to.Major || to.Before(from), Key("database.engineVersion"), d.EngineVersion,
		fmt.Sprintf("the major version of the backup, %s, and no older minor one", b.EngineVersion),
		fmt.Sprintf("%q; a major upgrade comes after it, in a run of its own", strconv.Itoa(from.Major)))
	return problems
}
