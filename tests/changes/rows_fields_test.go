package changes

import "cmp"

func versions() []transition {
	const (
		seventeen = "database: {engineVersion: '17', allowMajorVersionUpgrade: true, applyImmediately: true}"
		minors    = "minor versions"
		majors    = "major versions"
		minor     = "database: {engineVersion: '16.12', autoMinorVersionUpgrade: false}"
	)
	return []transition{
		field{name: "allowMajorVersionUpgrade", now: "true", why: "allows a major upgrade, and starts none"}.row(),
		field{name: "autoMinorVersionUpgrade", now: "false"}.row(),
		field{name: "applyImmediately", now: "true"}.row(),
		field{name: "caCertIdentifier", now: "rds-ca-rsa4096-g1"}.row(),
		field{name: "caCertIdentifier", was: "rds-ca-rsa4096-g1", now: "rds-ca-ecc384-g1"}.row(),
		field{name: "iamDatabaseAuthentication", now: "false"}.row(),
		field{name: "port", now: "6432", why: restartNow}.row(),
		{key: "database.engineVersion", was: "16", now: "17", to: "database: {engineVersion: '17'}", refused: "allowMajorVersionUpgrade: true"},
		{
			key: "database.engineVersion (pinned)", was: "16", now: "16.11",
			to: "database: {engineVersion: '16.11', autoMinorVersionUpgrade: false}", back: true,
		},
		{
			key: "database.engineVersion (pinned)", was: "16.11", now: "16.12", chain: minors,
			from: "database: {engineVersion: '16.11', autoMinorVersionUpgrade: false}", to: minor, why: restart,
		},
		{
			key: "database.engineVersion", was: "16.12", now: "16.11", chain: minors, from: minor,
			to: "database: {engineVersion: '16.11', autoMinorVersionUpgrade: false}", refused: "restore a snapshot from before",
		},
		{key: "database.engineVersion", was: "16.12", now: "16", chain: minors, from: minor, why: "the instance stays on 16.12"},
		{
			key: "database.engineVersion", was: "16", now: "17", born: "a replica", chain: majors, to: seventeen,
			why: "the new parameter group is made before the instance leaves the old one",
		},
		{
			key: "database.engineVersion", was: "17", now: "16", born: "a replica", chain: majors, from: seventeen,
			to: "database: {engineVersion: '16', allowMajorVersionUpgrade: true, applyImmediately: true}", refused: "restore a snapshot from before the upgrade",
		},
	}
}

func compute() []transition {
	return []transition{
		field{name: "instanceClass", was: "db.t3.micro", now: "db.t3.large", why: restart}.row(),
		field{name: "instanceClass", was: "db.t3.large", now: "db.m7g.large", why: restart}.row(),
		field{name: "multiAz", now: "true"}.row(),
		field{name: "readReplicas", was: "0", now: "1"}.row(),
		field{name: "readReplicas", was: "1", now: "2"}.row(),
		field{name: "readReplicas", was: "0", now: "2"}.row(),
		{
			key: "database.readReplicaIdentifiers", was: unset, now: "mosaic-<env>-replica-9", back: true, why: "RDS makes another replica; the former one is deleted",
			from: "database: {readReplicas: 1}", to: "database: {readReplicas: 1, readReplicaIdentifiers: [mosaic-<env>-replica-9]}",
		},
		{
			key: "database.replicaInstanceClass", was: unset, now: "db.t3.large", back: true, why: restart,
			from: "database: {readReplicas: 1}", to: "database: {readReplicas: 1, replicaInstanceClass: db.t3.large}",
		},
		{
			key: "database.replicaMaxAllocatedStorage", was: unset, now: "300", back: true,
			from: "database: {readReplicas: 1}", to: "database: {readReplicas: 1, replicaMaxAllocatedStorage: 300}",
		},
		{
			key: "database.instanceClass with a read replica", was: "db.t3.micro", now: "db.t3.large", back: true, why: restart,
			from: "database: {readReplicas: 1, instanceClass: db.t3.micro}", to: "database: {readReplicas: 1, instanceClass: db.t3.large}",
		},
		{
			key: "database.parameters with a read replica", was: unset, now: "max_connections: 200", back: true,
			from: "database: {readReplicas: 1}", to: "database: {readReplicas: 1, parameters: {max_connections: 200}}",
		},
	}
}

