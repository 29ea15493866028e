package simcloud

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	clusterType               = "aws:rds/cluster:Cluster"
	clusterInstanceType       = "aws:rds/clusterInstance:ClusterInstance"
	clusterParameterGroupType = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
	// ClusterSnapshotType is the kind of a manual or final snapshot of an Aurora cluster. Its id is the snapshot's identifier.
	ClusterSnapshotType = "aws:rds/clusterSnapshot:ClusterSnapshot"
	// RetainedClusterBackups is the kind of the automated backups that outlive their cluster. Its id is the cluster's identifier.
	RetainedClusterBackups = "aws:rds/cluster:Cluster automated backups retained"

	auroraEngine = "aurora-postgresql"
)

// databaseOf is a cluster as [Databases] takes it: as if it were an instance.
func databaseOf(cluster Properties) Properties {
	as := cluster.clone()
	as["identifier"], as["resourceId"], as["address"] = cluster["clusterIdentifier"], cluster["clusterResourceId"], cluster["endpoint"]
	as["username"], as["password"], as["dbName"] = cluster["masterUsername"], cluster["masterPassword"], cluster["databaseName"]
	return as
}

// servers are the databases that accept connections: instances, and clusters with an instance.
func (c *Cloud) servers(match func(Properties) bool) []Properties {
	var all []Properties
	for _, o := range c.all(instanceType, func(o *Object) bool { return match(o.Properties) }) {
		all = append(all, o.Properties)
	}
	for _, o := range c.all(clusterType, func(o *Object) bool { return match(databaseOf(o.Properties)) }) {
		if len(c.members(o.ID)) > 0 {
			all = append(all, databaseOf(o.Properties))
		}
	}
	return all
}

// serverAt is the database at an address; nil: none.
func (c *Cloud) serverAt(address string) Properties {
	for _, found := range c.servers(func(p Properties) bool { return p.Text("address") == address }) {
		return found
	}
	return nil
}

// members are the instances of a cluster.
func (c *Cloud) members(cluster string) []*Object {
	return c.all(clusterInstanceType, func(o *Object) bool { return o.Properties.Text("clusterIdentifier") == cluster })
}

func createCluster(a *account, out Properties) (string, error) {
	name := out.Text("clusterIdentifier")
	refused := func(err error) (string, error) {
		return "", fmt.Errorf("creating RDS Cluster (%s): %w", name, err)
	}
	origin, err := a.clusterOrigin(out)
	switch {
	case err != nil:
		return refused(err)
	case !identifierRule.MatchString(name):
		return refused(fmt.Errorf("InvalidParameterValue: The parameter DBClusterIdentifier is not a valid identifier"))
	case a.cloud.get(clusterType, name) != nil:
		return refused(fmt.Errorf("DBClusterAlreadyExistsFault: DB Cluster already exists"))
	}
	if err := a.checkCluster(out); err != nil {
		return refused(err)
	}
	a.launchCluster(out)
	if err := a.manageMaster(nil, out, "masterPassword"); err != nil {
		return refused(err)
	}
	address, err := a.cloud.databases().Create(databaseOf(out), origin)
	if err != nil {
		return refused(err)
	}
	out["endpoint"] = address
	return name, nil
}

// launchCluster completes a new cluster with what RDS chooses.
func (a *account) launchCluster(out Properties) {
	name := out.Text("clusterIdentifier")
	host := func(kind string) string {
		return fmt.Sprintf("%s.cluster-%sc%s.%s.rds.amazonaws.com", name, kind, digest(11, a.id, a.region), a.region)
	}
	out.fill(Properties{
		"port": 5432.0, "backupRetentionPeriod": 1.0, "preferredBackupWindow": "07:00-07:30", "preferredMaintenanceWindow": "sun:05:00-sun:05:30",
		"availabilityZones": texts(a.region+"a", a.region+"b", a.region+"c"), "dbClusterParameterGroupName": "default." + auroraEngine + major(out),
		"databaseInsightsMode": "standard", "engineLifecycleSupport": "open-source-rds-extended-support", "networkType": "IPV4", "iamRoles": []any{},
		"clusterMembers": []any{}, "masterUserSecrets": []any{}, "vpcSecurityGroupIds": []any{}, "clusterScalabilityType": "standard",
	})
	if out.Flag("storageEncrypted") {
		out.fill(Properties{"kmsKeyId": a.arn("kms", "key/aws-rds")})
	}
	out["engineVersionActual"] = actualVersion(out.Text("engineVersion"))
	out["clusterResourceId"] = "cluster-" + strings.ToUpper(digest(26, "cluster", a.id, a.region, name))
	out["arn"], out["endpoint"], out["readerEndpoint"] = a.arn("rds", "cluster:"+name), host(""), host("ro-")
	out["hostedZoneId"] = "Z2R2ITUGPM61AM"
	a.exportClusterLogs(out)
}

