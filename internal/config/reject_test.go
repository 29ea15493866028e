package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rejection is a stack with one mistake, and what the report has to say of it.
type rejection struct {
	content string // keys over those of the complete stack
	key     string // that the problem is reported at
	rule    string // part of the rule
	fix     string // part of the advice
}

func reject(t *testing.T, rejections []rejection) {
	t.Helper()
	for _, r := range rejections {
		t.Run(r.content, func(t *testing.T) {
			source := with(t, r.content)
			_, err := Load(source, "prod", source.keys())
			var problems Problems
			require.ErrorAs(t, err, &problems)
			require.Len(t, problems, 1, err)
			assert.Equal(t, r.key, strings.TrimPrefix(problems[0].Key, "mosaic-database:"))
			assert.Contains(t, problems[0].Rule, r.rule)
			assert.Contains(t, problems[0].Fix, r.fix)
		})
	}
}

// database is a stack that sets some fields of the database.
func database(fields, key, rule, fix string) rejection {
	return rejection{"mosaic-database:database: {" + fields + "}", "database." + key, rule, fix}
}

func TestUnknownNamesAreRejected(t *testing.T) {
	reject(t, []rejection{
		{"mosaic-database:databse: {}", "databse", "did you mean database?", "database"},
		{"mosaic-database:colour: blue", "colour", "no such key", "one of tier, environment"},
		{"mosaic-database:database.engineVersion: '17'", "database.engineVersion", "inside its object", "config set --path"},
		{"mosaic-database:colour.shade: blue", "colour.shade", "no such key", "one of tier"},
		database("instance_class: db.t3.micro", "instance_class", "did you mean instanceClass?", "instanceClass"),
		database("multiAZ: true", "multiAZ", "did you mean multiAz?", "multiAz"),
		database("colour: blue", "colour", "no such field", "one of name, username"),
		{"mosaic-database:restore: {snapshot: a}", "restore.snapshot", "no such field", "snapshotIdentifier"},
	})
}

func TestWrongTypesAreRejected(t *testing.T) {
	reject(t, []rejection{
		{"mosaic-database:database: large", "database", "of type object, not string", "indented below"},
		{"mosaic-database:database: [a]", "database", "of type object, not list", "indented below"},
		{"mosaic-database:database: 5", "database", "of type object, not integer", "indented below"},
		{"mosaic-database:tags: {a: 5}", "tags.a", "of type string, not integer", `"5", in quotes`},
		{"mosaic-database:tags: [a]", "tags", "of type map of strings, not list", "name: value"},
		{"mosaic-database:network: {subnetIds: subnet-01234567}", "network.subnetIds", "of type list of strings, not string", "hyphen"},
		{"mosaic-database:network: {subnetIds: [5, subnet-01234567]}", "network.subnetIds[0]", "of type string, not integer", "quotes"},
		{"mosaic-database:budget: {monthlyUsd: 'NaN'}", "budget.monthlyUsd", "of type number, not string", "a number"},
		{"mosaic-database:budget: {monthlyUsd: much}", "budget.monthlyUsd", "of type number, not string", "a number"},
		{"mosaic-database:budget: {monthlyUsd: 'true'}", "budget.monthlyUsd", "of type number, not string", "a number"},
		{"aws:allowedAccountIds: '123456789012'", "aws:allowedAccountIds", "of type list of strings, not integer", "hyphen"},
		database("allocatedStorage: '20'", "allocatedStorage", "of type integer, not string", "20, without quotes"),
		database("allocatedStorage: 20.5", "allocatedStorage", "of type integer, not number", "whole number"),
		database("allocatedStorage: true", "allocatedStorage", "of type integer, not boolean", "whole number"),
		database("allocatedStorage: {gib: 20}", "allocatedStorage", "of type integer, not object", "whole number"),
		database("allocatedStorage: null", "allocatedStorage", "not null", "remove the line"),
		database("multiAz: '5'", "multiAz", "of type boolean, not string", "true or false"),
		database("multiAz: 1", "multiAz", "of type boolean, not integer", "true or false"),
		database("instanceClass: 5", "instanceClass", "of type string, not integer", `"5", in quotes`),
		database("engineVersion: 16.1", "engineVersion", "of type string, not number", `"16.10"`),
		database("engineVersion: true", "engineVersion", "of type string, not boolean", "quotes"),
		database("parameters: {work_mem: [1]}", "parameters.work_mem", "of type string, not list", "a text"),
		database("parameters: 5", "parameters", "of type map of strings, not integer", "name: value"),
	})
}