func storage() []transition {
	const (
		grows = "storage that grows"
		io1   = "database: {storageType: io1, iops: 5000}"
		io2   = "database: {storageType: io2, iops: 5000}"
	)
	return []transition{
		field{name: "maxAllocatedStorage", now: "200"}.row(),
		field{name: "maxAllocatedStorage", was: "200", now: "300"}.row(),
		field{name: "maxAllocatedStorage", now: "0"}.row(),
		{key: "database.allocatedStorage", was: "20", now: "40", chain: grows, to: "database: {allocatedStorage: 40}"},
		{
			key: "database.allocatedStorage", was: "40", now: "20", chain: grows, from: "database: {allocatedStorage: 40}",
			to: "database: {allocatedStorage: 20}", refused: "copy the data into the database of another stack",
		},
		{key: "database.iops and storageThroughput", was: unset, now: "14000 and 700", born: "large storage", to: "database: {iops: 14000, storageThroughput: 700}", back: true},
		{key: "database.storageType", was: "gp3", now: "io1", born: "large storage", to: io1, back: true},
		{key: "database.storageType", was: "io1", now: "io2", born: "large storage", from: io1, to: io2, back: true},
		{
			key: "database.allocatedStorage", was: "400", now: "20", born: "large storage",
			to: "database: {allocatedStorage: 20, maxAllocatedStorage: 100}", refused: "copy the data into the database of another stack",
		},
	}
}

func parameters() []transition {
	with := func(list string) string { return "database: {parameters: {" + list + "}}" }
	const atRestart = "a static parameter: it takes effect at the next restart"
	return []transition{
		{key: "database.parameters, dynamic", was: unset, now: "work_mem: 8192", to: with("work_mem: 8192"), back: true},
		{key: "database.parameters, dynamic", was: "work_mem: 8192", now: "work_mem: 16384", from: with("work_mem: 8192"), to: with("work_mem: 16384"), back: true},
		{key: "database.parameters, static", was: unset, now: "max_connections: 200", to: with("max_connections: 200"), back: true, why: atRestart},
		{key: "database.parameters, static", was: "max_connections: 200", now: "max_connections: 300", from: with("max_connections: 200"), to: with("max_connections: 300"), back: true, why: atRestart},
		{key: "database.parameters, the program's", was: "log_connections: 1", now: "log_connections: 0", to: with("log_connections: 0"), back: true},
	}
}

func protection() []transition {
	off := field{name: "backupRetentionDays", was: "7", now: "0", why: "RDS deletes the automated backups that exist"}.row()
	off.backWhy = "RDS makes the first backup at once"
	unprotected := field{name: "deletionProtection", was: "true", now: "false", why: "the first of two steps to delete the database"}.row()
	unprotected.backWhy = "protected again"
	return []transition{
		off,
		unprotected,
		field{name: "backupRetentionDays", was: "7", now: "14"}.row(),
		field{name: "backupWindow", now: "01:00-02:00"}.row(),
		field{name: "maintenanceWindow", now: "mon:05:00-mon:06:00"}.row(),
		field{name: "skipFinalSnapshot", was: "false", now: "true"}.row(),
		field{name: "deleteAutomatedBackups", was: "false", now: "true"}.row(),
		field{name: "secretRecoveryDays", was: "30", now: "7"}.row(),
		field{name: "secretRecoveryDays", was: "30", now: "0"}.row(),
	}
}

// copied are the changes of the copies in another region, which a stack has from its birth on, or never had.
func copied() []transition {
	with := func(fields string) string { return "backups: {copyToRegion: us-west-2, " + fields + "}" }
	rows := []transition{
		{key: "backups.copyToRegion", was: "us-west-2", now: unset, to: "backups: {copyToRegion: null}", refused: "copyUnprotected: true beside it"},
		{key: "backups.copyToRegion", was: "us-west-2", now: "eu-west-1", to: "backups: {copyToRegion: eu-west-1}", refused: "end the copying in two runs"},
		{key: "backups.copyRetentionDays", was: "7", now: "14", to: with("copyRetentionDays: 14"), refused: "end the copying in two runs"},
		{
			key: "backups.copyKmsKeyId", was: unset, now: keyWest, refused: "end the copying in two runs",
			to: with("copyKmsKeyId: " + keyWest),
		},
		{key: "backups.copyUnprotected", was: "false", now: "true", to: with("copyUnprotected: true"), back: true, why: "a later run may end the copying", backWhy: "protected again"},
	}
	for i := range rows {
		rows[i].born = "copies"
	}
	return rows
}

