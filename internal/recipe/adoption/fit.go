package adoption

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Setting is a key of the stack file with its value.
type Setting struct{ Key, Value string }

// Settings are the keys of the stack file that keep the instance as it is.
func (f *Found) Settings() []Setting {
	i := f.Instance
	var settings []Setting
	set := func(key string, value any) {
		settings = append(settings, Setting{Key: key, Value: fmt.Sprint(value)})
	}
	database := func(key string, value any) { set("database."+key, value) }
	if i.DBInstanceIdentifier != naming.Instance(f.Environment) {
		database("instanceIdentifier", i.DBInstanceIdentifier)
	}
	database("name", i.DBName)
	database("username", i.MasterUsername)
	database("port", i.Endpoint.Port)
	database("engineVersion", f.engineVersion())
	database("autoMinorVersionUpgrade", i.AutoMinorVersionUpgrade)
	database("instanceClass", i.DBInstanceClass)
	database("multiAz", i.MultiAZ)
	f.replicas(database)
	database("allocatedStorage", i.AllocatedStorage)
	database("maxAllocatedStorage", i.MaxAllocatedStorage)
	f.storage(database)
	database("backupRetentionDays", i.BackupRetentionPeriod)
	database("backupWindow", i.PreferredBackupWindow)
	database("maintenanceWindow", i.PreferredMaintenanceWindow)
	database("deletionProtection", i.DeletionProtection)
	database("iamDatabaseAuthentication", i.IAMDatabaseAuthenticationEnabled)
	insights := 0
	if i.PerformanceInsightsEnabled {
		insights = i.PerformanceInsightsRetentionPeriod
	}
	database("performanceInsightsRetentionDays", insights)
	if i.DatabaseInsightsMode != "" {
		database("databaseInsightsMode", i.DatabaseInsightsMode)
	}
	database("monitoringInterval", i.MonitoringInterval)
	if f.LogRetention > 0 {
		database("logRetentionDays", f.LogRetention)
	}
	if key := f.Secrets[naming.CredentialsSecret(f.Environment)].KmsKeyID; key != "" {
		database("secretKmsKeyId", key)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Parameters)) {
		database("parameters["+strconv.Quote(name)+"]", f.Parameters[name])
	}
	f.network(set)
	switch f.Configured.Delivery {
	case "": // whoever made the objects in the cluster keeps them
		set("delivery", config.DeliveryGitOps)
	case config.DeliveryPulumi: // objects that exist are taken over in a handover alone
		set("delivery", config.DeliveryHandover)
	case config.DeliveryHandover, config.DeliveryGitOps: // as it is
	}
	return settings
}

// network keeps where the instance is and who may connect.
func (f *Found) network(set func(string, any)) {
	group := f.Instance.DBSubnetGroup
	set("network.vpcId", group.VpcID)
	set("network.subnetGroupName", group.DBSubnetGroupName)
	for n, subnet := range group.Subnets {
		set(fmt.Sprintf("network.subnetIds[%d]", n), subnet.SubnetIdentifier)
	}
	for n, cidr := range f.IngressCidrs {
		set(fmt.Sprintf("network.ingressCidrs[%d]", n), cidr)
	}
	for n, source := range f.SourceGroups {
		set(fmt.Sprintf("network.ingressSecurityGroupIds[%d]", n), source)
	}
}

// replicas keeps the read replicas, under the names that they have.
func (f *Found) replicas(database func(string, any)) {
	database("readReplicas", len(f.Replicas))
	var names, own []string
	for n, replica := range f.Replicas {
		names = append(names, replica.DBInstanceIdentifier)
		own = append(own, naming.Replica(f.Instance.DBInstanceIdentifier, n+1))
	}
	slices.Sort(names)
	if slices.Sort(own); !slices.Equal(names, own) {
		for n, name := range names {
			database(fmt.Sprintf("readReplicaIdentifiers[%d]", n), name)
		}
	}
	if len(f.Replicas) == 0 {
		return
	}
	if class := f.Replicas[0].DBInstanceClass; class != f.Instance.DBInstanceClass {
		database("replicaInstanceClass", class)
	}
	if ceiling := f.Replicas[0].MaxAllocatedStorage; ceiling != f.Instance.MaxAllocatedStorage {
		database("replicaMaxAllocatedStorage", ceiling)
	}
}

// reparameterized are the parameters that a parameter group of the program has otherwise than the one of today.
func (f *Found) reparameterized(inputs map[string]any) []string {
	planned, _ := inputs["parameters"].([]any)
	var all []string
	for _, item := range planned {
		parameter, _ := item.(map[string]any)
		name, value := fmt.Sprint(parameter["name"]), fmt.Sprint(parameter["value"])
		if was, set := f.Parameters[name]; !set {
			all = append(all, fmt.Sprintf("%s: RDS's default → %s", name, value))
		} else if was != value {
			all = append(all, fmt.Sprintf("%s: %s → %s", name, was, value))
		}
	}
	return all
}

// engineVersion is the version in the stack file: the major one, of which RDS takes the minor ones, or the one that it has.
func (f *Found) engineVersion() string {
	major, _, _ := strings.Cut(f.Instance.EngineVersion, ".")
	if !f.Instance.AutoMinorVersionUpgrade {
		return f.Instance.EngineVersion
	}
	return major
}

// storage sets the type of the storage, and what is provisioned above the baseline of gp3. gp2 becomes gp3, which RDS does while it runs.
func (f *Found) storage(database func(string, any)) {
	const baseline, throughput = 3000, 125 // of gp3 below 400 GiB, which RDS reports although nobody asked for it
	i := f.Instance
	if f.CustomerKey {
		database("kmsKeyId", i.KmsKeyID)
	}
	if i.StorageType == "gp2" {
		return
	}
	database("storageType", i.StorageType)
	if i.Iops > baseline || i.StorageType != "gp3" {
		database("iops", i.Iops)
	}
	if i.StorageThroughput > throughput {
		database("storageThroughput", i.StorageThroughput)
	}
}
