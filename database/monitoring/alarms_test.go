package monitoring

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// stack is a stack with one instance of a class and 20 GiB.
func stack(class string) *config.Config {
	return &config.Config{
		Environment: "a", Region: "us-east-1",
		Database: config.Database{Engine: config.PostgreSQL, InstanceClass: class, ReplicaInstanceClass: class, AllocatedStorage: 20},
		Alerts: config.Alerts{
			Emails:     []string{"a@example.com"},
			CPUPercent: 80, FreeStoragePercent: 20, FreeMemoryPercent: 5, ConnectionsPercent: 80, ReplicaLagSeconds: 600, DiskQueueDepth: 64,
			TransactionIDs: 1000, TransactionLogs: 25, ReplicationSlots: 10, FailedLogins: 20,
		},
		Restore: config.Restore{Generation: 1, Serving: 1},
	}
}

// replicated is a stack with a read replica.
func replicated() *config.Config {
	cfg := stack("db.t3.micro")
	cfg.Database.ReadReplicas = 1
	return cfg
}

// The expected thresholds were calculated by hand, in CloudWatch's units: bytes, connections, credits.
func TestThresholdsFollowTheInstance(t *testing.T) {
	large := stack("db.m7g.large")
	large.Database.AllocatedStorage = 400
	silent := stack("db.t3.micro")
	silent.Alerts.Emails = nil
	decoded := stack("db.t3.micro")
	decoded.Database.Parameters = map[string]string{"rds.logical_replication": "1"}
	const db, replica, none = "mosaic-a-db", "mosaic-a-db-replica-1", -1 // none: there is no such alarm
	ofReplicated := map[string]float64{
		db + "-high-cpu": 80, db + "-low-storage": 4294967296, db + "-low-memory": 53687091, db + "-many-connections": 89, db + "-few-cpu-credits": 12,
		db + "-deep-disk-queue": 64, db + "-replica-lag": none,
		db + "-many-transaction-ids": 1e9, db + "-much-write-ahead-log": 5368709120, db + "-slot-lag": 2147483648, db + "-large-slot": 2147483648, db + "-failed-logins": 20,
		replica + "-high-cpu": 80, replica + "-low-storage": 4294967296, replica + "-low-memory": 53687091, replica + "-many-connections": 89, replica + "-few-cpu-credits": 12,
		replica + "-deep-disk-queue": 64, replica + "-replica-lag": 600,
	}
	for _, test := range []struct {
		cfg  *config.Config
		want map[string]float64
	}{
		{replicated(), ofReplicated},
		{large, map[string]float64{
			db + "-low-storage": 85899345920, db + "-low-memory": 429496729, db + "-many-connections": 720, db + "-few-cpu-credits": none,
			db + "-slot-lag": none, db + "-large-slot": none,
		}},
		{decoded, map[string]float64{db + "-slot-lag": 2147483648, db + "-large-slot": 2147483648}},
		{stack("db.nobody.knows"), map[string]float64{
			db + "-low-storage": 4294967296, db + "-low-memory": none, db + "-many-connections": none, db + "-few-cpu-credits": none,
		}},
		{silent, map[string]float64{db + "-high-cpu": none}},
	} {
		got := map[string]float64{}
		for _, alarm := range Alarms(test.cfg) {
			got[alarm.Name()] = alarm.Threshold.Value
			assert.Equal(t, saidSide(alarm.About), alarm.Threshold.Comparison, "%s says: %s", alarm.Name(), alarm.About)
		}
		for name, want := range test.want {
			threshold, there := got[name]
			if !there {
				threshold = none
			}
			assert.InDelta(t, want, threshold, 0, "%s on %s", name, test.cfg.Database.InstanceClass)
		}
	}
	for _, alarm := range Alarms(replicated()) {
		assert.Contains(t, ofReplicated, alarm.Name(), "somebody has to calculate its threshold by hand")
	}
}

// saidSide is the comparison that the words of an alarm mean.
func saidSide(about string) string {
	switch {
	case strings.Contains(about, "above") || strings.Contains(about, "more than"):
		return "GreaterThanThreshold"
	case strings.Contains(about, "less than") || strings.Contains(about, "used up"):
		return "LessThanThreshold"
	default:
		return "no side"
	}
}

// Every threshold of the configuration belongs to an alarm.
func TestEveryThresholdBelongsToAnAlarm(t *testing.T) {
	fields := reflect.TypeFor[config.Alerts]()
	for i := range fields.NumField() {
		if fields.Field(i).Type.Kind() != reflect.Int {
			continue
		}
		changes := func(of func() *config.Config) bool {
			cfg := of()
			field := reflect.ValueOf(&cfg.Alerts).Elem().Field(i)
			field.SetInt(field.Int() + 1)
			return !slices.Equal(thresholds(of()), thresholds(cfg))
		}
		assert.True(t, changes(replicated) || changes(scaling), "alerts: no alarm has the threshold %s", fields.Field(i).Name)
	}
}

