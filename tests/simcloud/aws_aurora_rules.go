package simcloud

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// clusterOrigin checks what a cluster is created from, copies what comes with it, and returns the id of the backup; "": none. A snapshot of
// an instance has to be named by its ARN (RDS API Reference: RestoreDBClusterFromSnapshot).
func (a *account) clusterOrigin(out Properties) (string, error) {
	point := out.Map("restoreToPointInTime")
	switch snapshot := out.Text("snapshotIdentifier"); {
	case snapshot != "":
		if of := a.snapshot(snapshot); of != nil && strings.HasPrefix(snapshot, "arn:") {
			p := of.Properties
			out.fill(Properties{
				"engineVersion": p["engineVersion"], "port": p["port"], "storageEncrypted": p["storageEncrypted"],
				"masterUsername": p["username"], "databaseName": p["dbName"], "masterPassword": p["password"],
			})
			return of.ID, newEnough(p, out)
		}
		from := a.clusterSnapshot(snapshot)
		if from == nil {
			return "", fmt.Errorf("DBClusterSnapshotNotFoundFault: DBClusterSnapshot not found: %s", snapshot)
		}
		out.fill(from.Properties.only(comingAlong()))
		return from.ID, newEnough(from.Properties, out)
	case point != nil:
		from := a.cloud.get(clusterType, point.Text("sourceClusterIdentifier"))
		if id := point.Text("sourceClusterResourceId"); id != "" {
			from = a.cloud.find(RetainedClusterBackups, func(o *Object) bool { return o.Properties.Text("clusterResourceId") == id })
		}
		if from == nil {
			return "", fmt.Errorf("DBClusterNotFoundFault: DBCluster %s%s not found", point.Text("sourceClusterIdentifier"), point.Text("sourceClusterResourceId"))
		}
		out.fill(from.Properties.only(comingAlong()))
		return from.Properties.Text("clusterResourceId"), newEnough(from.Properties, out)
	case !out.has("masterUsername") || !out.has("masterPassword"):
		return "", fmt.Errorf("InvalidParameterCombination: MasterUsername and MasterUserPassword must be provided")
	}
	return "", nil
}

func comingAlong() []string {
	return []string{"engineVersion", "masterUsername", "masterPassword", "databaseName", "port", "storageEncrypted", "kmsKeyId"}
}

// newEnough refuses an older version than a backup has.
func newEnough(from, out Properties) error {
	to := actualVersion(out.Text("engineVersion"))
	if was := from.Text("engineVersionActual"); compareVersions(to, was) < 0 {
		return fmt.Errorf("InvalidParameterCombination: Cannot upgrade %s from %s to %s", from.Text("engine"), was, to)
	}
	return nil
}

func (a *account) clusterSnapshot(identifierOrARN string) *Object {
	return a.cloud.find(ClusterSnapshotType, func(o *Object) bool { return o.ID == identifierOrARN || o.Properties.Text("arn") == identifierOrARN })
}

// checkCluster checks the rules for a cluster as a whole, when it is created or changed. Sources: RDS API Reference, CreateDBCluster and
// ServerlessV2ScalingConfiguration; Aurora User Guide, Aurora Serverless v2 capacity.
func (a *account) checkCluster(out Properties) error {
	version, ok := offeredVersion(out.Text("engineVersion"))
	if !ok || out.Text("engine") != auroraEngine {
		return fmt.Errorf("InvalidParameterCombination: Cannot find version %s for %s", out.Text("engineVersion"), out.Text("engine"))
	}
	password := out.Text("masterPassword")
	if len(password) < 8 || len(password) > 128 || strings.ContainsAny(password, `/@" `) {
		return fmt.Errorf("InvalidParameterValue: The parameter MasterUserPassword is not a valid password")
	}
	for _, check := range []func(Properties) error{a.checkNetwork, a.checkClusterGroup, a.checkMonitoring} {
		if err := check(out); err != nil {
			return err
		}
	}
	for _, export := range out.Texts("enabledCloudwatchLogsExports") {
		if !slices.Contains([]string{"postgresql", "instance", "iam-db-auth-error"}, export) {
			return fmt.Errorf("InvalidParameterCombination: You cannot use the log types '%s' with engine version %s %s", export, auroraEngine, version)
		}
	}
	if days := out.Number("backupRetentionPeriod"); out.has("backupRetentionPeriod") && (days < 1 || days > 35) {
		return fmt.Errorf("InvalidParameterValue: Invalid backup retention period: %v. Must be between 1 and 35", days)
	}
	if storage := out.Text("storageType"); !slices.Contains([]string{"", "aurora", "aurora-iopt1"}, storage) {
		return fmt.Errorf("InvalidParameterCombination: Invalid storage type %s for DB engine %s", storage, auroraEngine)
	}
	return checkCapacity(out.Map("serverlessv2ScalingConfiguration"), version)
}

