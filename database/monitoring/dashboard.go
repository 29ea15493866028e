package monitoring

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// dashboard registers the CloudWatch dashboard.
func (m *monitor) dashboard() error {
	body, err := dashboardBody(m.args.Config)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewDashboard(m.ctx, m.name, &cloudwatch.DashboardArgs{
		DashboardName: pulumi.String(m.name),
		DashboardBody: pulumi.String(body),
	}, m.args.Parent, m.afterPrimary())
	if err != nil {
		return fmt.Errorf("registering the dashboard %s: %w", m.name, err)
	}
	return nil
}

// dashboardBody returns the JSON of the dashboard: graphs with the metrics of all instances and the thresholds of their
// alarms, two graphs in a row.
func dashboardBody(cfg *config.Config) (string, error) {
	const width, height = 12, 6
	all, instances := alarms(cfg), watched(cfg)
	var widgets []widget
	for _, g := range graphs(cfg.Database.Engine, all) {
		p := g.properties(cfg.Region, instances, all)
		if len(p.Metrics) == 0 {
			continue
		}
		at := len(widgets)
		widgets = append(widgets, widget{Type: "metric", X: width * (at % 2), Y: height * (at / 2), Width: width, Height: height, Properties: p})
	}
	body, err := json.Marshal(map[string]any{"widgets": widgets})
	if err != nil {
		return "", fmt.Errorf("encoding the dashboard: %w", err)
	}
	return string(body), nil
}

// graph is a graph of the dashboard. The thresholds of the alarms on its first metric are drawn as lines.
type graph struct {
	title, stat  string
	metrics      []string
	replicasOnly bool
}

// graphs are the graphs of this list, those of the engine, and one more for each metric that has an alarm and is the first of no graph.
func graphs(of config.Engine, all []Alarm) []graph {
	storage := []graph{{title: "Free storage (bytes)", stat: minimum, metrics: []string{"FreeStorageSpace"}}}
	disk := []graph{
		{title: "Disk queue (requests)", stat: average, metrics: []string{"DiskQueueDepth"}},
		{title: "CPU credits", stat: average, metrics: []string{"CPUCreditBalance"}},
		{title: "Replica lag (s)", stat: maximum, metrics: []string{"ReplicaLag"}, replicasOnly: true},
	}
	if of == config.AuroraPostgreSQL {
		storage = []graph{{title: "Capacity (ACU)", stat: average, metrics: []string{"ServerlessDatabaseCapacity"}}}
		disk = []graph{{title: "Hits of the buffer cache (%)", stat: average, metrics: []string{"BufferCacheHitRatio"}}}
	}
	chosen := slices.Concat([]graph{
		{title: "CPU (%)", stat: average, metrics: []string{"CPUUtilization"}},
		{title: "Connections", stat: maximum, metrics: []string{"DatabaseConnections"}},
	}, storage, []graph{
		{title: "Freeable memory (bytes)", stat: average, metrics: []string{"FreeableMemory"}},
		{title: "IOPS", stat: average, metrics: []string{"ReadIOPS", "WriteIOPS"}},
		{title: "Latency (s)", stat: average, metrics: []string{"ReadLatency", "WriteLatency"}},
	}, disk)
	for _, alarm := range all {
		drawn := func(g graph) bool { return g.metrics[0] == alarm.Metric }
		if !slices.ContainsFunc(chosen, drawn) {
			chosen = append(chosen, graph{title: alarm.Title, stat: alarm.Statistic, metrics: []string{alarm.Metric}})
		}
	}
	return chosen
}

// properties returns the graph as CloudWatch takes it.
func (g graph) properties(region string, instances []instance, all []Alarm) properties {
	p := properties{Title: g.title, Region: region, View: "timeSeries", Stat: g.stat, Period: Period}
	for _, alarm := range all {
		if alarm.Metric == g.metrics[0] && alarm.Dimension == ofLog {
			p.Metrics = append(p.Metrics, []any{alarm.Namespace(), alarm.Metric, label{alarm.Identifier + " " + alarm.Metric}})
			instances = nil
		}
	}
	for _, instance := range instances {
		if g.replicasOnly && !instance.Replica {
			continue
		}
		for _, metric := range g.metrics {
			p.Metrics = append(p.Metrics, []any{rdsNamespace, metric, ofInstance, instance.Identifier, label{instance.Identifier + " " + metric}})
		}
	}
	drawn := map[float64]bool{}
	for _, alarm := range all {
		threshold := alarm.Threshold.Value
		if alarm.Metric == g.metrics[0] && !drawn[threshold] {
			drawn[threshold] = true
			p.Annotations.Horizontal = append(p.Annotations.Horizontal, line{Label: alarm.Name(), Value: threshold})
		}
	}
	return p
}

// The structure of a dashboard's body, see "Dashboard body structure and syntax" in the CloudWatch API reference.
type (
	widget struct {
		Type       string     `json:"type"`
		X          int        `json:"x"`
		Y          int        `json:"y"`
		Width      int        `json:"width"`
		Height     int        `json:"height"`
		Properties properties `json:"properties"`
	}
	properties struct {
		Title       string      `json:"title"`
		Region      string      `json:"region"`
		View        string      `json:"view"`
		Stat        string      `json:"stat"`
		Period      int         `json:"period"`
		Stacked     bool        `json:"stacked"`
		Metrics     [][]any     `json:"metrics"`
		Annotations annotations `json:"annotations"`
	}
	annotations struct {
		Horizontal []line `json:"horizontal,omitempty"`
	}
	line struct {
		Label string  `json:"label"`
		Value float64 `json:"value"`
	}
	label struct {
		Label string `json:"label"`
	}
)
