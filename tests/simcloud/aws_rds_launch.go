package simcloud

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// instanceOrigin checks what the instance is created from, and copies what comes with it.
func (a *account) instanceOrigin(out Properties) error {
	inherited := []string{"engine", "engineVersion", "username", "dbName", "port", "dbSubnetGroupName"}
	storage := []string{"allocatedStorage", "storageType", "storageEncrypted", "kmsKeyId"}
	point := out.Map("restoreToPointInTime")
	switch source, snapshot := out.Text("replicateSourceDb"), out.Text("snapshotIdentifier"); {
	case source != "":
		from := a.instance(source)
		if from == nil {
			return fmt.Errorf("DBInstanceNotFound: DBInstance %s not found", source)
		}
		if from.Properties.Number("backupRetentionPeriod") == 0 {
			return fmt.Errorf("InvalidDBInstanceState: Automated backups are not enabled for this database instance (%s). To "+
				"enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value", source)
		}
		if masterSecretOf(from.Properties) != "" {
			return fmt.Errorf("InvalidDBInstanceState: You can't create a read replica of %s, whose master user password is managed in AWS Secrets Manager", source)
		}
		out.fill(from.Properties.only(append(append(inherited, storage...), "parameterGroupName", "vpcSecurityGroupIds", "password")))
		return nil
	case snapshot != "":
		from := a.snapshot(snapshot)
		if from == nil {
			return fmt.Errorf("DBSnapshotNotFound: DBSnapshot not found: %s", snapshot)
		}
		out.fill(from.Properties.only(append(append(inherited, storage...), "password")))
		return nil
	case point != nil:
		from := a.instance(point.Text("sourceDbInstanceIdentifier"))
		if id := point.Text("sourceDbiResourceId"); id != "" {
			from = a.cloud.find(RetainedBackups, func(o *Object) bool { return o.Properties.Text("resourceId") == id })
		}
		if arn := point.Text("sourceDbInstanceAutomatedBackupsArn"); arn != "" {
			if from = a.cloud.get(CopiedBackups, arn); from == nil || arn != a.arn("rds", "auto-backup:"+arn[strings.LastIndex(arn, ":")+1:]) {
				return fmt.Errorf("DBInstanceAutomatedBackupNotFound: DBInstanceAutomatedBackup not found: %s", arn)
			}
		}
		if from == nil {
			return fmt.Errorf("DBInstanceNotFound: DBInstance %s%s not found", point.Text("sourceDbInstanceIdentifier"), point.Text("sourceDbiResourceId"))
		}
		if from.Properties.Number("backupRetentionPeriod") == 0 {
			return fmt.Errorf("InvalidDBInstanceState: %s has no automated backups to restore from", from.Properties.Text("identifier"))
		}
		out.fill(from.Properties.only(append(append(inherited, storage...), "password")))
		return nil
	}
	for _, name := range []string{"engine", "username", "allocatedStorage"} {
		if !out.has(name) {
			return fmt.Errorf("%q: required field is not set", name)
		}
	}
	if !out.has("password") && !out.Flag("manageMasterUserPassword") {
		return fmt.Errorf("InvalidParameterValue: The parameter MasterUserPassword must be provided and must not be blank")
	}
	return nil
}

// originOf is the id of what an instance is created from, with the database; "": of nothing. A deleted instance has left its database in
// its backups.
func (a *account) originOf(out Properties) string {
	point := out.Map("restoreToPointInTime")
	switch source, snapshot := cmp.Or(out.Text("replicateSourceDb"), point.Text("sourceDbInstanceIdentifier")), a.snapshot(out.Text("snapshotIdentifier")); {
	case snapshot != nil:
		return snapshot.ID
	case source != "":
		return a.instance(source).ID
	}
	if copied := a.cloud.get(CopiedBackups, point.Text("sourceDbInstanceAutomatedBackupsArn")); copied != nil {
		return copied.Properties.Text("resourceId")
	}
	return point.Text("sourceDbiResourceId")
}

// snapshot finds a snapshot by its identifier or ARN.
func (a *account) snapshot(identifierOrARN string) *Object {
	return a.cloud.find(SnapshotType, func(o *Object) bool {
		return (o.ID == identifierOrARN || o.Properties.Text("arn") == identifierOrARN) && a.here(o)
	})
}

// getSnapshot and getInstance are the lookups of what an instance can be restored from. RDS returns a snapshot of AWS Backup only where it is
// asked for this type (API reference: DescribeDBSnapshots).
func (a *account) getSnapshot(identifier, kind string) (Properties, error) {
	o := a.snapshot(identifier)
	if o == nil || strings.HasPrefix(o.ID, ofBackup) != (kind == "awsbackup") {
		return nil, fmt.Errorf("reading the DB snapshot %s: your query returned no results. Please change your search criteria and try again", identifier)
	}
	p := o.Properties
	return Properties{
		"id": o.ID, "dbSnapshotIdentifier": identifier, "dbSnapshotArn": p.Text("arn"), "dbInstanceIdentifier": p.Text("identifier"),
		"engine": p.Text("engine"), "engineVersion": p.Text("engineVersionActual"), "allocatedStorage": p.Number("allocatedStorage"),
		"encrypted": p.Flag("storageEncrypted"), "kmsKeyId": p.Text("kmsKeyId"), "status": "available", "snapshotType": "manual",
		"storageType": p.Text("storageType"), "port": p.Number("port"), "includeShared": true, "tags": map[string]any{},
	}, nil
}

