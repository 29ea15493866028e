package pipeline

// aurora is what a cluster of Aurora needs. Its instances are instances to RDS; a cluster's snapshots and groups are of kinds of their own.
func aurora() []Need {
	making := func(action string, from ...string) Grant {
		return to(clusters, action).and(clusterParameterGroups, subnetGroups, optionGroups).and(from...)
	}
	return []Need{
		{Token: "aws:rds/cluster:Cluster", Protected: true,
			Read: []Grant{to(anyCluster, "rds:DescribeDBClusters"), to(clusters, "rds:ListTagsForResource"),
				// Before it makes a cluster from a global one, or changes it, the provider asks whether it is a member of one.
				to(globalClusters, "rds:DescribeGlobalClusters")},
			Change: []Grant{making("rds:CreateDBCluster"), to(clusters, "rds:ModifyDBCluster").and(clusterParameterGroups, optionGroups),
				making("rds:RestoreDBClusterFromSnapshot", clusterSnapshots, snapshots), making("rds:RestoreDBClusterToPointInTime", clusterBackups),
				rdsTags(clusters),
				to(keys, "kms:CreateGrant", "kms:DescribeKey").when("StringEquals", "kms:ViaService", "rds."+region+".amazonaws.com"),
				managingMaster(), managingMasterKey()},
			Delete: []Grant{to(clusters, "rds:DeleteDBCluster").and(finalClusterSnapshots), to(clusters, "rds:CreateDBClusterSnapshot", "rds:AddTagsToResource").and(finalClusterSnapshots)}},
		{Token: "aws:rds/clusterInstance:ClusterInstance", Protected: true,
			Read: []Grant{to(anyInstance, "rds:DescribeDBInstances"), to(anyCluster, "rds:DescribeDBClusters"), to(instances, "rds:ListTagsForResource")},
			Change: []Grant{to(instances, "rds:CreateDBInstance").and(clusters, parameterGroups, subnetGroups, optionGroups),
				to(instances, "rds:ModifyDBInstance").and(parameterGroups, subnetGroups, optionGroups), rdsTags(instances),
				to(monitoringRoles, "iam:PassRole").when("StringEquals", "iam:PassedToService", "monitoring.rds.amazonaws.com")},
			Delete: []Grant{to(instances, "rds:DeleteDBInstance")}},
		{Token: "aws:rds/clusterParameterGroup:ClusterParameterGroup",
			Read: []Grant{to(clusterParameterGroups, "rds:DescribeDBClusterParameterGroups", "rds:DescribeDBClusterParameters", "rds:ListTagsForResource")},
			Change: []Grant{to(clusterParameterGroups, "rds:CreateDBClusterParameterGroup", "rds:ModifyDBClusterParameterGroup", "rds:ResetDBClusterParameterGroup"),
				rdsTags(clusterParameterGroups)},
			Delete: []Grant{to(clusterParameterGroups, "rds:DeleteDBClusterParameterGroup")}},
	}
}