func TestNamesAreRejected(t *testing.T) {
	long := strings.Repeat("a", 64)
	reject(t, []rejection{
		{"mosaic-database:tier: huge", "tier", "one of mvp, small, medium, ha, scale", "one of"},
		{"mosaic-database:tier: smal", "tier", "one of", "small"},
		{"mosaic-database:delivery: argo", "delivery", "one of pulumi, gitops", "one of"},
		{"mosaic-database:environment: Prod", "environment", "lower-case", "staging-2"},
		{"mosaic-database:environment: 1prod", "environment", "beginning with a letter", ""},
		{"mosaic-database:environment: prod-", "environment", "not ending with a hyphen", ""},
		{"mosaic-database:environment: prod--eu", "environment", "single hyphens", ""},
		{"mosaic-database:app: {name: Core}", "app.name", "RFC 1123", "core-api"},
		{"mosaic-database:app: {name: " + long + "}", "app.name", "1 to 63", ""},
		{"mosaic-database:app: {namespace: a.b}", "app.namespace", "RFC 1123", ""},
		{"mosaic-database:app: {namespace: kube-system}", "app.namespace", "reserved", "your own"},
		{"mosaic-database:app: {serviceAccount: core_api}", "app.serviceAccount", "RFC 1123", ""},
		{"mosaic-database:app: {secretName: .a}", "app.secretName", "RFC 1123", ""},
		{"mosaic-database:app: {secretName: " + strings.Repeat("a", 254) + "}", "app.secretName", "at most 253", ""},
		{"mosaic-database:cluster: {name: -a}", "cluster.name", "1 to 100", "mosaic-prod"},
		{"mosaic-database:cluster: {name: a, oidcIssuer: 'http://a'}", "cluster.oidcIssuer", "https", ""},
		{"mosaic-database:cluster: {name: a, oidcIssuer: 'https://a/'}", "cluster.oidcIssuer", "without a slash", ""},
		database("name: 1mosaic", "name", "beginning with a letter", ""),
		database("name: mosaic-db", "name", "letters, digits and underscores", ""),
		database("name: "+long, "name", "1 to 63", ""),
		database("name: template1", "name", "reserves", "another name"),
		database("name: RDSAdmin", "name", "reserves", "another name"),
		database("name: user", "name", "reserves", "another name"),
		database("username: postgres", "username", "reserves", "mosaicadmin"),
		database("username: admin", "username", "reserves", ""),
		database("username: rds_superuser", "username", "reserves", ""),
		database("username: pg_owner", "username", "reserves", ""),
		database("username: abcdefghijklmnopq", "username", "1 to 16", ""),
	})
}

func TestComposedNamesAreHeldToTheirLimits(t *testing.T) {
	source := with(t, "mosaic-database:environment: "+strings.Repeat("e", 43)+`
mosaic-database:app: {name: `+strings.Repeat("a", 43)+`}
mosaic-database:database: {monitoringInterval: 60}`)
	_, err := Load(source, "prod", nil)
	var problems Problems
	require.ErrorAs(t, err, &problems)
	var rules []string
	for _, p := range problems {
		rules = append(rules, p.Rule[:strings.Index(p.Rule, ",")]+": "+p.Fix)
	}
	assert.Equal(t, []string{
		"the identifier of the last read replica: environment shorter by 1",
		"the name of the application's role: environment or app.name shorter by 43",
		"the name of the migration Job: app.name shorter by 1",
		"the name of the monitoring role: environment shorter by 5",
	}, rules)
	longest := with(t, "mosaic-database:environment: "+strings.Repeat("e", 35))
	_, err = Load(longest, "prod", nil)
	assert.NoError(t, err, "a role of 64 characters")
}