func (a *account) getInstance(identifier string) (Properties, error) {
	o := a.instance(identifier)
	if o == nil {
		return nil, fmt.Errorf("reading RDS DB Instance (%s): couldn't find resource", identifier)
	}
	p := o.Properties
	return Properties{
		"id": identifier, "dbInstanceIdentifier": identifier, "dbInstanceArn": p.Text("arn"), "resourceId": p.Text("resourceId"),
		"engine": p.Text("engine"), "engineVersion": p.Text("engineVersionActual"), "allocatedStorage": p.Number("allocatedStorage"),
		"dbInstanceClass": p.Text("instanceClass"), "storageType": p.Text("storageType"), "multiAz": p.Flag("multiAz"),
		"iops": p.Number("iops"), "monitoringInterval": p.Number("monitoringInterval"), "maxAllocatedStorage": p.Number("maxAllocatedStorage"),
		"storageEncrypted": p.Flag("storageEncrypted"), "kmsKeyId": p.Text("kmsKeyId"), "tags": map[string]any{},
		"backupRetentionPeriod": p.Number("backupRetentionPeriod"), "address": p.Text("address"), "port": p.Number("port"),
	}, nil
}

// launch completes a new instance with what RDS chooses, and makes the log groups that it exports to.
func (a *account) launch(out Properties) {
	name := out.Text("identifier")
	id := "db-" + strings.ToUpper(digest(26, "db", a.id, a.region, name))
	address := fmt.Sprintf("%s.c%s.%s.rds.amazonaws.com", name, digest(11, a.id, a.region), a.region)
	out.fill(Properties{
		"port": 5432.0, "backupRetentionPeriod": 0.0, "storageType": "gp2", "multiAz": false, "availabilityZone": a.region + "a",
		"backupWindow": "07:00-07:30", "maintenanceWindow": "sun:05:00-sun:05:30", "caCertIdentifier": "rds-ca-rsa2048-g1",
		"parameterGroupName": "default.postgres" + major(out), "licenseModel": "postgresql-license", "networkType": "IPV4",
		"optionGroupName": "default:postgres-" + major(out), "databaseInsightsMode": "standard", "backupTarget": "region",
		"engineLifecycleSupport": "open-source-rds-extended-support", "latestRestorableTime": "", "listenerEndpoints": []any{},
		"masterUserSecrets": []any{}, "replicas": []any{}, "vpcSecurityGroupIds": []any{}, "status": "available",
	})
	if out.Flag("storageEncrypted") {
		out.fill(Properties{"kmsKeyId": a.arn("kms", "key/aws-rds")})
	}
	baseline := Properties{"iops": 3000.0, "storageThroughput": 125.0}
	if out.Number("allocatedStorage") >= 400 {
		baseline = Properties{"iops": 12000.0, "storageThroughput": 500.0}
	}
	if out.Text("storageType") == "gp3" {
		out.fill(baseline)
	}
	out["engineVersionActual"] = actualVersion(out.Text("engineVersion"))
	out["resourceId"], out["arn"], out["address"] = id, a.arn("rds", "db:"+name), address
	out["hostedZoneId"] = "Z2R2ITUGPM61AM"
	a.exportLogs(out)
}

// exportLogs creates missing log groups without a retention, as RDS does.
func (a *account) exportLogs(out Properties) {
	for _, export := range out.Texts("enabledCloudwatchLogsExports") {
		name := fmt.Sprintf("/aws/rds/instance/%s/%s", out.Text("identifier"), export)
		if a.cloud.get(logGroupType, name) == nil {
			a.cloud.put(&Object{Kind: logGroupType, ID: name, Properties: Properties{
				"name": name, "retentionInDays": 0.0, "arn": a.arn("logs", "log-group:"+name), "tagsAll": map[string]any{},
			}})
		}
	}
}

func major(p Properties) string { m, _, _ := strings.Cut(p.Text("engineVersion"), "."); return m }

func actualVersion(version string) string {
	if v, ok := offeredVersion(version); ok {
		return v.String()
	}
	return version
}

// compareVersions compares versions of the form major.minor by their numbers.
func compareVersions(a, b string) int {
	parse := func(v string) []int {
		numbers := make([]int, 2)
		_, _ = fmt.Sscanf(v, "%d.%d", &numbers[0], &numbers[1]) // a missing minor version counts as 0
		return numbers
	}
	return slices.Compare(parse(a), parse(b))
}
