package simcloud

import (
	"fmt"
	"slices"
	"strings"
)

const (
	parameterGroupType = "aws:rds/parameterGroup:ParameterGroup"
	subnetGroupType    = "aws:rds/subnetGroup:SubnetGroup"
)

// checkInstance checks the rules for an instance as a whole, when it is created or changed.
func (a *account) checkInstance(out Properties) error {
	if _, ok := offeredVersion(out.Text("engineVersion")); !ok || out.Text("engine") != "postgres" {
		return fmt.Errorf("InvalidParameterCombination: Cannot find version %s for %s", out.Text("engineVersion"), out.Text("engine"))
	}
	password := out.Text("password")
	if out.has("password") && (len(password) < 8 || len(password) > 128 || strings.ContainsAny(password, `/@" `)) {
		return fmt.Errorf("InvalidParameterValue: The parameter MasterUserPassword is not a valid password: 8 to 128 printable " +
			"ASCII characters besides '/', '@', '\"', ' '")
	}
	for _, check := range []func(Properties) error{a.checkNetwork, a.checkGroup, checkStorage, a.checkMonitoring} {
		if err := check(out); err != nil {
			return err
		}
	}
	for _, export := range out.Texts("enabledCloudwatchLogsExports") {
		if !slices.Contains([]string{"postgresql", "upgrade", "iam-db-auth-error"}, export) {
			return fmt.Errorf("InvalidParameterCombination: You cannot use the log types '%s' with engine version postgres %s",
				export, out.Text("engineVersion"))
		}
	}
	if days := out.Number("backupRetentionPeriod"); days < 0 || days > 35 {
		return fmt.Errorf("InvalidParameterValue: Invalid backup retention period: %v. Must be between 0 and 35", days)
	}
	return nil
}

func (a *account) checkNetwork(out Properties) error {
	name := out.Text("dbSubnetGroupName")
	group := a.cloud.get(subnetGroupType, name)
	if group == nil {
		return fmt.Errorf("DBSubnetGroupNotFoundFault: DB subnet group '%s' does not exist (and there is no default VPC)", name)
	}
	for _, id := range out.Texts("vpcSecurityGroupIds") {
		sg := a.cloud.get(securityGroupType, id)
		if sg == nil {
			return fmt.Errorf("InvalidParameterValue: Invalid security group , groupId= %s", id)
		}
		if vpc := sg.Properties.Text("vpcId"); vpc != group.Properties.Text("vpcId") {
			return fmt.Errorf("InvalidVPCNetworkStateFault: The DB instance and EC2 security group are in different VPCs. The DB "+
				"instance is in %s and the EC2 security group is in %s", group.Properties.Text("vpcId"), vpc)
		}
	}
	return nil
}

// checkMove refuses another subnet group of the VPC that the instance is in.
func (a *account) checkMove(old, out Properties) error {
	from, to := a.cloud.get(subnetGroupType, old.Text("dbSubnetGroupName")), a.cloud.get(subnetGroupType, out.Text("dbSubnetGroupName"))
	if from == nil || to == nil || from.ID == to.ID || from.Properties.Text("vpcId") != to.Properties.Text("vpcId") {
		return nil
	}
	return fmt.Errorf("InvalidVPCNetworkStateFault: You cannot move DB instance %s to subnet group %s. The specified DB subnet group and DB "+
		"instance are in the same VPC. Choose a DB subnet group in different VPC than the specified DB instance and try again", out.Text("identifier"), to.ID)
}

func (a *account) checkGroup(out Properties) error {
	name := out.Text("parameterGroupName")
	if name == "" || strings.HasPrefix(name, "default.") {
		return nil
	}
	group := a.cloud.get(parameterGroupType, name)
	if group == nil {
		return fmt.Errorf("DBParameterGroupNotFound: DBParameterGroup not found: %s", name)
	}
	if family := group.Properties.Text("family"); family != "postgres"+major(out) {
		return fmt.Errorf("InvalidParameterCombination: The Parameter Group %s with DBParameterGroupFamily %s cannot be used for "+
			"this instance. Please use a Parameter Group with DBParameterGroupFamily postgres%s", name, family, major(out))
	}
	return nil
}