// backedUp are the changes of AWS Backup. None touches the database, or what AWS Backup has taken.
func backedUp() []transition {
	const key = "backups.awsBackupRetentionDays"
	return []transition{
		{
			key: key, was: "0", now: "35", to: "backups: {awsBackupRetentionDays: 35}", back: true,
			why: "AWS Backup takes a snapshot a day", backWhy: "AWS Backup takes no more snapshots; vault, role and snapshots stay",
		},
		{
			key: key, was: "35", now: "7", from: "backups: {awsBackupRetentionDays: 35}", to: "backups: {awsBackupRetentionDays: 7}", back: true,
			why: "counts for snapshots that AWS Backup takes from now on",
		},
	}
}

func observation() []transition {
	return []transition{
		field{name: "performanceInsightsRetentionDays", was: "0", now: "7"}.row(),
		field{name: "performanceInsightsRetentionDays", was: "7", now: "31"}.row(),
		{
			key: "database.databaseInsightsMode", was: "standard", now: "advanced", back: true,
			from: "database: {performanceInsightsRetentionDays: 465}", to: "database: {performanceInsightsRetentionDays: 465, databaseInsightsMode: advanced}",
		},
		field{name: "monitoringInterval", was: "0", now: "60"}.row(),
		field{name: "monitoringInterval", was: "60", now: "15"}.row(),
		field{name: "logRetentionDays", was: "30", now: "90"}.row(),
		{
			key: "database.audit", was: unset, now: "ddl, role", to: "database: {audit: [ddl, role]}", back: true, why: "the library is loaded at the next restart", backWhy: "the audit log ends",
		},
	}
}

