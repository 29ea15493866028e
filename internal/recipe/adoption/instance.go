package adoption

import "slices"

// Instance is an instance as RDS describes it.
type Instance struct {
	DBInstanceIdentifier, DBInstanceStatus, DbiResourceID          string
	DBInstanceClass, Engine, EngineVersion, MasterUsername, DBName string
	StorageType, KmsKeyID                                          string
	AllocatedStorage, MaxAllocatedStorage, Iops, StorageThroughput int
	StorageEncrypted, MultiAZ, DeletionProtection                  bool
	AutoMinorVersionUpgrade, IAMDatabaseAuthenticationEnabled      bool
	BackupRetentionPeriod, MonitoringInterval                      int
	PreferredBackupWindow, PreferredMaintenanceWindow              string
	PerformanceInsightsEnabled                                     bool
	PerformanceInsightsRetentionPeriod                             int
	DatabaseInsightsMode                                           string
	Endpoint                                                       struct{ Port int }
	DBSubnetGroup                                                  struct {
		DBSubnetGroupName, VpcID string
		Subnets                  []struct{ SubnetIdentifier string }
	}
	VpcSecurityGroups                []struct{ VpcSecurityGroupID string }
	DBParameterGroups                []struct{ DBParameterGroupName string }
	OptionGroupMemberships           []struct{ OptionGroupName string }
	ReadReplicaDBInstanceIdentifiers []string
	MasterUserSecret                 *struct{ SecretArn string }
	TagList                          []struct{ Key, Value string }
}

// Origin is who made the instance, as far as its tags tell.
func (i Instance) Origin() string {
	tags := map[string]string{}
	for _, tag := range i.TagList {
		tags[tag.Key] = tag.Value
	}
	switch {
	case tags["aws:cloudformation:stack-name"] != "":
		return "by the CloudFormation stack " + tags["aws:cloudformation:stack-name"]
	case tags["ManagedBy"] == "pulumi" && tags["Environment"] != "":
		return "by this program, or another one with Pulumi, as the environment " + tags["Environment"]
	case tags["ManagedBy"] != "":
		return "by " + tags["ManagedBy"] + ", as its tag ManagedBy says"
	}
	return "by somebody who left no tag that says so"
}

// sources reads who may connect.
func (f *Found) sources(read reader) {
	args := []string{"ec2", "describe-security-groups", "--query",
		"SecurityGroups[].{GroupId: GroupId, Description: Description, IpPermissions: IpPermissions}", "--group-ids"}
	for _, group := range f.Instance.VpcSecurityGroups {
		args = append(args, group.VpcSecurityGroupID)
	}
	var groups []struct {
		GroupID, Description string
		IPPermissions        []permission
	}
	read(&groups, args...)
	for _, group := range groups {
		f.Descriptions[group.GroupID] = group.Description
		for _, rule := range group.IPPermissions {
			if rule.reaches(f.Instance.Endpoint.Port) {
				f.source(rule)
			}
		}
	}
	for _, sources := range []*[]string{&f.IngressCidrs, &f.SourceGroups} {
		slices.Sort(*sources)
		*sources = slices.Compact(*sources)
	}
}

// permission is an inbound rule of a security group.
type permission struct {
	IPProtocol       string
	FromPort, ToPort int
	IPRanges         []struct{ CidrIP string }
	Ipv6Ranges       []struct{ CidrIpv6 string }
	UserIDGroupPairs []struct{ GroupID, VpcPeeringConnectionID string }
	PrefixListIDs    []struct{ PrefixListID string }
}

func (p permission) reaches(port int) bool {
	return p.IPProtocol == "-1" || p.FromPort <= port && port <= p.ToPort
}

func (f *Found) source(rule permission) {
	for _, r := range rule.IPRanges {
		f.IngressCidrs = append(f.IngressCidrs, r.CidrIP)
	}
	for _, r := range rule.Ipv6Ranges {
		f.IngressCidrs = append(f.IngressCidrs, r.CidrIpv6)
	}
	for _, g := range rule.UserIDGroupPairs {
		if g.VpcPeeringConnectionID != "" {
			f.OtherSources = append(f.OtherSources, g.GroupID+" of another VPC")
			continue
		}
		f.SourceGroups = append(f.SourceGroups, g.GroupID)
	}
	for _, p := range rule.PrefixListIDs {
		f.OtherSources = append(f.OtherSources, p.PrefixListID)
	}
}
