package config

import "encoding/json"

const byTier = "by tier"

func (d *Database) fields() []field {
	var fields []field
	fields = append(fields, d.engine()...)
	fields = append(fields, d.compute()...)
	fields = append(fields, d.storage()...)
	fields = append(fields, d.protection()...)
	fields = append(fields, d.monitoring()...)
	return append(fields, d.credentials()...)
}

func (d *Database) engine() []field {
	return []field{
		text("name", &d.Name, "Name of the database.", databaseNameRule()),
		text("username", &d.Username, "Name of the master user.", userNameRule()),
		integer("port", &d.Port, "Port that the database listens on.", between(1150, 65535)),
		versionField(&d.EngineVersion),
		boolean("allowMajorVersionUpgrade", &d.AllowMajorVersionUpgrade, "Lets a change of the major version through."),
		boolean("autoMinorVersionUpgrade", &d.AutoMinorVersionUpgrade, "Takes minor versions in the maintenance window."),
		boolean("applyImmediately", &d.ApplyImmediately, "Makes changes at once; otherwise those with downtime wait for the maintenance window, and every preview shows them until then; a change of the port never waits."),
		text("caCertIdentifier", &d.CaCertIdentifier, "Certificate authority of the server's certificate; without it, a rotation by RDS is no change.",
			optional(oneOf("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"))).defaultsTo("chosen by RDS"),
		boolean("iamDatabaseAuthentication", &d.IamDatabaseAuthentication, "Lets database users log in with IAM tokens."),
		mapping("parameters", &d.Parameters, "Parameters of the database, over the program's own.",
			parameterRule(), rule[map[string]string]{}, parseParameter),
	}
}

func (d *Database) compute() []field {
	return []field{
		text("instanceClass", &d.InstanceClass, "Class of the instance.", classRule()).defaultsTo(byTier),
		boolean("multiAz", &d.MultiAz, "Keeps a standby in a second availability zone.").defaultsTo(byTier),
		text("availabilityZone", &d.AvailabilityZone, "Availability zone of a single instance.",
			optional(matching(zoneName, "an availability zone of the stack's region", "one such as us-east-1a"))).
			defaultsTo("chosen by RDS"),
		integer("readReplicas", &d.ReadReplicas, "Number of read replicas.", between(0, 15)).defaultsTo(byTier),
		text("replicaInstanceClass", &d.ReplicaInstanceClass, "Class of the replicas.", classRule()).
			defaultsTo("instanceClass"),
	}
}

func (d *Database) storage() []field {
	return []field{
		integer("allocatedStorage", &d.AllocatedStorage, "Storage at first, in GiB; it grows and never shrinks.", between(20, 65536)),
		integer("maxAllocatedStorage", &d.MaxAllocatedStorage,
			"Ceiling of the storage's own growth, in GiB; at least 110 % of allocatedStorage.", between(20, 65536)),
		integer("replicaMaxAllocatedStorage", &d.ReplicaMaxAllocatedStorage,
			"Ceiling of the replicas' storage, in GiB; at least 110 % of allocatedStorage.", between(20, 65536)).
			defaultsTo("maxAllocatedStorage"),
		text("storageType", &d.StorageType, "Type of the storage.", oneOf("gp3", "io1", "io2")),
		integer("iops", &d.Iops, "Provisioned operations per second; 0 is the baseline of gp3.", between(0, 256000)),
		integer("storageThroughput", &d.StorageThroughput, "Provisioned MiB per second; 0 is the baseline.", between(0, 4000)),
		text("kmsKeyId", &d.KmsKeyID, "KMS key that encrypts the storage.", keyRule()).defaultsTo("the key aws/rds"),
	}
}