func credentials() []transition {
	const rises = "a number that does not fall"
	return []transition{
		field{name: "passwordVersion", now: "2", why: "the instance, both secrets and the pods' Secret get another password"}.row(),
		field{name: "secretKmsKeyId", now: keyOne}.row(),
		field{name: "secretKmsKeyId", was: keyOne, now: keyTwo}.row(),
		{
			key: "database.credentials", was: "master", now: "alternating", to: "database: {credentials: alternating}", back: true,
			why: "the clients get logins of their own, made by a Job", backWhy: "the clients get the master user's password again; the logins stay in the database",
		},
		{
			key: "database.credentials", was: "master", now: "iam", to: byToken, back: true,
			why: "the clients log in by token, as logins that a Job makes", backWhy: "the clients get the master user's password again; tokens work until the next run",
		},
		{
			key: "database.credentials", was: "alternating", now: "iam", from: alternatingWith(""), to: byToken, back: true,
			why: "the clients log in by token; the logins with passwords stay in the database", backWhy: "the clients get passwords; tokens work until the next run",
		},
		{
			key: "database.passwordVersion", was: "1", now: "2", from: byToken, to: "database: {credentials: iam, passwordVersion: 2}", refused: "no login has a password",
		},
		{
			key: "database.iamDatabaseAuthentication", was: "true", now: "false", from: byToken, to: alternatingWith("iamDatabaseAuthentication: false"), refused: "in a later run",
		},
		{
			key: "database.masterPasswordVersion", was: unset, now: "1", chain: "a master password that stays", from: alternatingWith(""), to: alternatingWith("masterPasswordVersion: 1"), back: true,
			why: "the master user gets another password, and the clients keep theirs", backWhy: "the password stays",
		},
		{
			key: "previews.namespaces", was: unset, now: "preview-*", from: alternatingWith(""), to: "database: {credentials: alternating}\npreviews: {namespaces: 'preview-*'}", back: true,
			why: "previews get a login that makes their databases", backWhy: "the login stays, but cannot log in; the databases of previews stay",
		},
		{
			key: "database.manageMasterUserPassword", was: "false", now: "true", from: alternatingWith(""), to: alternatingWith("manageMasterUserPassword: true"), back: true,
			why: "RDS takes over the master user's password, and the clients keep theirs", backWhy: "the program makes the master user's password again",
		},
		{
			key: "database.secretKmsKeyId", was: keyOne, now: keyTwo, chain: "a key before", from: alternatingWith("manageMasterUserPassword: true, secretKmsKeyId: '" + keyOne + "'"),
			to: alternatingWith("manageMasterUserPassword: true, secretKmsKeyId: '" + keyTwo + "'"), refused: "manageMasterUserPassword: false beside it in this run",
		},
		{
			key: "database.manageMasterUserPassword", was: "false", now: "true", chain: "a replica before", from: alternatingWith("readReplicas: 1"),
			to: alternatingWith("readReplicas: 0, manageMasterUserPassword: true"), refused: "false; and true in a later run",
		},
		{key: "database.readOnlyLogin", was: "false", now: "true", from: alternatingWith(""), to: alternatingWith("readOnlyLogin: true"), back: true, backWhy: "the login stays, but cannot log in"},
		{
			key: "database.iamPrincipals", was: unset, now: "a role", from: alternatingWith(""), back: true, why: "people with this IAM role log in by token", backWhy: "nobody logs in by token any more",
			to: alternatingWith("iamPrincipals: ['arn:aws:iam::123456789012:role/developers']"),
		},
		{
			key: "database.extensions", was: unset, now: "vector, pg_trgm", from: alternatingWith(""), to: alternatingWith("extensions: [vector, pg_trgm]"), back: true,
			why: "the bootstrap creates the extensions", backWhy: "the extensions stay in the database",
		},
		{
			key: "database.bootstrapImage", was: unset, now: "postgres:17.7-alpine", from: alternatingWith(""), to: alternatingWith("bootstrapImage: 'postgres:17.7-alpine'"), back: true,
			why: "the bootstrap runs once more",
		},
		{
			key: "database.passwordVersion, alternating", was: "1", now: "2", chain: rises, from: alternatingWith(""), to: alternatingWith("passwordVersion: 2"),
			why: "the inactive logins get new passwords, and clients change to these logins",
		},
		{
			key: "database.passwordVersion", was: "2", now: "1", chain: rises, from: alternatingWith("passwordVersion: 2"), to: alternatingWith(""), refused: "the next number in a later run",
		},
		{
			key: "database.passwordVersion", was: "2", now: "4", chain: rises, from: alternatingWith("passwordVersion: 2"), to: alternatingWith("passwordVersion: 4"), refused: "the next number in a later run",
		},
	}
}

const byToken = "database: {credentials: iam}"

func alternatingWith(fields string) string {
	return "database: {credentials: alternating, " + fields + "}"
}

func networks() []transition {
	return []transition{
		{key: "network.vpcId", was: unset, now: "the cluster's VPC", to: "network: {vpcId: <vpc>}", back: true},
		{key: "network.subnetIds", was: unset, now: "two of the three", to: "network: {subnetIds: [<subnet1>, <subnet2>]}", back: true},
		{key: "network.subnetIds", was: "two of the three", now: "another two", from: "network: {subnetIds: [<subnet1>, <subnet2>]}", to: "network: {subnetIds: [<subnet1>, <subnet3>]}", back: true},
		{key: "network.ingressCidrs", was: unset, now: "10.0.0.0/20", to: "network: {ingressCidrs: [10.0.0.0/20]}", back: true},
		{key: "network.ingressCidrs", was: "10.0.0.0/20", now: "10.0.0.0/20, 2001:db8::/48", from: "network: {ingressCidrs: [10.0.0.0/20]}", to: "network: {ingressCidrs: [10.0.0.0/20, '2001:db8::/48']}", back: true},
		{
			key: "network.ingressSecurityGroupIds", was: unset, now: "the default one of the VPC", to: "network: {ingressSecurityGroupIds: [<group>]}", back: true,
			why: "this group may connect, the VPC's CIDR may not", backWhy: "the VPC's CIDR may connect again",
		},
		{key: "network.ingressClusterSecurityGroup", was: "false", now: "true", from: "network: {ingressCidrs: [10.0.0.0/20]}", to: "network: {ingressCidrs: [10.0.0.0/20], ingressClusterSecurityGroup: true}", back: true},
		{key: "cluster.oidcIssuer", was: unset, now: "the cluster's issuer", to: "cluster: {oidcIssuer: '<issuer>'}", back: true},
		{key: "permissionsBoundary", was: unset, now: "mosaic-database-boundary", to: "permissionsBoundary: mosaic-database-boundary", back: true},
		{key: "permissionsBoundary", was: unset, now: "team/boundary", to: "permissionsBoundary: team/boundary", back: true},
		{key: "tags", was: unset, now: "CostCenter: memories", to: "tags: {CostCenter: memories}", back: true},
		{key: "tags", was: "CostCenter: memories", now: "CostCenter: other", from: "tags: {CostCenter: memories}", to: "tags: {CostCenter: other}", back: true},
	}
}

