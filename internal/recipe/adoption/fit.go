package adoption

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Obstacles are what the program cannot take over, each with what to do about it.
func (f *Found) Obstacles() []string {
	i := f.Instance
	var all []string
	stop := func(wrong bool, format string, args ...any) {
		if wrong {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	stop(i.Engine != "postgres", "the engine is %s, and this program runs postgres: dump and load", i.Engine)
	stop(i.DBInstanceStatus != "available", "the instance is %s: wait until it is available", i.DBInstanceStatus)
	stop(!i.StorageEncrypted, "the storage is not encrypted, which no change can add: copy a snapshot with --kms-key-id alias/aws/rds, and restore that one with restore.snapshotIdentifier")
	stop(i.DBName == "", "the instance was made without a database, and database.name cannot be added: restore a snapshot, or dump and load")
	stop(i.MasterUserSecret != nil, "RDS manages the password of the master user: aws rds modify-db-instance --no-manage-master-user-password "+
		"--master-user-password … --apply-immediately, and put it into a secret mosaic/<environment>/rds/credentials, as the key password")
	stop(i.MasterUserSecret == nil && f.Password == "", "there is no secret mosaic/<environment>/rds/credentials with the key password: write the password of the master user there, "+
		"otherwise the first up would make another one")
	stop(i.DBSubnetGroup.DBSubnetGroupName == "default", "the subnet group is default, which belongs to the whole VPC: AWS moves no instance between groups of a VPC; restore a snapshot")
	for _, group := range i.OptionGroupMemberships {
		stop(!strings.HasPrefix(group.OptionGroupName, "default:"), "the option group is %s: move the instance to the default one of its version", group.OptionGroupName)
	}
	stop(len(f.OtherSources) > 0, "its security groups let in %s, and this program lets in CIDR blocks and security groups of the VPC alone: "+
		"give the rules for these, and remove the others", strings.Join(f.OtherSources, ", "))
	stop(len(f.IngressCidrs)+len(f.SourceGroups)+len(f.OtherSources) == 0, "its security groups let in nobody at the port %d, and this program would let in "+
		"the whole VPC: give them a rule for each client", i.Endpoint.Port)
	if f.Stack != nil {
		stop(len(f.Stack.Deleting) > 0, "the CloudFormation stack %s would delete when it is removed: %s; set DeletionPolicy: Retain on every resource, and deploy it",
			f.Stack.Name, strings.Join(f.Stack.Deleting, ", "))
	}
	return all
}

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
	database("name", i.DBName)
	database("username", i.MasterUsername)
	database("port", i.Endpoint.Port)
	database("engineVersion", f.engineVersion())
	database("autoMinorVersionUpgrade", i.AutoMinorVersionUpgrade)
	database("instanceClass", i.DBInstanceClass)
	database("multiAz", i.MultiAZ)
	database("readReplicas", 0)
	database("allocatedStorage", i.AllocatedStorage)
	if i.MaxAllocatedStorage > 0 {
		database("maxAllocatedStorage", i.MaxAllocatedStorage)
	}
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
	if f.Secret.KmsKeyID != "" {
		database("secretKmsKeyId", f.Secret.KmsKeyID)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Parameters)) {
		database("parameters["+strconv.Quote(name)+"]", f.Parameters[name])
	}
	set("network.vpcId", i.DBSubnetGroup.VpcID)
	for n, subnet := range i.DBSubnetGroup.Subnets {
		set(fmt.Sprintf("network.subnetIds[%d]", n), subnet.SubnetIdentifier)
	}
	for n, cidr := range f.IngressCidrs {
		set(fmt.Sprintf("network.ingressCidrs[%d]", n), cidr)
	}
	for n, group := range f.SourceGroups {
		set(fmt.Sprintf("network.ingressSecurityGroupIds[%d]", n), group)
	}
	set("delivery", "gitops")
	return settings
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

// Left is what stays with whoever made it: the program makes its own beside it.
func (f *Found) Left() []string {
	var all []string
	for _, group := range f.Instance.VpcSecurityGroups {
		all = append(all, "security group "+group.VpcSecurityGroupID)
	}
	for _, group := range f.Instance.DBParameterGroups {
		all = append(all, "parameter group "+group.DBParameterGroupName)
	}
	for _, replica := range f.Instance.ReadReplicaDBInstanceIdentifiers {
		all = append(all, "read replica "+replica)
	}
	return all
}
