package changes

// clustered is a stack whose database is an Aurora cluster.
const clustered = "serverless"

// aurora are the changes of a stack with an Aurora cluster. TestServerless and TestFromAnInstanceToACluster have what takes more than one.
func aurora() []transition {
	rows := []transition{
		field{name: "minCapacity", was: "0.5", now: "2"}.row(),
		{key: "database.minCapacity", was: "0.5", now: "0", to: "database: {minCapacity: 0}", back: true, why: "the instances pause when nobody is connected", backWhy: "the instances no longer pause"},
		field{name: "maxCapacity", was: "4", now: "8"}.row(),
		{
			key: "database.secondsUntilAutoPause", was: "300", now: "600", back: true,
			from: "database: {minCapacity: 0}", to: "database: {minCapacity: 0, secondsUntilAutoPause: 600}",
		},
		field{name: "readReplicas", was: "0", now: "2", why: "each reader can take over from the writer"}.row(),
		field{name: "storageType", was: "aurora", now: "aurora-iopt1", why: "AWS allows a change to aurora-iopt1 once in 30 days"}.row(),
		field{name: "backupRetentionDays", was: "7", now: "14"}.row(),
		field{name: "passwordVersion", was: "1", now: "2", why: "the cluster, both secrets and the pods' Secret get another password"}.row(),
		{
			key: "database.manageMasterUserPassword", was: "false", now: "true", from: alternatingWith("readReplicas: 1"), to: alternatingWith("readReplicas: 1, manageMasterUserPassword: true"), back: true,
			why: "RDS takes over the master user's password, also if the cluster has readers", backWhy: "the program makes the master user's password again",
		},
		field{name: "iamDatabaseAuthentication", was: "true", now: "false"}.row(),
		field{name: "performanceInsightsRetentionDays", was: "7", now: "0"}.row(),
		field{name: "monitoringInterval", was: "0", now: "60"}.row(),
		field{name: "autoMinorVersionUpgrade", was: "true", now: "false"}.row(),
		{key: "database.parameters", was: unset, now: "work_mem: 8192", to: "database: {parameters: {work_mem: 8192}}", back: true},
		{key: "alerts.acuPercent", was: "90", now: "80", to: "alerts: {acuPercent: 80}", back: true},
		{key: "alerts.freeLocalStorageGiB", was: "1", now: "2", to: "alerts: {freeLocalStorageGiB: 2}", back: true},
		{key: "budget.expectedAcuHours", was: unset, now: "600", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedAcuHours: 600}", back: true, why: "changes only the estimate"},
		{key: "budget.expectedStorageGiB", was: "10", now: "50", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedStorageGiB: 50}", back: true, why: "changes only the estimate"},
		{key: "budget.expectedMillionIos", was: "10", now: "50", from: "budget: {monthlyUsd: 500}", to: "budget: {monthlyUsd: 500, expectedMillionIos: 50}", back: true, why: "changes only the estimate"},
		{key: "tier", was: "serverless", now: "medium", to: "tier: medium", refused: "or move to the other engine with a new generation"},
		{key: "database.kmsKeyId", was: unset, now: keyOne, to: "database: {kmsKeyId: " + keyOne + "}", refused: "copy a snapshot with the other key"},
		{key: "database.name", was: "mosaic", now: "other", to: "database: {name: other}", refused: "additionalApps"},
	}
	for i := range rows {
		rows[i].born = clustered
	}
	return rows
}