func migrations() []transition {
	return append(migrationRows("migrations", func(field string) string { return "migrations: {" + field + "}" }), []transition{
		{key: "tls.caBundlePath", was: unset, now: "/etc/ssl/rds.pem", to: "tls: {caBundlePath: /etc/ssl/rds.pem}", back: true, why: "the connection secret has the path"},
		{key: "tls.caBundleConfigMap", was: unset, now: "rds-ca", to: "tls: {caBundleConfigMap: rds-ca}", back: true, why: "the connection secret has the file's path; the next migration mounts the file"},
		{key: "pooling.enabled", was: "false", now: "true", to: pooling(""), back: true, why: "the pooler is made first, then the URLs lead to it", backWhy: "the URLs lead to the database first, then the pooler is deleted"},
		{key: "pooling.draining", was: "false", now: "true", from: pooling(""), to: pooling("draining: true"), back: true, why: "changes only the URLs"},
		{key: "pooling.image", was: "v1.25.2-p0", now: "v1.25.1-p0", from: pooling(""), to: pooling("image: 'edoburu/pgbouncer:v1.25.1-p0'"), back: true, why: "the pods are replaced one by one"},
		{key: "pooling.poolSize", was: "10", now: "20", from: pooling(""), to: pooling("poolSize: 20"), back: true, why: "the pods are replaced one by one"},
		{key: "pooling.maxClientConnections", was: "500", now: "1000", from: pooling(""), to: pooling("maxClientConnections: 1000"), back: true, why: "the pods are replaced one by one"},
		{key: "pooling.tlsSecretName", was: "pooler-tls", now: "rds-tls", from: pooling(""), to: "pooling: {enabled: true, tlsSecretName: rds-tls}", back: true, why: "the pods are replaced one by one"},
		{key: "app.secretEntries", was: unset, now: "DATABASE_URL: url", to: "app: {secretEntries: {DATABASE_URL: url}}", back: true, why: "one more entry", backWhy: "pods that need the entry no longer start"},
		{
			key: "app.secretEntries", was: "DB_URL: sqlalchemy_url", now: "DB_URL: sqlalchemy_tls_url", to: "app: {secretEntries: {DB_URL: sqlalchemy_tls_url}}", back: true,
			why: "the query of the URL asks for TLS, as in earlier versions", backWhy: "the URL does not ask for TLS",
		},
		{
			key: "app.secretEntries with the pooler", was: unset, now: "DATABASE_URL: asyncpg_url", from: pooling(""), back: true,
			to: pooling("") + "\napp: {secretEntries: {DATABASE_URL: asyncpg_url}}",
		},
		{key: "app.reloadOnChange", was: "true", now: "false", to: "app: {reloadOnChange: false}", back: true, why: "changes only the output helmValues"},
		{key: "app.helmValues", was: unset, now: "another shape", to: "app: {helmValues: " + shape + "}", back: true, why: "changes only the output helmValues"},
		{key: "gitops.path", was: unset, now: "environments/<env>/values.yaml", to: "gitops: {path: environments/<env>/values.yaml}", back: true, why: "changes only the output gitops"},
		{key: "gitops.key", was: unset, now: "coreApi", to: "gitops: {key: coreApi}", back: true, why: "changes only the output gitops"},
		{key: "app.deployments", was: unset, now: "api, jobs", to: "app: {deployments: [api, jobs]}", back: true, why: "changes only an output, which the recipes read"},
	}...)
}

