package changes

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// transition is one change of a stack file, from one content to another.
//
// From and to are merge patches of the committed file: objects are merged field by field, null removes a key.
// A key without a namespace is the program's. In all texts, <env>, <vpc>, <subnet1> to <subnet3>, <group> and <issuer>
// stand for what the stack has, <other issuer> for what another cluster has.
type transition struct {
	key, was, now string // the key and its values in the report; a refusal has to name them
	from, to      string
	after         []string // contents that are deployed first, in this order
	part          string   // section of the report
	born          string   // what the stack begins with, a name in births; "": the committed file
	chain         string   // rows with the same name share a stack of their own, in this order, because they cannot be undone
	back          bool     // whether going back is a row of its own
	refused       string   // a part of the advice in the refusal; "": not refused
	why           string   // the reason, for the report
	backWhy       string   // the reason for the way back; "": the same
}

// String is the change as a title.
func (r transition) String() string {
	key := r.key
	if r.born != "" {
		key += " (" + r.born + ")"
	}
	if r.was == "" {
		return fmt.Sprintf("%s → %s", key, r.now)
	}
	return fmt.Sprintf("%s: %s → %s", key, r.was, r.now)
}

const (
	keyOne  = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	keyTwo  = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002"
	keyWest = "arn:aws:kms:us-west-2:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	unset   = "not set"
	restart = "RDS restarts the instance, in the maintenance window or, with applyImmediately: true, at once"
	// Only a change of the port does not wait.
	restartNow = "RDS restarts the instance at once, whatever applyImmediately says"
)

// births are settings that a stack has to begin with, for rows that change something else in such a stack.
func births() map[string]string {
	return map[string]string{
		"":                    "",
		"a replica":           "database: {readReplicas: 1}",
		"large storage":       "database: {allocatedStorage: 400, maxAllocatedStorage: 1000}",
		"another application": "additionalApps: {worker: {namespace: mosaic-<env>}}",
		"its own database":    "{database: {credentials: alternating}, additionalApps: {orders: {database: {name: orders, migrations: {image: 'orders:1.0.0'}}}}}",
		"its own account":     "app: {secretsServiceAccount: core-api-db-reader}",
		"copies":              "backups: {copyToRegion: us-west-2}",
		"own namespace":       "app: {createNamespace: true, namespace: mosaic-<env>-own}",
		clustered:             "{tier: serverless, database: {instanceClass: null, backupRetentionDays: null}}",
		"gitops": "{delivery: gitops, app: {createNamespace: false}, database: {kmsKeyId: " + keyOne +
			", availabilityZone: us-east-1a}}",
	}
}

// transitions lists the changes that a user may make to a stack file.
func transitions() []transition {
	var all []transition
	for _, of := range []struct {
		part string
		rows []transition
	}{
		{"Tier", tiers()},
		{"Aurora Serverless", aurora()},
		{"What is locked", append(lockedKeys(), bornOtherwise()...)},
		{"Additional applications", applications()},
		{"Databases of additional applications", databases()},
		{"Access to the secrets", slices.Concat(access("app", ""), access("additionalApps.worker", "another application"))},
		{"Version and engine", versions()},
		{"Size and replicas", compute()},
		{"Storage", storage()},
		{"Parameters", parameters()},
		{"Backups and removal", protection()},
		{"Copies in another region", copied()},
		{"AWS Backup", backedUp()},
		{"Monitoring and logs", observation()},
		{"Password and secrets", credentials()},
		{"Network and tags", networks()},
		{"Migrations and application", migrations()},
		{"Pods", pods()},
		{"Alerts and budget", alerts()},
	} {
		for _, row := range of.rows {
			row.part = of.part
			all = append(all, row)
			if row.back {
				row.was, row.now, row.from, row.to = row.now, row.was, row.to, row.from
				row.why = cmp.Or(row.backWhy, row.why)
				all = append(all, row)
			}
		}
	}
	return all
}

// field is a change of one field of the database; "": the field is not set.
type field struct{ name, was, now, why string }

// row is the change and its way back.
func (f field) row() transition {
	patch := func(value string) string {
		if value == "" {
			return ""
		}
		return fmt.Sprintf("database: {%s: %s}", f.name, value)
	}
	return transition{
		key: "database." + f.name, was: cmp.Or(f.was, unset), now: cmp.Or(f.now, unset),
		from: patch(f.was), to: patch(f.now), back: true, why: f.why,
	}
}