// checkCapacity checks the range of an Aurora Serverless v2 cluster.
func checkCapacity(scaling Properties, version pgVersion) error {
	if scaling == nil {
		return nil
	}
	least, most := scaling.Number("minCapacity"), scaling.Number("maxCapacity")
	pausing := map[int]int{13: 15, 14: 12, 15: 7, 16: 3}[version.major]
	seconds := scaling.Number("secondsUntilAutoPause")
	switch {
	case least > most || most < 1 || most > 256 || least < 0 || math.Mod(least*2, 1) != 0 || math.Mod(most*2, 1) != 0:
		return fmt.Errorf("InvalidParameterValue: Serverless v2 capacity %v to %v isn't valid", least, most)
	case least == 0 && version.minor < pausing:
		return fmt.Errorf("InvalidParameterValue: Serverless v2 minimum capacity 0 isn't valid for engine version %s", version)
	case seconds != 0 && (least > 0 || seconds < 300 || seconds > 86400):
		return fmt.Errorf("InvalidParameterValue: SecondsUntilAutoPause %v isn't valid with a minimum capacity of %v", seconds, least)
	}
	return nil
}

func (a *account) checkClusterGroup(out Properties) error {
	name := out.Text("dbClusterParameterGroupName")
	if name == "" || strings.HasPrefix(name, "default.") {
		return nil
	}
	group := a.cloud.get(clusterParameterGroupType, name)
	if group == nil {
		return fmt.Errorf("DBClusterParameterGroupNotFound: DBClusterParameterGroup not found: %s", name)
	}
	if family := group.Properties.Text("family"); family != auroraEngine+major(out) {
		return fmt.Errorf("InvalidParameterCombination: The Parameter Group %s with DBParameterGroupFamily %s can't be used for this cluster. Use a "+
			"Parameter Group with DBParameterGroupFamily %s%s", name, family, auroraEngine, major(out))
	}
	return nil
}

func createClusterParameterGroup(a *account, out Properties) (string, error) {
	name, family := out.Text("name"), out.Text("family")
	if a.cloud.get(clusterParameterGroupType, name) != nil {
		return "", fmt.Errorf("creating RDS Cluster Parameter Group (%s): DBParameterGroupAlreadyExists: Parameter group %s already exists", name, name)
	}
	version, isAurora := strings.CutPrefix(family, auroraEngine)
	if _, ok := offeredVersion(version); !ok || !isAurora {
		return "", fmt.Errorf("creating RDS Cluster Parameter Group (%s): InvalidParameterValue: ParameterGroupFamily %s is not a valid parameter group family", name, family)
	}
	out.fill(Properties{"arn": a.arn("rds", "cluster-pg:"+name)})
	return name, updateParameterGroup(a, nil, out)
}

func removeClusterParameterGroup(a *account, name string, _ Properties) error {
	user := a.cloud.find(clusterType, func(o *Object) bool { return o.Properties.Text("dbClusterParameterGroupName") == name })
	if user != nil {
		return fmt.Errorf("deleting RDS Cluster Parameter Group (%s): InvalidDBParameterGroupState: One or more database clusters are still members of "+
			"this parameter group %s, so the group cannot be deleted (%s)", name, name, user.ID)
	}
	return nil
}

