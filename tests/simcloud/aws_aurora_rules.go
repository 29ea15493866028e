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
	case !out.has("masterUsername") || !out.has("masterPassword") && !out.Flag("manageMasterUserPassword"):
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
	if out.has("masterPassword") && (len(password) < 8 || len(password) > 128 || strings.ContainsAny(password, `/@" `)) {
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