// migrationRows are the changes of every field of an application's migrations.
func migrationRows(key string, with func(field string) string) []transition {
	const next = "counts from the next revision or attempt on: a Job that has run does not run again"
	return []transition{
		{key: key + ".image", was: "1.0.0", now: "2.0.0", to: with("image: 'mosaic-life/core-api:2.0.0'"), back: true, why: "the migration of that image runs"},
		{key: key + ".command", was: "alembic upgrade head", now: "alembic upgrade +1", to: with("command: [alembic, upgrade, '+1']"), back: true, why: "the other command runs"},
		{key: key + ".attempt", was: "1", now: "2", to: with("attempt: 2"), back: true, why: "the migration runs once more, with the same image"},
		{key: key + ".enabled", was: "true", now: "false", to: with("enabled: false"), back: true, why: "what has run stays in the database", backWhy: "the migration of this revision runs again, so it must be safe to repeat"},
		{key: key + ".deadlineSeconds", was: "600", now: "900", to: with("deadlineSeconds: 900"), back: true, why: next},
		{key: key + ".backoffLimit", was: "2", now: "5", to: with("backoffLimit: 5"), back: true, why: next},
		{key: key + ".cpu", was: unset, now: "250m", to: with("cpu: 250m"), back: true, why: next},
		{key: key + ".memory", was: unset, now: "512Mi", to: with("memory: 512Mi"), back: true, why: next},
		{key: key + ".lockTimeoutSeconds", was: "10", now: "60", to: with("lockTimeoutSeconds: 60"), back: true, why: next},
		{key: key + ".statementTimeoutSeconds", was: unset, now: "300", to: with("statementTimeoutSeconds: 300"), back: true, why: next},
		{key: key + ".env", was: unset, now: "LOG_LEVEL: debug", to: with("env: {LOG_LEVEL: debug}"), back: true, why: next},
		{key: key + ".secretEnv", was: unset, now: "SENTRY_DSN: app-secrets/dsn", to: with("secretEnv: {SENTRY_DSN: app-secrets/dsn}"), back: true, why: next},
	}
}

// pods change what the cluster asks of the pods, with and without a pooler.
func pods() []transition {
	const (
		next  = "counts from the next revision or attempt on: a Job that has run does not run again"
		rolls = "the pooler's pods are replaced one by one; a Job that has run does not run again"
	)
	with := func(field string) string { return pooling("") + "\npods: {" + field + "}" }
	change := func(name, from, to string) transition {
		t := transition{key: "pods." + name, was: from, now: to, from: with(name + ": " + from), to: with(name + ": " + to), back: true, why: rolls}
		if from == unset {
			t.from = pooling("")
		}
		return t
	}
	toleration := func(field, from, to string) transition {
		list := func(fields string) string { return with("tolerations: [{" + fields + "}]") }
		return transition{key: "pods.tolerations, " + field, was: cmp.Or(from, unset), now: to, from: list(from), to: list(to), back: true, why: rolls}
	}
	return []transition{
		{key: "pods.labels, no pooler", was: unset, now: "team: memories", to: "pods: {labels: {team: memories}}", back: true, why: next},
		change("imagePullSecrets", unset, "[registry]"),
		change("nodeSelector", unset, "{kubernetes.io/arch: arm64}"),
		change("labels", unset, `{sidecar.istio.io/inject: "false"}`),
		change("annotations", unset, "{linkerd.io/inject: disabled}"),
		change("priorityClassName", unset, "database"),
		change("runAsUser", "10001", "20001"),
		{key: "pods.tolerations", was: unset, now: "dedicated=database", from: pooling(""), to: with("tolerations: [{key: dedicated, value: database}]"), back: true, why: rolls},
		toleration("key", "key: dedicated", "key: reserved"),
		toleration("operator", "key: dedicated, operator: Equal", "key: dedicated, operator: Exists"),
		toleration("value", "key: dedicated, value: database", "key: dedicated, value: jobs"),
		toleration("effect", "key: dedicated", "key: dedicated, effect: NoExecute"),
		toleration("tolerationSeconds", "key: dedicated, effect: NoExecute", "key: dedicated, effect: NoExecute, tolerationSeconds: 60"),
	}
}