func TestStackWhoseNameIsNoEnvironmentNeedsOne(t *testing.T) {
	_, err := Load(parse(t, complete), "Prod_EU", nil)
	var problems Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 1)
	assert.Equal(t, "mosaic-database:environment", problems[0].Key)
	assert.Equal(t, "Prod_EU", problems[0].Value)
	_, err = Load(with(t, "mosaic-database:environment: prod"), "Prod_EU", nil)
	assert.NoError(t, err)
}

func TestAwsKeysAreRequiredAndChecked(t *testing.T) {
	reject(t, []rejection{
		{"aws:region: ''", "aws:region", "required", ""},
		{"aws:region: us-east-1a", "aws:region", "AWS region", "us-east-1"},
		{"aws:region: virginia", "aws:region", "AWS region", "us-east-1"},
		{"aws:allowedAccountIds: []", "aws:allowedAccountIds", "exactly one", "the one account"},
		{"aws:allowedAccountIds: ['123456789012', '210987654321']", "aws:allowedAccountIds", "exactly one", ""},
		{"aws:allowedAccountIds: ['1234']", "aws:allowedAccountIds[0]", "twelve digits", ""},
		{"aws:allowedAccountIds: [1234]", "aws:allowedAccountIds[0]", "twelve digits", ""},
	})
}

func TestDatabaseIsRejected(t *testing.T) {
	reject(t, []rejection{
		database("port: 80", "port", "from 1150 to 65535", "1150 or more"),
		database("port: 70000", "port", "from 1150", "65535 or less"),
		database("engineVersion: '15'", "engineVersion", "16 or 17", ""),
		database("engineVersion: '16.11'", "engineVersion", "no minor version with autoMinorVersionUpgrade", `"16", or autoMinorVersionUpgrade: false`),
		database("engineVersion: 19", "engineVersion", "16 or 17", ""),
		database("engineVersion: '16.'", "engineVersion", "16 or 17", ""),
		database("instanceClass: db.t3.mirco", "instanceClass", "PostgreSQL 16", "db.t3.micro"),
		database("instanceClass: t3.micro", "instanceClass", "PostgreSQL 16", "db.t3.micro"),
		database("instanceClass: db.t2.micro", "instanceClass", "PostgreSQL 16", "db.t4g.micro"),
		database("instanceClass: db.m4.large", "instanceClass", "PostgreSQL 16", "db.m6g.large"),
		database("instanceClass: db.r4.2xlarge", "instanceClass", "PostgreSQL 16", "db.r6g.2xlarge"),
		database("instanceClass: huge", "instanceClass", "PostgreSQL 16", "one such as"),
		database("instanceClass: ''", "instanceClass", "PostgreSQL 16", "one such as"),
		database("readReplicas: 1, replicaInstanceClass: db.m4.large", "replicaInstanceClass", "PostgreSQL 16", ""),
		database("readReplicas: 16", "readReplicas", "from 0 to 15", "15 or less"),
		database("readReplicas: -1", "readReplicas", "from 0 to 15", "0 or more"),
		database("multiAz: true, availabilityZone: us-east-1a", "availabilityZone", "multiAz", "remove"),
		database("availabilityZone: eu-west-1a", "availabilityZone", "aws:region, us-east-1", "us-east-1a"),
		database("availabilityZone: us-east-1", "availabilityZone", "availability zone", "us-east-1a"),
		database("caCertIdentifier: rds-ca-2019", "caCertIdentifier", "rds-ca-rsa2048-g1", ""),
		database("kmsKeyId: alias/mosaic", "kmsKeyId", "ARN of a KMS key", "arn:aws:kms:"),
		database("kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:alias/mosaic'", "kmsKeyId", "not of an alias", ""),
		database("kmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/1234'", "kmsKeyId", "a key in aws:region", "us-east-1"),
		database("secretKmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/1234'", "secretKmsKeyId", "a key in aws:region", "us-east-1"),
		database("passwordVersion: 0", "passwordVersion", "1 or more", ""),
		database("secretRecoveryDays: 3", "secretRecoveryDays", "from 7 to 30", "0 or 7"),
		database("secretRecoveryDays: 31", "secretRecoveryDays", "from 7 to 30", "30 or less"),
		database("logRetentionDays: 31", "logRetentionDays", "one of 1, 3, 5", "one of"),
		database("monitoringInterval: 20", "monitoringInterval", "one of 0, 1, 5", "one of"),
		database("parameters: {Work_Mem: 1}", "parameters.Work_Mem", "in lower case", "work_mem"),
		database("parameters: {rds.force_ssl: 0}", "parameters.rds.force_ssl", "rds.force_ssl stays 1", "TLS is forced"),
		database("parameters: {rds.force_ssl: false}", "parameters.rds.force_ssl", "rds.force_ssl stays 1", "TLS is forced"),
		database("parameters: {max_connections: 5}", "parameters.max_connections", "from 6 to 262143", "formula"),
		database("parameters: {max_connections: 262144}", "parameters.max_connections", "from 6 to 262143", ""),
		database("parameters: {max_connections: many}", "parameters.max_connections", "formula", ""),
	})
}

