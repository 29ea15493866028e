package monitoring

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// stack is a stack on an instance class, with 20 GiB.
func stack(class string) *config.Config {
	return &config.Config{
		Environment: "a", Region: "us-east-1",
		Database: config.Database{InstanceClass: class, ReplicaInstanceClass: class, AllocatedStorage: 20},
		Alerts: config.Alerts{
			Emails:     []string{"a@example.com"},
			CPUPercent: 80, FreeStoragePercent: 20, FreeMemoryPercent: 5, ConnectionsPercent: 80, ReplicaLagSeconds: 600, DiskQueueDepth: 64,
		},
		Restore: config.Restore{Generation: 1, Serving: 1},
	}
}

// replicated is a stack with a replica.
func replicated() *config.Config {
	cfg := stack("db.t3.micro")
	cfg.Database.ReadReplicas = 1
	return cfg
}

// The thresholds in CloudWatch's units, worked out by hand: bytes, connections, credits.
func TestThresholdsFollowTheInstance(t *testing.T) {
	large := stack("db.m7g.large")
	large.Database.AllocatedStorage = 400
	silent := stack("db.t3.micro")
	silent.Alerts.Emails = nil
	const db, replica = "mosaic-a-db", "mosaic-a-db-replica-1"
	for _, test := range []struct {
		cfg  *config.Config
		want map[string]float64
	}{
		{replicated(), map[string]float64{
			db + "-high-cpu": 80, db + "-low-storage": 4294967296, db + "-deep-disk-queue": 64, db + "-low-memory": 53687091,
			db + "-many-connections": 89, db + "-few-cpu-credits": 12,
			replica + "-high-cpu": 80, replica + "-low-storage": 4294967296, replica + "-deep-disk-queue": 64, replica + "-low-memory": 53687091,
			replica + "-many-connections": 89, replica + "-few-cpu-credits": 12, replica + "-replica-lag": 600,
		}},
		{large, map[string]float64{
			db + "-high-cpu": 80, db + "-low-storage": 85899345920, db + "-deep-disk-queue": 64, db + "-low-memory": 429496729, db + "-many-connections": 720,
		}},
		{stack("db.nobody.knows"), map[string]float64{
			db + "-high-cpu": 80, db + "-low-storage": 4294967296, db + "-deep-disk-queue": 64,
		}},
		{silent, map[string]float64{}},
	} {
		got := map[string]float64{}
		for _, alarm := range Alarms(test.cfg) {
			got[alarm.Name()] = alarm.Limit.Threshold
			assert.NotEmpty(t, alarm.Limit.Comparison, alarm.Name())
		}
		assert.Equal(t, test.want, got)
	}
}

// A threshold of the configuration that no alarm has is one that nobody is told of.
func TestEveryThresholdIsAnAlarms(t *testing.T) {
	fields := reflect.TypeFor[config.Alerts]()
	for i := range fields.NumField() {
		if fields.Field(i).Type.Kind() != reflect.Int {
			continue
		}
		cfg := replicated()
		field := reflect.ValueOf(&cfg.Alerts).Elem().Field(i)
		field.SetInt(field.Int() + 1)
		assert.NotEqual(t, thresholds(replicated()), thresholds(cfg), "alerts: no alarm has the threshold %s", fields.Field(i).Name)
	}
}

func thresholds(cfg *config.Config) (all []float64) {
	for _, alarm := range Alarms(cfg) {
		all = append(all, alarm.Limit.Threshold)
	}
	return all
}

// Silence of the instance is told once, by the metric that every instance reports.
func TestSilenceIsToldOnce(t *testing.T) {
	var breaching []string
	for _, alarm := range Alarms(stack("db.t3.micro")) {
		if alarm.MissingData == SilenceIsAlarm {
			breaching = append(breaching, alarm.Metric)
		}
	}
	assert.Equal(t, []string{"CPUUtilization"}, breaching)
}

func TestTheCPUAlarmIsTheOneThatTheTeamAsksFor(t *testing.T) {
	cpu := Alarms(stack("db.t3.micro"))[0]
	assert.Equal(t, "CPUUtilization", cpu.Metric)
	assert.Equal(t, "GreaterThanThreshold", cpu.Limit.Comparison)
	assert.Equal(t, "Average", cpu.Statistic)
	assert.Equal(t, 2, cpu.Periods)
	assert.Equal(t, 300, Period)
}

// The mail says how much is free and when RDS acts by itself, and not that this failed: it comes before, on a volume that has not grown.
func TestTheStorageAlarmSaysWhatItMeans(t *testing.T) {
	storage := Alarms(stack("db.t3.micro"))[1]
	assert.Contains(t, storage.About, "less than 4 GiB free")
	assert.Contains(t, storage.About, "10 % of its present size")
	assert.NotContains(t, storage.About, "not helped")
	assert.Equal(t, 0.1*2*20*(1<<30), storage.Limit.Threshold, "where RDS grows a volume of twice its configured size")
}

// graphed is what the test reads of a dashboard.
type graphed struct {
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

// The dashboard shows every instance, and every threshold as a line in the graph of its metric; no graph covers another.
func TestTheDashboardShowsEveryAlarm(t *testing.T) {
	cfg := replicated()
	cfg.Alerts.ReplicaLagSeconds = 601
	body, err := dashboardBody(cfg)
	require.NoError(t, err)
	var read graphed
	require.NoError(t, json.Unmarshal([]byte(body), &read))
	lines, taken := map[string][]float64{}, map[[2]int]bool{} // the lines by metric
	for _, w := range read.Widgets {
		assert.Equal(t, "us-east-1", w.Properties.Region)
		assert.False(t, taken[[2]int{w.X, w.Y}], "two graphs in one place")
		taken[[2]int{w.X, w.Y}] = true
		assert.LessOrEqual(t, w.X+w.Width, 24)
		metric := w.Properties.Metrics[0][1].(string)
		for _, line := range w.Properties.Annotations.Horizontal {
			lines[metric] = append(lines[metric], line.Value)
		}
	}
	for _, alarm := range Alarms(cfg) {
		assert.Contains(t, lines[alarm.Metric], alarm.Limit.Threshold, alarm.Name())
		assert.Contains(t, body, `"`+alarm.Identifier+`"`)
	}
	alone, err := dashboardBody(stack("db.t3.micro"))
	require.NoError(t, err)
	assert.NotContains(t, alone, "ReplicaLag", "there is none without a replica")
}

// An alarm on a metric that no graph was chosen for gets one.
func TestANewAlarmHasAGraph(t *testing.T) {
	last := graphs([]Alarm{{Metric: "CPUUtilization"}, {Metric: "SwapUsage", Statistic: maximum}})
	assert.Equal(t, graph{title: "SwapUsage", stat: maximum, metrics: []string{"SwapUsage"}}, last[len(last)-1])
	assert.Len(t, last, len(graphs(nil))+1)
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
