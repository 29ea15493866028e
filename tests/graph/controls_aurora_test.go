package graph

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

const (
	clusterType         = "aws:rds/cluster:Cluster"
	clusterInstanceType = "aws:rds/clusterInstance:ClusterInstance"
)

// serving is the graph in which an Aurora cluster and each of its instances are together one instance, as the controls of the two ask the same
// of them: RDS.8 and RDS.7 for deletion protection, and so on.
func (g graph) serving() graph {
	at := slices.IndexFunc(g, func(one recorder.Registration) bool { return one.Type == clusterType })
	if at < 0 {
		return g
	}
	var all graph
	readers := -1
	for _, one := range g {
		if one.Type == clusterInstanceType {
			readers++
		}
	}
	for _, one := range g {
		switch one.Type {
		case clusterInstanceType:
			inputs := maps.Clone(g[at].Inputs)
			maps.Copy(inputs, one.Inputs)
			inputs["username"], inputs["parameterGroupName"] = inputs["masterUsername"], inputs["dbClusterParameterGroupName"]
			inputs["multiAz"] = readers > 0
			one.Type, one.Inputs = instanceType, inputs
		case "aws:rds/clusterParameterGroup:ClusterParameterGroup":
			one.Type = "aws:rds/parameterGroup:ParameterGroup"
		}
		all = append(all, one)
	}
	return all
}

// isCluster tells whether an instance of serving is one of a cluster.
func isCluster(in map[string]any) bool { return in["clusterIdentifier"] != nil }

// clusterEvents is RDS.19: where there is a cluster, somebody is told of its failures and its maintenance. RDS has no source type for a
// cluster's parameter group, which RDS.21 would be about.
func (g graph) clusterEvents() string {
	for _, one := range g {
		categories, _ := one.Inputs["eventCategories"].([]any)
		if one.Type == "aws:rds/eventSubscription:EventSubscription" && one.Inputs["sourceType"] == "db-cluster" &&
			slices.Contains(categories, any("failure")) && slices.Contains(categories, any("maintenance")) {
			return ""
		}
	}
	return "no subscription of db-cluster has failure and maintenance"
}

func (g graph) hasCluster() bool {
	return slices.ContainsFunc(g, func(one recorder.Registration) bool { return one.Type == clusterType })
}

// The controls see a cluster: each breach of one is noticed.
func TestControlsNoticeAtACluster(t *testing.T) {
	values := recorder.StackFile(t, "prod")
	values["mosaic-database:tier"] = "serverless"
	for id, breach := range map[string]struct {
		kind, field string
		value       any
	}{
		"RDS.2":  {clusterInstanceType, "publiclyAccessible", true},
		"RDS.3":  {clusterType, "storageEncrypted", false},
		"RDS.8":  {clusterType, "deletionProtection", false},
		"RDS.9":  {clusterType, "enabledCloudwatchLogsExports", []any{}},
		"RDS.10": {clusterType, "iamDatabaseAuthenticationEnabled", false},
		"RDS.11": {clusterType, "backupRetentionPeriod", 6.0},
		"RDS.13": {clusterInstanceType, "autoMinorVersionUpgrade", false},
		"RDS.20": {"aws:rds/eventSubscription:EventSubscription", "eventCategories", []any{"failure"}},
		"RDS.21": {"aws:rds/eventSubscription:EventSubscription", "eventCategories", []any{"failover"}},
		"RDS.25": {clusterType, "masterUsername", "admin"},
		"RDS.38": {"aws:rds/clusterParameterGroup:ClusterParameterGroup", "parameters", []any{}},
	} {
		all := recorder.Up(t, "prod", values).Registrations
		assert.Empty(t, broken(t, graph(all), id), id)
		for _, one := range all {
			if one.Type == breach.kind {
				one.Inputs[breach.field] = breach.value
			}
		}
		assert.NotEmpty(t, broken(t, graph(all), id), "%s does not notice", id)
	}
}