func TestStorageIsRejected(t *testing.T) {
	reject(t, []rejection{
		database("allocatedStorage: 10", "allocatedStorage", "from 20 to 65536", "20 or more"),
		database("allocatedStorage: 65537, maxAllocatedStorage: 65536", "allocatedStorage", "from 20 to 65536", "65536 or less"),
		database("maxAllocatedStorage: 0", "maxAllocatedStorage", "from 20", ""),
		database("maxAllocatedStorage: 21", "maxAllocatedStorage", "110 %", "22 or more"),
		database("allocatedStorage: 95", "maxAllocatedStorage", "110 %", "105 or more"),
		database("replicaMaxAllocatedStorage: 21", "replicaMaxAllocatedStorage", "110 %", "22 or more"),
		database("storageType: gp2", "storageType", "one of gp3, io1, io2", "gp3"),
		database("iops: 3000", "iops", "only from 400 GiB", "remove"),
		database("allocatedStorage: 399, maxAllocatedStorage: 900, storageThroughput: 500", "storageThroughput", "only from 400 GiB", ""),
		database("allocatedStorage: 400, maxAllocatedStorage: 900, iops: 11999", "iops", "from 12000 to 64000", ""),
		database("allocatedStorage: 400, maxAllocatedStorage: 900, iops: 64001", "iops", "from 12000 to 64000", ""),
		database("allocatedStorage: 400, maxAllocatedStorage: 900, storageThroughput: 499", "storageThroughput", "from 500 to 4000", ""),
		database("allocatedStorage: 400, maxAllocatedStorage: 900, storageThroughput: 4001", "storageThroughput", "from 0 to 4000", ""),
		database("allocatedStorage: 400, maxAllocatedStorage: 900, storageThroughput: 3001", "storageThroughput", "quarter of iops (12000)", "3000 or less, or iops: 12004"),
		database("storageType: io1, allocatedStorage: 100, maxAllocatedStorage: 200, iops: 999", "iops", "from 1000 to 5000", ""),
		database("storageType: io2, allocatedStorage: 257, maxAllocatedStorage: 300, iops: 256001", "iops", "from 0 to 256000", ""),
		database("storageType: io1, iops: 1000", "allocatedStorage", "100 or more", "gp3"),
		database("storageType: io2, allocatedStorage: 100, maxAllocatedStorage: 200", "iops", "from 1000 to 100000", ""),
		database("storageType: io1, allocatedStorage: 100, maxAllocatedStorage: 200, iops: 5001", "iops", "from 1000 to 5000", ""),
		database("storageType: io1, allocatedStorage: 100, maxAllocatedStorage: 200, iops: 5000, storageThroughput: 500", "storageThroughput", "only with storageType gp3", "remove"),
	})
}

