package monitoring

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// scaling is a stack with an Aurora cluster from 0.5 to 4 ACU, and a reader.
func scaling() *config.Config {
	cfg := stack(config.ServerlessClass)
	cfg.Database.Engine, cfg.Database.AllocatedStorage = config.AuroraPostgreSQL, 0
	cfg.Database.MinCapacity, cfg.Database.MaxCapacity, cfg.Database.ReadReplicas = 0.5, 4, 1
	cfg.Alerts.ACUPercent, cfg.Alerts.FreeLocalGiB = 90, 1
	return cfg
}

// Calculated by hand: 5 % of 8 GiB, 80 % of the 901 connections of 8 GiB, milliseconds. What the storage of an instance has, is not there.
func TestThresholdsOfACluster(t *testing.T) {
	got, dimensions := map[string]float64{}, map[string]string{}
	for _, alarm := range Alarms(scaling()) {
		got[alarm.Name()], dimensions[alarm.Name()] = alarm.Threshold.Value, alarm.Dimension
		assert.Equal(t, saidSide(alarm.About), alarm.Threshold.Comparison, "%s says: %s", alarm.Name(), alarm.About)
	}
	want := map[string]float64{"mosaic-a-db-replica-lag": 600_000, "mosaic-a-db-many-transaction-ids": 1e9, "mosaic-a-db-failed-logins": 20}
	for _, instance := range []string{"mosaic-a-db-instance-1", "mosaic-a-db-instance-2"} {
		for kind, threshold := range map[string]float64{
			"high-cpu": 80, "high-capacity": 90, "low-local-storage": 1 << 30, "low-memory": 429496729, "many-connections": 720,
		} {
			want[instance+"-"+kind] = threshold
		}
	}
	assert.Equal(t, want, got)
	assert.Equal(t, "DBClusterIdentifier", dimensions["mosaic-a-db-replica-lag"], "which instance reads, changes")
	assert.Equal(t, "DBInstanceIdentifier", dimensions["mosaic-a-db-instance-1-high-cpu"])
}

// An instance that pauses is silent, and nobody is to be woken by that.
func TestNoAlarmWakesForAPause(t *testing.T) {
	cfg := scaling()
	cfg.Database.MinCapacity = 0
	assert.Len(t, Alarms(cfg), len(Alarms(scaling())))
	for _, alarm := range Alarms(cfg) {
		assert.NotEqual(t, treatBreaching, alarm.MissingData, alarm.Name())
	}
}

// The dashboard has what Aurora has: capacity, and not the storage of an instance.
func TestTheDashboardOfACluster(t *testing.T) {
	body, err := dashboardBody(scaling())
	require.NoError(t, err)
	for _, metric := range []string{"ServerlessDatabaseCapacity", "ACUUtilization", "FreeLocalStorage", "AuroraReplicaLagMaximum"} {
		assert.Contains(t, body, `"`+metric+`"`)
	}
	for _, metric := range []string{"FreeStorageSpace", "DiskQueueDepth", "CPUCreditBalance", `"ReplicaLag"`} {
		assert.NotContains(t, body, metric)
	}
}

// RDS.19 asks for failure and maintenance of clusters.
func TestSubscriptionsOfACluster(t *testing.T) {
	told := map[string][]string{}
	for _, events := range Subscriptions(config.AuroraPostgreSQL) {
		told[events.SourceType] = append(told[events.SourceType], events.Categories...)
	}
	assert.Subset(t, told["db-cluster"], []string{"failure", "maintenance", "failover"})
	assert.Subset(t, told["db-instance"], []string{"configuration change", "failure", "maintenance"})
	assert.NotContains(t, told, "db-parameter-group", "a cluster's group is no source of events")
}