// tiers has all pairs of tiers. It removes what dev overrides, so that the tier decides.
func tiers() []transition {
	on := func(tier string) string {
		return fmt.Sprintf("{tier: %s, database: {instanceClass: null, backupRetentionDays: null}}", tier)
	}
	var rows []transition
	for i, one := range config.Tiers() {
		for _, other := range config.Tiers()[i+1:] {
			row := transition{key: "tier", was: one.Name, now: other.Name, from: on(one.Name), to: on(other.Name), back: true}
			switch {
			case other.Engine != config.PostgreSQL:
				row.back, row.refused = false, "or move to the other engine with a new generation"
			case one.Engine != config.PostgreSQL: // aurora has the way from there
				row.was, row.now, row.from, row.to = row.now, row.was, row.to, row.from
				row.back, row.refused = false, "or move to the other engine with a new generation"
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// lockedKeys are changes that are refused. TestRestore tests restores and the deletion of retained instances.
func lockedKeys() []transition {
	return []transition{
		{key: "aws:region", was: "us-east-1", now: "eu-west-1", to: `{"aws:region": eu-west-1}`, refused: "copy a snapshot"},
		{key: "aws:allowedAccountIds", was: "123456789012", now: "999999999999", to: `{"aws:allowedAccountIds": ["999999999999"]}`, refused: "share a snapshot"},
		{key: "environment", was: "<env>", now: "other", to: "environment: other", refused: "another stack"},
		{key: "cluster.name", was: "mosaic-<env>", now: "other", to: "cluster: {name: other}", refused: "another stack"},
		{
			key: "network.vpcId", was: "<vpc>", now: "vpc-0123456789abcdef0",
			to: "network: {vpcId: vpc-0123456789abcdef0, subnetIds: [<subnet1>, <subnet2>], ingressCidrs: [10.9.0.0/16]}", refused: "restore a snapshot",
		},
		{
			key: "cluster.oidcIssuer", was: "<issuer>", now: "<other issuer>",
			to: "cluster: {oidcIssuer: '<other issuer>'}", refused: "another stack",
		},
		{key: "database.name", was: "mosaic", now: "other", to: "database: {name: other}", refused: "additionalApps"},
		{key: "database.username", was: "mosaicadmin", now: "somebody", to: "database: {username: somebody}", refused: "CREATE ROLE"},
		{key: "database.instanceIdentifier", was: unset, now: "other", to: "database: {instanceIdentifier: other}", refused: "take over another instance"},
		{key: "network.subnetGroupName", was: unset, now: "other", to: "network: {subnetGroupName: other}", refused: "restore a snapshot"},
		{key: "rolePath", was: "/", now: "/team/", to: "rolePath: /team/", refused: "bring up another stack"},
		{key: "database.kmsKeyId", was: unset, now: keyOne, to: "database: {kmsKeyId: " + keyOne + "}", refused: "copy a snapshot with the other key"},
		{key: "database.availabilityZone", was: unset, now: "us-east-1b", to: "database: {availabilityZone: us-east-1b}", refused: "restore a snapshot"},
		{key: "restore.snapshotIdentifier", was: unset, now: "before", to: "restore: {snapshotIdentifier: before}", refused: "the next restore.generation"},
		{
			key: "restore.pointInTime", was: unset, now: "2026-01-31T12:00:00Z",
			to: "restore: {pointInTime: '2026-01-31T12:00:00Z', sourceInstanceIdentifier: mosaic-<env>-db}", refused: "the next restore.generation",
		},
		{
			key: "restore.useLatestRestorableTime", was: "false", now: "true",
			to: "restore: {useLatestRestorableTime: true, sourceInstanceIdentifier: mosaic-<env>-db}", refused: "the next restore.generation",
		},
		{
			key: "restore.sourceDbiResourceId", was: unset, now: "db-ABCDEFGHIJKLMNOPQRSTUVWXY1",
			to: "restore: {useLatestRestorableTime: true, sourceDbiResourceId: db-ABCDEFGHIJKLMNOPQRSTUVWXY1}", refused: "the next restore.generation",
		},
		{
			key: "restore.sourceAutomatedBackupsArn", was: unset, now: "arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1", refused: "the next restore.generation",
			to: "restore: {useLatestRestorableTime: true, sourceAutomatedBackupsArn: 'arn:aws:rds:us-east-1:123456789012:auto-backup:ab-1'}",
		},
		{key: "restore.dumpAndLoad", now: "true", to: "restore: {dumpAndLoad: true}", refused: "restore.generation: 2 beside it"},
		{key: "restore.logicalReplication", now: "running", to: "restore: {logicalReplication: running}", refused: "restore.generation: 2 and serving: 1 beside it"},
		{key: "restore.engineVersion", now: "17", to: "restore: {engineVersion: '17'}", refused: "or database.engineVersion"},
		{key: "restore.switchedAt", now: "2026-01-31T12:00:00Z", to: "restore: {switchedAt: '2026-01-31T12:00:00Z'}", refused: "remove the line"},
		{key: "restore.generation", was: "1", now: "3", to: "restore: {generation: 3, snapshotIdentifier: before}", refused: "write: 2"},
		{key: "restore.serving", was: "1", now: "2", to: "restore: {serving: 2}", refused: "a generation that exists"},
		{key: "restore.unprotected", now: "mosaic-<env>-db", to: "restore: {unprotected: [mosaic-<env>-db]}", refused: "another generation under restore.serving"},
		{key: "restore.released", now: "mosaic-<env>-db", to: "restore: {released: [mosaic-<env>-db]}", refused: "another generation under restore.serving"},
		{key: "app.name", was: "core-api", now: "other-api", to: "app: {name: other-api}", refused: "another stack"},
		{key: "app.namespace", was: "mosaic-<env>", now: "elsewhere", to: "app: {namespace: elsewhere}", refused: "another stack"},
		{key: "app.serviceAccount", was: "core-api", now: "somebody", to: "app: {serviceAccount: somebody}", refused: "another stack"},
		{key: "app.secretName", was: "core-api-db-secret", now: "other", to: "app: {secretName: other}", refused: "another stack"},
		{key: "delivery", was: "pulumi", now: "gitops", to: "delivery: gitops", refused: "handover in this run and gitops in a later one"},
		{key: "delivery", was: "pulumi", now: "handover", to: "delivery: handover", back: true, why: "the objects lose their protection and stay in the cluster; the next run may give them up", backWhy: "the program manages the objects again"},
	}
}

// applications are the changes of an additional application. TestMoreThanOneApplication adds and removes one.
func applications() []transition {
	with := func(fields string) string { return "additionalApps: {worker: {" + fields + "}}" }
	rows := []transition{
		{key: "additionalApps.worker", now: "not there any more", to: "additionalApps: {worker: null}", refused: "deletionProtection: false there in this run"},
		{key: "additionalApps.worker.namespace", was: "mosaic-<env>", now: "jobs", to: with("namespace: jobs"), refused: "an entry with another name"},
		{key: "additionalApps.worker.serviceAccount", was: "worker", now: "other", to: with("serviceAccount: other"), refused: "an entry with another name"},
		{key: "additionalApps.worker.secretName", was: "worker-db-secret", now: "other", to: with("secretName: other"), refused: "an entry with another name"},
		{key: "additionalApps.worker.deletionProtection", was: "true", now: "false", to: with("deletionProtection: false"), back: true, why: "a later run may remove the application", backWhy: "protected again"},
		{key: "additionalApps.worker.secretEntries", was: unset, now: "JDBC_URL: jdbc_url", to: with("secretEntries: {JDBC_URL: jdbc_url}"), back: true, why: "one more entry", backWhy: "pods that need the entry no longer start"},
		{key: "additionalApps.worker.reloadOnChange", was: "true", now: "false", to: with("reloadOnChange: false"), back: true, why: "changes only the output helmValues"},
		{key: "additionalApps.worker.helmValues", was: unset, now: "another shape", to: with("helmValues: " + shape), back: true, why: "changes only the output helmValues"},
		{key: "additionalApps.worker.gitops.path", was: unset, now: "environments/<env>/values.worker.yaml", to: with("gitops: {path: environments/<env>/values.worker.yaml}"), back: true, why: "changes only the output additionalApps"},
		{key: "additionalApps.worker.gitops.key", was: unset, now: "worker", from: with("gitops: {path: apps.yaml}"), to: with("gitops: {path: apps.yaml, key: worker}"), back: true, why: "changes only the output additionalApps"},
		{key: "additionalApps.worker.database.name", was: unset, now: "worker", refused: "an entry with another name",
			to: "{database: {credentials: alternating}, additionalApps: {worker: {database: {name: worker, migrations: {enabled: false}}}}}"},
		{key: "additionalApps.worker.deployments", was: unset, now: "worker", to: with("deployments: [worker]"), back: true, why: "changes only an output, which the recipes read"},
	}
	for i := range rows {
		rows[i].born = "another application"
	}
	return rows
}

// bornOtherwise are changes of settings that a stack has to begin with.
func bornOtherwise() []transition {
	rows := []transition{
		{key: "delivery", was: "gitops", now: "pulumi", to: "delivery: pulumi", refused: "handover in this run and pulumi in a later one"},
		{key: "database.kmsKeyId", was: keyOne, now: keyTwo, to: "database: {kmsKeyId: " + keyTwo + "}", refused: "copy a snapshot with the other key"},
		{key: "database.kmsKeyId", was: keyOne, now: unset, to: "database: {kmsKeyId: null}", refused: "copy a snapshot with the other key"},
		{key: "database.availabilityZone", was: "us-east-1a", now: "us-east-1c", to: "database: {availabilityZone: us-east-1c}", refused: "restore a snapshot"},
		{key: "database.availabilityZone", was: "us-east-1a", now: unset, to: "database: {availabilityZone: null}", refused: "restore a snapshot"},
		{key: "app.createNamespace", was: "false", now: "true", to: "app: {createNamespace: true}", refused: "another stack"},
		{key: "migrations.image", was: "1.0.0", now: "2.0.0", to: "migrations: {image: 'mosaic-life/core-api:2.0.0'}", back: true},
	}
	for i := range rows {
		rows[i].born = "gitops"
	}
	return append(rows, transition{
		key: "app.createNamespace", was: "true", now: "false", to: "app: {createNamespace: false}", refused: "another stack",
		born: "own namespace",
	}, transition{
		key: "app.secretsServiceAccount", was: "core-api-db-reader", now: "core-api", to: "app: {secretsServiceAccount: null}", refused: "delivery: handover beside it",
		born: "its own account",
	})
}