func TestBackupsAndInsightsAreRejected(t *testing.T) {
	reject(t, []rejection{
		database("backupRetentionDays: 36", "backupRetentionDays", "from 0 to 35", "35 or less"),
		database("backupRetentionDays: -1", "backupRetentionDays", "from 0 to 35", "0 or more"),
		database("backupRetentionDays: 0, readReplicas: 1", "backupRetentionDays", "with read replicas (1)", "readReplicas: 0"),
		database("backupWindow: '3:00-4:00'", "backupWindow", "hh:mm-hh:mm", "03:00-04:00"),
		database("backupWindow: '24:00-01:00'", "backupWindow", "hh:mm-hh:mm", ""),
		database("backupWindow: '03:00-03:29'", "backupWindow", "at least 30 minutes", "30 minutes after"),
		database("backupWindow: '03:00-03:00'", "backupWindow", "at least 30 minutes", ""),
		database("maintenanceWindow: 'Sun:04:00-Sun:05:00'", "maintenanceWindow", "mon to sun", "sun:04:00"),
		database("maintenanceWindow: '04:00-05:00'", "maintenanceWindow", "ddd:hh:mm", "sun:04:00"),
		database("maintenanceWindow: 'abc:04:00-abc:05:00'", "maintenanceWindow", "mon to sun", ""),
		database("maintenanceWindow: 'sun:04:00-son:05:00'", "maintenanceWindow", "mon to sun", ""),
		database("maintenanceWindow: 'sun:23:50-mon:00:10'", "maintenanceWindow", "at least 30 minutes", ""),
		database("maintenanceWindow: 'sun:03:30-sun:04:30'", "backupWindow", "maintenanceWindow, sun:03:30", "another time"),
		database("maintenanceWindow: 'sun:02:00-sun:06:00'", "backupWindow", "maintenanceWindow", ""),
		database("maintenanceWindow: 'mon:00:10-mon:00:40', backupWindow: '23:45-00:15'", "backupWindow", "maintenanceWindow", ""),
		database("maintenanceWindow: 'sun:23:45-mon:00:15', backupWindow: '00:10-00:40'", "backupWindow", "maintenanceWindow", ""),
		database("performanceInsightsRetentionDays: 8", "performanceInsightsRetentionDays", "a multiple of 31", "7 or 31"),
		database("performanceInsightsRetentionDays: 40", "performanceInsightsRetentionDays", "a multiple of 31", "31 or 62"),
		database("performanceInsightsRetentionDays: 744", "performanceInsightsRetentionDays", "or 731", "731"),
		database("performanceInsightsRetentionDays: -31", "performanceInsightsRetentionDays", "0 (off)", ""),
		database("databaseInsightsMode: basic", "databaseInsightsMode", "standard, advanced", ""),
		database("databaseInsightsMode: advanced", "performanceInsightsRetentionDays", "465 or more", "465"),
		database("databaseInsightsMode: advanced, performanceInsightsRetentionDays: 434", "performanceInsightsRetentionDays", "465 or more", "standard"),
	})
}