func (a *account) exportClusterLogs(out Properties) {
	for _, export := range out.Texts("enabledCloudwatchLogsExports") {
		name := fmt.Sprintf("/aws/rds/cluster/%s/%s", out.Text("clusterIdentifier"), export)
		if a.cloud.get(logGroupType, name) == nil {
			a.cloud.put(&Object{Kind: logGroupType, ID: name, Properties: Properties{
				"name": name, "retentionInDays": 0.0, "arn": a.arn("logs", "log-group:"+name), "tagsAll": map[string]any{},
			}})
		}
	}
}

func updateCluster(a *account, old, out Properties) error {
	refused := func(err error) error {
		return fmt.Errorf("updating RDS Cluster (%s): %w", out.Text("clusterIdentifier"), err)
	}
	if out.Text("engineVersion") != old.Text("engineVersion") {
		version, err := upgraded(auroraEngine, old, out)
		if err != nil {
			return refused(err)
		}
		out["engineVersionActual"] = version
		for _, member := range a.cloud.members(out.Text("clusterIdentifier")) { // an upgrade of a cluster is one of its instances
			member.Properties["engineVersion"], member.Properties["engineVersionActual"] = out.Text("engineVersion"), version
		}
	}
	if err := a.checkCluster(out); err != nil {
		return refused(err)
	}
	a.exportClusterLogs(out)
	if err := a.manageMaster(old, out, "masterPassword"); err != nil {
		return refused(err)
	}
	if err := a.cloud.databases().Modify(databaseOf(old), databaseOf(out)); err != nil {
		return refused(err)
	}
	return nil
}

// readCluster hides what the provider hides of an instance, and what RDS does not tell: that the storage is the standard one.
func readCluster(live, known Properties) {
	readInstance(live, known)
	if live.Text("storageType") == "aurora" {
		live["storageType"] = ""
	}
}

// diffCluster is what the provider decides beside its schema: the standard storage is none.
func diffCluster(d *diff, r request) {
	old, now := fromPropertyMap(r.oldOutputs), fromPropertyMap(r.inputs)
	if now.Text("storageType") == "aurora" && old.Text("storageType") == "" && r.oldOutputs["storageType"] != (resource.PropertyValue{}) {
		d.remove("storageType")
	}
}

func removeCluster(a *account, name string, live Properties) error {
	snapshot, skip := live.Text("finalSnapshotIdentifier"), live.Flag("skipFinalSnapshot")
	refused := func(why string) error { return fmt.Errorf("deleting RDS Cluster (%s): %s", name, why) }
	switch {
	case live.Flag("deletionProtection"):
		return refused("InvalidParameterCombination: Cannot delete protected Cluster, please disable deletion protection and try again.")
	case len(a.cloud.members(name)) > 0:
		return refused("InvalidDBClusterStateFault: Cluster cannot be deleted, it still contains DB instances in non-deleting state.")
	case !skip && snapshot == "":
		return refused("final_snapshot_identifier is required when skip_final_snapshot is false")
	case !skip && a.cloud.get(ClusterSnapshotType, snapshot) != nil:
		return refused("DBClusterSnapshotAlreadyExistsFault: Cannot create the snapshot because a snapshot with the identifier " + snapshot + " already exists")
	}
	database := databaseOf(live)
	if err := a.cloud.databases().Delete(database); err != nil {
		return refused(err.Error())
	}
	if !skip {
		taken := live.clone()
		taken["arn"] = a.arn("rds", "cluster-snapshot:"+snapshot)
		a.cloud.put(&Object{Kind: ClusterSnapshotType, ID: snapshot, Properties: taken})
		if err := a.cloud.databases().Snapshot(database, snapshot); err != nil {
			return refused(err.Error())
		}
	}
	if !live.Flag("deleteAutomatedBackups") {
		a.cloud.put(&Object{Kind: RetainedClusterBackups, ID: name, Properties: live.clone()})
	}
	a.dropMasterSecret(live)
	return nil
}