func (d *Database) protection() []field {
	return []field{
		integer("backupRetentionDays", &d.BackupRetentionDays, "Days that automated backups are kept; 0 makes none.", between(0, 35)).
			defaultsTo(byTier),
		text("backupWindow", &d.BackupWindow, "Time of the daily backup.",
			windowRule("hh:mm-hh:mm", "03:00-04:00", parseBackupWindow)),
		text("maintenanceWindow", &d.MaintenanceWindow, "Time of the weekly maintenance.",
			windowRule("ddd:hh:mm-ddd:hh:mm, days as mon to sun,", "sun:04:00-sun:05:00", parseMaintenanceWindow)),
		boolean("deletionProtection", &d.DeletionProtection, "Refuses deletion, in RDS and in Pulumi."),
		boolean("skipFinalSnapshot", &d.SkipFinalSnapshot, "Deletes the instance without a last snapshot."),
		boolean("deleteAutomatedBackups", &d.DeleteAutomatedBackups, "Deletes the automated backups with the instance."),
	}
}

func (d *Database) monitoring() []field {
	return []field{
		integer("performanceInsightsRetentionDays", &d.PerformanceInsightsRetentionDays,
			"Days of performance history; 0 switches it off.", insightsRetentionRule()).defaultsTo(byTier),
		text("databaseInsightsMode", &d.DatabaseInsightsMode, "Mode of Database Insights; advanced is billed.",
			oneOf("standard", "advanced")),
		integer("monitoringInterval", &d.MonitoringInterval, "Seconds between enhanced monitoring's readings; 0 switches it off.",
			oneOf(0, 1, 5, 10, 15, 30, 60)),
		integer("logRetentionDays", &d.LogRetentionDays, "Days that CloudWatch keeps the database's logs.",
			oneOf(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)),
	}
}

func (d *Database) credentials() []field {
	return []field{
		text("credentials", &d.Credentials, "Whose login the clients have: the master user's, or one of two with few privileges that take turns (docs/users.md).",
			oneOf(CredentialsMaster, CredentialsAlternating)),
		integer("passwordVersion", &d.PasswordVersion, "Another number makes another password; with alternating credentials, one more at a time.", atLeast(1)),
		integer("masterPasswordVersion", &d.MasterPasswordVersion, "Another number makes another password of the master user, with alternating credentials.", atLeast(0)).
			defaultsTo("none: it stays"),
		text("bootstrapImage", &d.BootstrapImage, "Image with psql 15 or later, in which the Job runs that makes the logins.", imageRule()),
		boolean("readOnlyLogin", &d.ReadOnlyLogin, "Makes a login that only reads, with a secret of its own."),
		list("iamPrincipals", &d.IamPrincipals, "IAM roles and users whose people may log in with a token instead of a password.", principalRule(), distinct(), parseJSON[string]),
		integer("secretRecoveryDays", &d.SecretRecoveryDays, "Days in which a deleted secret can be restored; 0 deletes at once.",
			recoveryRule()),
		text("secretKmsKeyId", &d.SecretKmsKeyID, "KMS key that encrypts the secrets.", keyRule()).
			defaultsTo("the key aws/secretsmanager"),
	}
}

// versionField takes the engine version. A whole number is no less clear than its text, but a number
// with a fraction may have been another version: 16.10 is 16.1 as a number.
func versionField(target *string) field {
	f := scalar("engineVersion", kindString, target, "Version of PostgreSQL.", engineVersionRule(), parseText)
	check := f.decode
	f.decode = func(raw json.RawMessage) Problems {
		problems := check(raw)
		if kindOf(raw) == kindNumber {
			problems[0].Fix = `the version in quotes, such as "16.10": as a number that is 16.1`
		}
		return problems
	}
	return f
}

// parseParameter takes a parameter's value as a text, a number or true and false, which RDS writes 1 and 0.
func parseParameter(raw json.RawMessage) (string, bool) {
	switch kindOf(raw) {
	case kindString:
		return parseJSON[string](raw)
	case kindInteger, kindNumber:
		return string(raw), true
	case kindBoolean:
		if string(raw) == "true" {
			return "1", true
		}
		return "0", true
	}
	return "", false
}