func checkStorage(out Properties) error {
	size, most := out.Number("allocatedStorage"), out.Number("maxAllocatedStorage")
	small := out.Text("storageType") == "gp3" && size < 400
	chosen := out.Number("iops") > 3000 || out.Number("storageThroughput") > 125 ||
		!out.has("endpoint") && (out.has("iops") || out.has("storageThroughput")) // at creation, any value is
	switch {
	case size < 20:
		return fmt.Errorf("InvalidParameterValue: Invalid storage size for engine name postgres: %v. Must be at least 20", size)
	case small && chosen:
		return fmt.Errorf("InvalidParameterCombination: You can't specify IOPS or storage throughput for engine postgres and a " +
			"storage size less than 400")
	case most > 0 && most < size*1.1:
		return fmt.Errorf("InvalidParameterCombination: Max storage size must be at least 10 percent greater than the storage size")
	}
	return nil
}

func (a *account) checkMonitoring(out Properties) error {
	role, interval := out.Text("monitoringRoleArn"), out.Number("monitoringInterval")
	days, insights := out.Number("performanceInsightsRetentionPeriod"), out.Flag("performanceInsightsEnabled")
	months := int(days) / 31
	switch {
	case !slices.Contains([]float64{0, 1, 5, 10, 15, 30, 60}, interval):
		return fmt.Errorf("InvalidParameterValue: Invalid monitoring interval %v. Valid values: 0, 1, 5, 10, 15, 30, 60", interval)
	case interval > 0 && role == "":
		return fmt.Errorf("InvalidParameterCombination: A MonitoringRoleARN value is required if you specify a MonitoringInterval " +
			"value other than 0")
	case interval > 0 && a.cloud.roleByARN(role) == nil:
		return fmt.Errorf("InvalidParameterValue: IAM role ARN value is invalid or does not include the required permissions for: "+
			"ENHANCED_MONITORING (%s)", role)
	case insights && days != 0 && days != 7 && days != 731 && (days != float64(months*31) || months < 1 || months > 23):
		return fmt.Errorf("InvalidParameterValue: Invalid Performance Insights retention period. Valid values are: 7, 731 and "+
			"multiples of 31 to 713, not %v", days)
	case out.Text("databaseInsightsMode") == "advanced" && (!insights || days < 465):
		return fmt.Errorf("InvalidParameterCombination: To enable the Advanced mode of Database Insights, enable Performance " +
			"Insights and set the retention period to at least 465 days")
	}
	return nil
}

// staticParameters are the parameters of PostgreSQL that only a restart applies.
var staticParameters = []string{
	"autovacuum_freeze_max_age", "autovacuum_max_workers", "huge_pages", "max_connections", "max_files_per_process",
	"max_locks_per_transaction", "max_logical_replication_workers", "max_prepared_transactions", "max_replication_slots",
	"max_wal_senders", "max_worker_processes", "rds.logical_replication", "shared_buffers", "shared_preload_libraries",
	"track_activity_query_size", "track_commit_timestamp", "wal_buffers",
}

func createParameterGroup(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(parameterGroupType, name) != nil {
		return "", fmt.Errorf("creating RDS DB Parameter Group (%s): DBParameterGroupAlreadyExists: Parameter group %s already "+
			"exists", name, name)
	}
	if _, ok := offeredVersion(strings.TrimPrefix(out.Text("family"), "postgres")); !ok {
		return "", fmt.Errorf("creating RDS DB Parameter Group (%s): InvalidParameterValue: ParameterGroupFamily %s is not a valid "+
			"parameter group family", name, out.Text("family"))
	}
	out.fill(Properties{"arn": a.arn("rds", "pg:"+name)})
	return name, updateParameterGroup(a, nil, out)
}

