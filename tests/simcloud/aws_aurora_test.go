package simcloud

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What RDS refuses of an Aurora cluster, in its own words.
func TestClusterRules(t *testing.T) {
	for name, test := range map[string]struct {
		change Properties
		want   string
	}{
		"right":                        {nil, ""},
		"a log that it has not":        {Properties{"enabledCloudwatchLogsExports": texts("upgrade")}, "You cannot use the log types 'upgrade'"},
		"no backups":                   {Properties{"backupRetentionPeriod": 0.0}, "Must be between 1 and 35"},
		"storage of an instance":       {Properties{"storageType": "gp3"}, "Invalid storage type gp3"},
		"a range upside down":          {Properties{"serverlessv2ScalingConfiguration": map[string]any{"minCapacity": 4.0, "maxCapacity": 2.0}}, "isn't valid"},
		"a third of an ACU":            {Properties{"serverlessv2ScalingConfiguration": map[string]any{"minCapacity": 0.3, "maxCapacity": 2.0}}, "isn't valid"},
		"a pause of a version without": {Properties{"engineVersion": "16.2", "serverlessv2ScalingConfiguration": map[string]any{"minCapacity": 0.0, "maxCapacity": 2.0}}, "minimum capacity 0"},
		"a snapshot that is not there": {Properties{"masterUsername": nil, "snapshotIdentifier": "none"}, "DBClusterSnapshotNotFoundFault"},
	} {
		w := newWorld(t)
		w.network()
		_, _, err := w.aws.create(clusterType, clusterOf(w).with(test.change))
		if test.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, test.want, name)
		}
	}
}

// A cluster with instances, or protected, stays; an instance needs a cluster with a range.
func TestClusterMembers(t *testing.T) {
	w := newWorld(t)
	w.network()
	member := Properties{"identifier": "m", "clusterIdentifier": "c", "engine": auroraEngine, "instanceClass": "db.serverless"}
	_, _, err := w.aws.create(clusterInstanceType, member)
	require.ErrorContains(t, err, "DBClusterNotFoundFault")
	id, _ := w.aws.must(clusterType, clusterOf(w))
	of, _ := w.aws.must(clusterInstanceType, member)
	require.ErrorContains(t, w.aws.remove(clusterType, id), "it still contains DB instances")
	require.NoError(t, w.aws.remove(clusterInstanceType, of))
	require.NoError(t, w.aws.remove(clusterType, id))
	protected, _ := w.aws.must(clusterType, clusterOf(w).with(Properties{"deletionProtection": true, "serverlessv2ScalingConfiguration": nil}))
	require.ErrorContains(t, w.aws.remove(clusterType, protected), "Cannot delete protected Cluster")
	_, _, err = w.aws.create(clusterInstanceType, member)
	require.ErrorContains(t, err, "Set the Serverless v2 scaling configuration on the parent DB cluster")
}

func clusterOf(w *world) Properties {
	return Properties{
		"clusterIdentifier": "c", "engine": auroraEngine, "engineVersion": "16", "masterUsername": "mosaicadmin", "masterPassword": "correcthorse",
		"dbSubnetGroupName": w.instance["dbSubnetGroupName"], "skipFinalSnapshot": true,
		"serverlessv2ScalingConfiguration": map[string]any{"minCapacity": 0.5, "maxCapacity": 4.0},
	}
}
