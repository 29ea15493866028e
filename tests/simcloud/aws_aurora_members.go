package simcloud

import (
	"fmt"
	"strings"
)

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