func createClusterInstance(a *account, out Properties) (string, error) {
	name := out.Text("identifier")
	refused := func(format string, args ...any) (string, error) {
		return "", fmt.Errorf("creating RDS Cluster Instance (%s): %w", name, fmt.Errorf(format, args...))
	}
	of := a.cloud.get(clusterType, out.Text("clusterIdentifier"))
	switch {
	case of == nil:
		return refused("DBClusterNotFoundFault: DBCluster %s not found", out.Text("clusterIdentifier"))
	case !identifierRule.MatchString(name):
		return refused("InvalidParameterValue: The parameter DBInstanceIdentifier is not a valid identifier")
	case a.instance(name) != nil || a.cloud.get(clusterInstanceType, name) != nil:
		return refused("DBInstanceAlreadyExists: DB instance already exists")
	case out.Text("engine") != of.Properties.Text("engine"):
		return refused("InvalidParameterCombination: The engine name requested for your DB instance (%s) doesn't match the engine name of your DB cluster", out.Text("engine"))
	case out.Text("instanceClass") == "db.serverless" && of.Properties.Map("serverlessv2ScalingConfiguration") == nil:
		return refused("InvalidParameterValue: Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.")
	}
	if err := a.checkMonitoring(out); err != nil {
		return refused("%w", err)
	}
	cluster := of.Properties
	out.fill(Properties{
		"availabilityZone": a.region + "a", "caCertIdentifier": "rds-ca-rsa2048-g1", "dbParameterGroupName": "default." + auroraEngine + major(cluster),
		"dbSubnetGroupName": cluster["dbSubnetGroupName"], "engineVersion": cluster["engineVersion"], "preferredBackupWindow": cluster["preferredBackupWindow"],
		"preferredMaintenanceWindow": "sun:05:00-sun:05:30", "networkType": "IPV4",
	})
	out["engineVersionActual"], out["storageEncrypted"], out["kmsKeyId"] = cluster["engineVersionActual"], cluster["storageEncrypted"], cluster["kmsKeyId"]
	out["arn"], out["dbiResourceId"] = a.arn("rds", "db:"+name), "db-"+strings.ToUpper(digest(26, "db", a.id, a.region, name))
	out["endpoint"], out["port"] = fmt.Sprintf("%s.c%s.%s.rds.amazonaws.com", name, digest(11, a.id, a.region), a.region), cluster["port"]
	out["writer"] = len(a.cloud.members(of.ID)) == 0
	return name, nil
}

func updateClusterInstance(a *account, _, out Properties) error {
	if err := a.checkMonitoring(out); err != nil {
		return fmt.Errorf("updating RDS Cluster Instance (%s): %w", out.Text("identifier"), err)
	}
	return nil
}

// removeClusterInstance lets a reader take over from what wrote.
func removeClusterInstance(a *account, name string, live Properties) error {
	for _, other := range a.cloud.members(live.Text("clusterIdentifier")) {
		if live.Flag("writer") && other.ID != name {
			other.Properties["writer"] = true
			break
		}
	}
	return nil
}

func (a *account) getRDSCluster(identifier string) (Properties, error) {
	o := a.cloud.get(clusterType, identifier)
	if o == nil {
		return nil, fmt.Errorf("reading RDS Cluster (%s): couldn't find resource", identifier)
	}
	found := o.Properties.only([]string{
		"arn", "backupRetentionPeriod", "clusterIdentifier", "clusterResourceId", "databaseName", "engine", "kmsKeyId", "masterUsername",
		"port", "storageEncrypted", "endpoint", "readerEndpoint", "dbClusterParameterGroupName", "dbSubnetGroupName",
	})
	found["id"], found["engineVersion"], found["tags"] = identifier, o.Properties["engineVersionActual"], map[string]any{}
	return found, nil
}

func (a *account) getClusterSnapshot(identifier string) (Properties, error) {
	o := a.clusterSnapshot(identifier)
	if o == nil {
		return nil, fmt.Errorf("reading the DB cluster snapshot %s: your query returned no results. Please change your search criteria and try again", identifier)
	}
	p := o.Properties
	return Properties{
		"id": o.ID, "dbClusterSnapshotIdentifier": identifier, "dbClusterSnapshotArn": p.Text("arn"), "dbClusterIdentifier": p.Text("clusterIdentifier"),
		"engine": auroraEngine, "engineVersion": p.Text("engineVersionActual"), "storageEncrypted": p.Flag("storageEncrypted"), "kmsKeyId": p.Text("kmsKeyId"),
		"status": "available", "snapshotType": "manual", "port": p.Number("port"), "includeShared": true, "tags": map[string]any{},
	}, nil
}

// serverless is the only class of Aurora that this simulation has.
func (a *account) serverless(version pgVersion, class, storage string) (Properties, error) {
	if class != "db.serverless" || slices.Contains(a.cloud.Withdrawn, class) || !slices.Contains([]string{"", "aurora", "aurora-iopt1"}, storage) {
		return nil, fmt.Errorf("no RDS DB Instance Classes match the criteria; try a different search")
	}
	return Properties{
		"id": class, "engine": auroraEngine, "engineVersion": version.String(), "instanceClass": class, "storageType": storage, "vpc": true,
		"availabilityZones": texts(a.region+"a", a.region+"b", a.region+"c"), "supportsIamDatabaseAuthentication": true,
		"supportsPerformanceInsights": true, "supportsEnhancedMonitoring": true, "supportsStorageEncryption": true,
	}, nil
}