func thresholds(cfg *config.Config) (all []float64) {
	for _, alarm := range Alarms(cfg) {
		all = append(all, alarm.Threshold.Value)
	}
	return all
}

// Only one alarm fires when an instance reports no data: that of the metric which every instance reports.
func TestMissingDataFiresOneAlarm(t *testing.T) {
	var breaching []string
	for _, alarm := range Alarms(stack("db.t3.micro")) {
		if alarm.MissingData == treatBreaching {
			breaching = append(breaching, alarm.Metric)
		}
	}
	assert.Equal(t, []string{"CPUUtilization"}, breaching)
}

// The team asked for this alarm.
func TestTheCPUAlarm(t *testing.T) {
	cpu := Alarms(stack("db.t3.micro"))[0]
	assert.Equal(t, "CPUUtilization", cpu.Metric)
	assert.Equal(t, "GreaterThanThreshold", cpu.Threshold.Comparison)
	assert.Equal(t, "Average", cpu.Statistic)
	assert.Equal(t, 2, cpu.Periods)
	assert.Equal(t, 300, Period)
}

// The text says how much storage is free and when autoscaling adds some. It must not say that autoscaling failed: the alarm
// of a volume that has not grown fires before.
func TestTheStorageAlarmSaysWhatItMeans(t *testing.T) {
	storage := Alarms(stack("db.t3.micro"))[1]
	assert.Contains(t, storage.About, "less than 4 GiB of storage free")
	assert.Contains(t, storage.About, "10 % of its present size")
	assert.NotContains(t, storage.About, "not helped")
	assert.Equal(t, 0.1*2*20*(1<<30), storage.Threshold.Value, "where RDS grows a volume of twice its configured size")
}

// graphed is the part of a dashboard's body that the test reads.
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

// The dashboard has every instance, and every threshold as a line in the graph of its metric. No graph covers another one.
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
		assert.False(t, taken[[2]int{w.X, w.Y}], "two graphs at the same position")
		taken[[2]int{w.X, w.Y}] = true
		assert.LessOrEqual(t, w.X+w.Width, 24)
		metric := w.Properties.Metrics[0][1].(string)
		for _, line := range w.Properties.Annotations.Horizontal {
			lines[metric] = append(lines[metric], line.Value)
		}
	}
	for _, alarm := range Alarms(cfg) {
		assert.Contains(t, lines[alarm.Metric], alarm.Threshold.Value, alarm.Name())
		assert.Contains(t, body, `"`+alarm.Identifier+`"`)
	}
	alone, err := dashboardBody(stack("db.t3.micro"))
	require.NoError(t, err)
	assert.NotContains(t, alone, "ReplicaLag", "no graph of the lag without a replica")
}

// An alarm on a metric without a graph of its own gets one.
func TestANewAlarmHasAGraph(t *testing.T) {
	last := graphs(config.PostgreSQL, []Alarm{{Metric: "CPUUtilization"}, {Metric: "SwapUsage", Title: "Swap (bytes)", Statistic: maximum}})
	assert.Equal(t, graph{title: "Swap (bytes)", stat: maximum, metrics: []string{"SwapUsage"}}, last[len(last)-1])
	assert.Len(t, last, len(graphs(config.PostgreSQL, nil))+1)
}

// A graph's title says in words what it shows, and no metric's name; bytes, seconds and percent are named.
func TestGraphsHaveTitles(t *testing.T) {
	units := map[string]*regexp.Regexp{
		"(bytes)": regexp.MustCompile(`Storage|Memory|DiskUsage|SlotLag`), "(s)": regexp.MustCompile(`Latency|^ReplicaLag`), "(%)": regexp.MustCompile(`Utilization|Ratio`),
	}
	for _, cfg := range []*config.Config{replicated(), scaling()} {
		for _, g := range graphs(cfg.Database.Engine, alarms(cfg)) {
			assert.Regexp(t, `^[A-Z]`, g.title, g.metrics)
			assert.NotRegexp(t, `[a-z][A-Z]`, g.title, g.metrics)
			for unit, of := range units {
				assert.Equal(t, of.MatchString(g.metrics[0]), strings.HasSuffix(g.title, unit), "%s: %s", g.title, g.metrics)
			}
		}
	}
}

// The subscriptions cover the events that somebody should act on, each once.
func TestSubscriptions(t *testing.T) {
	told := map[string]bool{}
	for _, events := range Subscriptions(config.PostgreSQL) {
		for _, category := range events.Categories {
			assert.False(t, told[events.SourceType+" "+category], "notified twice")
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
