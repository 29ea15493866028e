package health

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func limits() Limits {
	return Limits{CPUPercent: 80, FreeStoragePercent: 20, FreeMemoryPercent: 5, ConnectionsPercent: 80, ReplicaLagSeconds: 600, DiskQueueDepth: 64}
}

func micro() Instance {
	return Instance{
		Identifier: "a-db", AllocatedGiB: 20,
		Class: Class{MemoryGiB: 1, VCPU: 2, Burstable: true, MaxConnections: 112},
	}
}

// The thresholds in CloudWatch's units, worked out by hand: bytes, connections, credits.
func TestThresholdsFollowTheInstance(t *testing.T) {
	replica := micro()
	replica.Identifier, replica.Replica = "a-db-replica-1", true
	large := Instance{Identifier: "b-db", AllocatedGiB: 400, Class: Class{MemoryGiB: 8, VCPU: 2, MaxConnections: 901}}
	for _, test := range []struct {
		instance Instance
		want     map[string]float64
	}{
		{micro(), map[string]float64{
			"a-db-high-cpu": 80, "a-db-low-storage": 4294967296, "a-db-deep-disk-queue": 64, "a-db-low-memory": 53687091,
			"a-db-many-connections": 89, "a-db-few-cpu-credits": 12,
		}},
		{large, map[string]float64{
			"b-db-high-cpu": 80, "b-db-low-storage": 85899345920, "b-db-deep-disk-queue": 64, "b-db-low-memory": 429496729, "b-db-many-connections": 720,
		}},
		{replica, map[string]float64{
			"a-db-replica-1-high-cpu": 80, "a-db-replica-1-low-storage": 4294967296, "a-db-replica-1-deep-disk-queue": 64,
			"a-db-replica-1-low-memory": 53687091, "a-db-replica-1-many-connections": 89, "a-db-replica-1-few-cpu-credits": 12, "a-db-replica-1-replica-lag": 600,
		}},
		{Instance{Identifier: "c-db", AllocatedGiB: 20}, map[string]float64{ // a class that nobody knows
			"c-db-high-cpu": 80, "c-db-low-storage": 4294967296, "c-db-deep-disk-queue": 64,
		}},
	} {
		got := map[string]float64{}
		for _, alarm := range Alarms(test.instance, limits()) {
			got[alarm.Name] = alarm.Threshold
		}
		assert.Equal(t, test.want, got)
	}
}

// Silence of the instance is told once, by the metric that every instance reports.
func TestSilenceIsToldOnce(t *testing.T) {
	var breaching []string
	for _, alarm := range Alarms(micro(), limits()) {
		if alarm.Missing == "breaching" {
			breaching = append(breaching, alarm.Metric)
		}
	}
	assert.Equal(t, []string{"CPUUtilization"}, breaching)
}

func TestTheCPUAlarmIsTheOneThatTheTeamAsksFor(t *testing.T) {
	cpu := Alarms(micro(), limits())[0]
	assert.Equal(t, "CPUUtilization", cpu.Metric)
	assert.Equal(t, "GreaterThanThreshold", cpu.Comparison)
	assert.Equal(t, "Average", cpu.Statistic)
	assert.Equal(t, 2, cpu.Periods)
	assert.Equal(t, 300, Period)
}

// The mail says how much is free and when RDS acts by itself, and not that this failed: it comes before, on a volume that has not grown.
func TestTheStorageAlarmSaysWhatItMeans(t *testing.T) {
	storage := Alarms(micro(), limits())[1]
	assert.Contains(t, storage.Description, "less than 4 GiB free")
	assert.Contains(t, storage.Description, "10 % of its present size")
	assert.NotContains(t, storage.Description, "not helped")
	assert.Equal(t, 0.1*2*20*(1<<30), storage.Threshold, "where RDS grows a volume of twice its configured size")
}

// The dashboard shows every instance, and every alarm as a line in the graph of its metric; no graph covers another.
func TestTheDashboardShowsEveryAlarm(t *testing.T) {
	replica := micro()
	replica.Identifier, replica.Replica = "a-db-replica-1", true
	instances := []Instance{micro(), replica}
	body, err := Dashboard("us-east-1", instances, limits())
	require.NoError(t, err)
	var read struct {
		Widgets []struct {
			X, Y, Width, Height int
			Properties          struct {
				Region      string
				Metrics     [][]any
				Annotations struct {
					Horizontal []struct {
						Label string
						Value float64
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &read))
	lines, taken := map[string]float64{}, map[[2]int]bool{}
	for _, w := range read.Widgets {
		assert.Equal(t, "us-east-1", w.Properties.Region)
		assert.False(t, taken[[2]int{w.X, w.Y}], "two graphs in one place")
		taken[[2]int{w.X, w.Y}] = true
		assert.LessOrEqual(t, w.X+w.Width, 24)
		drawn := map[any]bool{}
		for _, metric := range w.Properties.Metrics {
			drawn[metric[1]] = true
		}
		for _, line := range w.Properties.Annotations.Horizontal {
			lines[line.Label] = line.Value
			for _, alarm := range Alarms(micro(), limits()) {
				assert.True(t, alarm.Name != line.Label || drawn[alarm.Metric], "%s is in the graph of another metric", line.Label)
			}
		}
	}
	for _, instance := range instances {
		assert.Contains(t, body, `"`+instance.Identifier+`"`)
		for _, alarm := range Alarms(instance, limits()) {
			// An alarm of the replica with the same threshold shares the line of the instance's.
			shared := strings.Replace(alarm.Name, "-replica-1", "", 1)
			if _, ok := lines[shared]; !ok || alarm.Metric == "ReplicaLag" {
				shared = alarm.Name
			}
			assert.Equal(t, alarm.Threshold, lines[shared], alarm.Name)
		}
	}
	alone, err := Dashboard("us-east-1", instances[:1], limits())
	require.NoError(t, err)
	assert.NotContains(t, alone, "ReplicaLag", "there is none without a replica")
	assert.Contains(t, body, "ReplicaLag")
}

// Failover, failure, maintenance, low storage, configuration change, parameter and security groups.
func TestSubscriptionsCoverWhatCallsForAPerson(t *testing.T) {
	told := map[string]bool{}
	for _, events := range Subscriptions() {
		for _, category := range events.Categories {
			assert.False(t, told[events.SourceType+" "+category], "told twice")
			told[events.SourceType+" "+category] = true
		}
	}
	for _, want := range []string{
		"db-instance failover", "db-instance failure", "db-instance maintenance", "db-instance low storage", "db-instance configuration change",
		"db-parameter-group configuration change", "db-security-group configuration change", "db-security-group failure",
	} {
		assert.True(t, told[want], want)
	}
}