func TestNetworkAndClusterAreRejected(t *testing.T) {
	reject(t, []rejection{
		{"mosaic-database:network: {vpcId: vpc-1}", "network.vpcId", "the id of a VPC", "vpc-"},
		{"mosaic-database:network: {subnetIds: [subnet-01234567]}", "network.subnetIds", "at least two", "a second subnet"},
		{"mosaic-database:network: {subnetIds: [subnet-01234567, sub]}", "network.subnetIds[1]", "ids of subnets", "subnet-"},
		{"mosaic-database:network: {subnetIds: [subnet-01234567, subnet-01234567]}", "network.subnetIds", "none twice", "subnet-01234567 once"},
		{"mosaic-database:network: {ingressCidrs: [10.0.0.1/16]}", "network.ingressCidrs[0]", "without host bits", "10.0.0.0/16"},
		{"mosaic-database:network: {ingressCidrs: [10.0.0.0]}", "network.ingressCidrs[0]", "CIDR", "10.0.0.0/16"},
		{"mosaic-database:network: {ingressCidrs: [10.0.0.0/33]}", "network.ingressCidrs[0]", "CIDR", ""},
		{"mosaic-database:network: {ingressCidrs: [0.0.0.0/0]}", "network.ingressCidrs[0]", "/8 or smaller", "only the networks"},
		{"mosaic-database:network: {ingressCidrs: ['0.0.0.0/1', '10.0.0.0/16']}", "network.ingressCidrs[0]", "/8 or smaller", ""},
		{"mosaic-database:network: {ingressCidrs: ['::/0']}", "network.ingressCidrs[0]", "/32 or smaller", "only the networks"},
		{"mosaic-database:network: {ingressCidrs: [10.0.0.0/16, 10.0.0.0/16]}", "network.ingressCidrs", "none twice", ""},
		{"mosaic-database:cluster: {}", "cluster.name",
			"missing: cluster.kubeconfig, cluster.oidcIssuer, network.vpcId, network.subnetIds, network.ingressCidrs", "the name of the EKS cluster"},
		{"mosaic-database:cluster: {kubeconfig: a, oidcIssuer: 'https://a'}\nmosaic-database:network: {vpcId: vpc-01234567}", "cluster.name",
			"missing: network.subnetIds, network.ingressCidrs", ""},
		{"mosaic-database:cluster: {oidcIssuer: 'https://a'}\n" +
			"mosaic-database:network: {vpcId: vpc-01234567, subnetIds: [subnet-01234567, subnet-12345678], ingressCidrs: [10.0.0.0/16]}",
			"cluster.name", "missing: cluster.kubeconfig", ""},
		{"mosaic-database:cluster: {}\nmosaic-database:delivery: gitops", "cluster.name", "missing: cluster.oidcIssuer, network.vpcId", ""},
		{"mosaic-database:cluster: {name: a, context: b}", "cluster.context", "belongs to a kubeconfig", "cluster.kubeconfig"},
	})
}

func TestMigrationsAreRejected(t *testing.T) {
	image := func(reference, rule, fix string) rejection {
		return rejection{"mosaic-database:migrations: {image: '" + reference + "'}", "migrations.image", rule, fix}
	}
	reject(t, []rejection{
		image("", "required while migrations are enabled", "enabled: false"),
		image("core-api", "a tag other than latest", "core-api:<version>"),
		image("registry.example.com:5000/core-api", "a tag other than latest", "core-api:<version>"),
		image("core-api:latest", "a tag other than latest", "core-api:<version>"),
		image("Core-API:1.0.0", "a container image", "lower case"),
		image("core-api@sha256:1234", "sha256 digest of 64", ""),
		image("core api:1", "a container image", ""),
		{"mosaic-database:migrations: {image: 'a:1', command: []}", "migrations.command", "at least one word", "alembic"},
		{"mosaic-database:migrations: {image: 'a:1', command: [alembic, '']}", "migrations.command[1]", "not empty", ""},
		{"mosaic-database:migrations: {image: 'a:1', attempt: 0}", "migrations.attempt", "1 or more", ""},
		{"mosaic-database:migrations: {image: 'a:1', deadlineSeconds: 5}", "migrations.deadlineSeconds", "from 30", "30 or more"},
		{"mosaic-database:migrations: {image: 'a:1', deadlineSeconds: 86401}", "migrations.deadlineSeconds", "from 30 to 86400", "86400 or less"},
		{"mosaic-database:migrations: {image: 'a:1', backoffLimit: 11}", "migrations.backoffLimit", "from 0 to 10", "10 or less"},
		{"mosaic-database:migrations: {image: 'a:1', cpu: 100mi}", "migrations.cpu", "processors", "100m"},
		{"mosaic-database:migrations: {image: 'a:1', cpu: '0'}", "migrations.cpu", "more than zero", ""},
		{"mosaic-database:migrations: {image: 'a:1', memory: 256MB}", "migrations.memory", "bytes with its unit", "256Mi"},
		{"mosaic-database:migrations: {image: 'a:1', memory: '256'}", "migrations.memory", "with its unit", "256Mi"},
	})
}