// shape is a template of helmValues with which a chart finds the objects.
const shape = "{database: {secret: '${kubernetesSecretName}', create: '${chartCreatesObjects}'}}"

// pooling turns the pooler on, with more fields.
func pooling(fields string) string {
	return "pooling: {enabled: true, tlsSecretName: pooler-tls, " + fields + "}"
}

func alerts() []transition {
	const ops = "[ops@example.com]"
	emails := func(list string) string { return "alerts: {emails: " + list + "}" }
	return []transition{
		{key: "alerts.emails", was: "one", now: "two", from: emails(ops), to: emails("[ops@example.com, dev@example.com]"), back: true},
		{key: "alerts.emails", was: "one", now: "another", from: emails(ops), to: emails("[dev@example.com]"), back: true},
		{key: "alerts.emails", was: "one", now: "none", from: emails(ops), to: emails("[]"), back: true},
		{
			key: "alerts.topicArn", was: unset, now: "a topic", from: emails("[]"), to: "alerts: {emails: [], topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call'}", back: true,
		},
		{
			key: "alerts.topicArn", was: "a topic", now: "emails", from: "alerts: {emails: [], topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call'}", to: emails(ops), back: true,
			why: "alarms and events use the new topic before the former one is deleted",
		},
		{key: "alerts.cpuPercent", was: "80", now: "60", to: "alerts: {cpuPercent: 60}", back: true},
		{key: "alerts.freeStoragePercent", was: "20", now: "30", to: "alerts: {freeStoragePercent: 30}", back: true},
		{key: "alerts.freeMemoryPercent", was: "5", now: "10", to: "alerts: {freeMemoryPercent: 10}", back: true},
		{key: "alerts.connectionsPercent", was: "80", now: "60", to: "alerts: {connectionsPercent: 60}", back: true},
		{key: "alerts.diskQueueDepth", was: "64", now: "32", to: "alerts: {diskQueueDepth: 32}", back: true},
		{key: "alerts.replicaLagSeconds", was: "600", now: "900", born: "a replica", to: "alerts: {replicaLagSeconds: 900}", back: true},
		{key: "alerts.transactionIdsMillions", was: "1000", now: "1500", to: "alerts: {transactionIdsMillions: 1500}", back: true},
		{key: "alerts.transactionLogsPercent", was: "25", now: "40", to: "alerts: {transactionLogsPercent: 40}", back: true},
		{key: "alerts.replicationSlotPercent", was: "10", now: "20", born: "a replica", to: "alerts: {replicationSlotPercent: 20}", back: true},
		{key: "alerts.failedLogins", was: "20", now: "100", to: "alerts: {failedLogins: 100}", back: true},
		{key: "alerts.kmsKeyId", was: unset, now: keyOne, to: "alerts: {kmsKeyId: " + keyOne + "}", back: true, why: "KMS deletes the program's key after 30 days; nothing but past messages needed it", backWhy: "the program makes its own key"},
		{key: "alerts.dashboard", was: "true", now: "false", to: "alerts: {dashboard: false}", back: true},
		{key: "waivers", was: "the stack's", now: "one more", to: "waivers: {RDS.2: 'tried in the matrix'}", back: true, why: "changes only the report of the controls"},
		{
			key: "budget.expectedAuditGiB", was: "1", now: "5", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedAuditGiB: 5}", back: true, why: "changes only the estimate",
		},
		{key: "budget.expectedLogGiB", was: "1", now: "5", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedLogGiB: 5}", back: true, why: "changes only the estimate"},
		{key: "budget.expectedBackupGiB", was: unset, now: "200", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedBackupGiB: 200}", back: true, why: "changes only the estimate"},
		{key: "budget.monthlyUsd", was: "25", now: "500", to: "budget: {monthlyUsd: 500}", back: true},
		{key: "budget.onExceed", was: "warn", now: "fail", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, onExceed: fail}", back: true},
		{key: "budget.monthlyUsd", now: "1.00", from: "budget: {monthlyUsd: 500, onExceed: fail}", to: "budget: {monthlyUsd: 1, onExceed: fail}", refused: "raise the budget"},
	}
}