func updateParameterGroup(_ *account, _, out Properties) error {
	before18 := slices.Contains([]string{"16", "17"}, strings.TrimPrefix(strings.TrimPrefix(out.Text("family"), auroraEngine), "postgres"))
	for _, p := range out.List("parameters") {
		name := p.Text("name")
		if name == "log_connections" && !before18 && slices.Contains([]string{"0", "1"}, p.Text("value")) {
			return fmt.Errorf("modifying RDS DB Parameter Group (%s): InvalidParameterValue: Invalid parameter value: %s for: log_connections "+
				"allowed values are: receipt, authentication, authorization, setup_durations, all", out.Text("name"), p.Text("value"))
		}
		if name == "autovacuum_max_workers" && !before18 {
			continue // PostgreSQL 18 has made it dynamic
		}
		if p.Text("applyMethod") == "immediate" && slices.Contains(staticParameters, name) {
			return fmt.Errorf("modifying RDS DB Parameter Group (%s): InvalidParameterCombination: cannot use immediate apply "+
				"method for static parameter (%s)", out.Text("name"), name)
		}
	}
	return nil
}

func removeParameterGroup(a *account, name string, _ Properties) error {
	if u := a.user("parameterGroupName", name); u != "" {
		return fmt.Errorf("deleting RDS DB Parameter Group (%s): InvalidDBParameterGroupState: One or more database instances are "+
			"still members of this parameter group %s, so the group cannot be deleted (%s)", name, name, u)
	}
	return nil
}

// user is the identifier of an instance that uses a group, or "".
func (a *account) user(property, name string) string {
	o := a.cloud.find(instanceType, func(o *Object) bool { return o.Properties.Text(property) == name })
	if cluster := a.cloud.find(clusterType, func(o *Object) bool { return o.Properties.Text(property) == name }); o == nil && cluster != nil {
		return cluster.ID
	}
	if o == nil {
		return ""
	}
	return o.Properties.Text("identifier")
}

func createSubnetGroup(a *account, out Properties) (string, error) {
	name := out.Text("name")
	if a.cloud.get(subnetGroupType, name) != nil {
		return "", fmt.Errorf("creating RDS DB Subnet Group (%s): DBSubnetGroupAlreadyExists: The DB subnet group '%s' already "+
			"exists", name, name)
	}
	out.fill(Properties{"arn": a.arn("rds", "subgrp:"+name), "supportedNetworkTypes": texts("IPV4")})
	return name, updateSubnetGroup(a, nil, out)
}

func updateSubnetGroup(a *account, _, out Properties) error {
	zones, vpcs := map[string]bool{}, map[string]bool{}
	for _, id := range out.Texts("subnetIds") {
		subnets := a.subnets()
		i := slices.IndexFunc(subnets, func(s subnet) bool { return s.id == id })
		if i < 0 {
			return fmt.Errorf("RDS DB Subnet Group (%s): InvalidSubnet: The subnet ID '%s' does not exist", out.Text("name"), id)
		}
		zones[subnets[i].zone], vpcs[subnets[i].vpc] = true, true
		out["vpcId"] = subnets[i].vpc
	}
	switch {
	case len(vpcs) > 1:
		return fmt.Errorf("RDS DB Subnet Group (%s): InvalidParameterValue: The subnets are not all in the same VPC", out.Text("name"))
	case len(zones) < 2:
		return fmt.Errorf("RDS DB Subnet Group (%s): DBSubnetGroupDoesNotCoverEnoughAZs: The DB subnet group doesn't meet "+
			"Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs", out.Text("name"))
	}
	return nil
}

func removeSubnetGroup(a *account, name string, _ Properties) error {
	if u := a.user("dbSubnetGroupName", name); u != "" {
		return fmt.Errorf("deleting RDS DB Subnet Group (%s): InvalidDBSubnetGroupStateFault: Cannot delete the subnet group '%s' "+
			"because at least one database instance: %s is still using it", name, name, u)
	}
	return nil
}