func TestAlertsBudgetAndTagsAreRejected(t *testing.T) {
	reject(t, []rejection{
		{"mosaic-database:alerts: {emails: [ops]}", "alerts.emails[0]", "e-mail", "ops@example.com"},
		{"mosaic-database:alerts: {emails: ['Ops <ops@example.com>']}", "alerts.emails[0]", "plain", ""},
		{"mosaic-database:alerts: {emails: [a@b.c, a@b.c]}", "alerts.emails", "none twice", ""},
		{"mosaic-database:alerts: {cpuPercent: 100}", "alerts.cpuPercent", "from 1 to 99", "99 or less"},
		{"mosaic-database:alerts: {freeStoragePercent: 0}", "alerts.freeStoragePercent", "from 1 to 99", "1 or more"},
		{"mosaic-database:budget: {monthlyUsd: 0}", "budget.monthlyUsd", "more than 0", "remove the line"},
		{"mosaic-database:budget: {monthlyUsd: -5}", "budget.monthlyUsd", "more than 0", ""},
		{"mosaic-database:budget: {onExceed: stop}", "budget.onExceed", "one of warn, fail", ""},
		{"mosaic-database:tags: {'aws:team': a}", "tags.aws:team", "not beginning with aws:", "without the prefix"},
		{"mosaic-database:tags: {'': a}", "tags.", "1 to 128", ""},
		{"mosaic-database:tags: {" + strings.Repeat("k", 129) + ": a}", "tags." + strings.Repeat("k", 129), "1 to 128", ""},
		{"mosaic-database:tags: {a: " + strings.Repeat("v", 257) + "}", "tags.a", "at most 256", ""},
		{"mosaic-database:tags: {a: 'R&D'}", "tags.a", "letters, digits, spaces", ""},
		{"mosaic-database:tags: {" + manyTags(41) + "}", "tags", "at most 40", "1 tags fewer"},
	})
}

func TestRestoreIsRejected(t *testing.T) {
	restore := func(fields, key, rule, fix string) rejection {
		return rejection{"mosaic-database:restore: {" + fields + "}", key, rule, fix}
	}
	const moment = `pointInTime: "2026-01-31T10:00:00Z"`
	reject(t, []rejection{
		restore("snapshotIdentifier: a, useLatestRestorableTime: true, sourceInstanceIdentifier: b", "restore",
			"given: restore.snapshotIdentifier, restore.useLatestRestorableTime", "one of them"),
		restore(moment+", useLatestRestorableTime: true, sourceInstanceIdentifier: b", "restore", "one source at most", ""),
		restore(moment, "restore.sourceInstanceIdentifier", "required with restore.pointInTime", "mosaic-prod-db"),
		restore("useLatestRestorableTime: true", "restore.sourceInstanceIdentifier", "required with restore.useLatestRestorableTime", ""),
		restore("sourceInstanceIdentifier: a", "restore.sourceInstanceIdentifier", "only with pointInTime", ""),
		restore("sourceInstanceIdentifier: a--b, "+moment, "restore.sourceInstanceIdentifier", "identifier of a database instance", ""),
		restore(`pointInTime: "2026-01-31 10:00", sourceInstanceIdentifier: a`, "restore.pointInTime", "RFC 3339", "2026-01-31T10:00:00Z"),
		restore(`pointInTime: "2026-01-31T10:00:00+02:00", sourceInstanceIdentifier: a`, "restore.pointInTime", "in UTC", "2026-01-31T08:00:00Z"),
		restore(`pointInTime: "2026-01-31 10:00:00 +0000 UTC", sourceInstanceIdentifier: a`, "restore.pointInTime", "in quotes", `"2026-01-31T10:00:00Z", in quotes`),
		restore("snapshotIdentifier: a--b", "restore.snapshotIdentifier", "identifier or ARN of a snapshot", ""),
	})
}
