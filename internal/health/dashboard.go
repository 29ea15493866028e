package health

import (
	"encoding/json"
	"fmt"
)

// Dashboard is the body of a CloudWatch dashboard: the metrics of all instances, with the lines of their alarms, two
// graphs to a row.
func Dashboard(region string, instances []Instance, l Limits) (string, error) {
	var widgets []widget
	for i, g := range graphs() {
		p := properties{Title: g.title, Region: region, View: "timeSeries", Stat: g.stat, Period: Period, Stacked: false}
		drawn := map[float64]bool{}
		for _, instance := range instances {
			if g.replicas && !instance.Replica {
				continue
			}
			for _, metric := range g.metrics {
				p.Metrics = append(p.Metrics, []any{"AWS/RDS", metric, "DBInstanceIdentifier", instance.Identifier, label{instance.Identifier + " " + metric}})
			}
			for _, alarm := range Alarms(instance, l) {
				if alarm.Metric == g.metrics[0] && !drawn[alarm.Threshold] {
					drawn[alarm.Threshold] = true
					p.Annotations.Horizontal = append(p.Annotations.Horizontal, line{Label: alarm.Name, Value: alarm.Threshold})
				}
			}
		}
		if len(p.Metrics) == 0 {
			continue
		}
		const width, height = 12, 6
		widgets = append(widgets, widget{Type: "metric", X: width * (i % 2), Y: height * (i / 2), Width: width, Height: height, Properties: p})
	}
	body, err := json.Marshal(map[string]any{"widgets": widgets})
	if err != nil {
		return "", fmt.Errorf("encoding the dashboard: %w", err)
	}
	return string(body), nil
}

// graph is one graph of the dashboard; the alarms' lines are those of its first metric.
type graph struct {
	title, stat string
	metrics     []string
	replicas    bool // of these alone
}

func graphs() []graph {
	return []graph{
		{title: "CPU (%)", stat: "Average", metrics: []string{"CPUUtilization"}},
		{title: "Connections", stat: "Maximum", metrics: []string{"DatabaseConnections"}},
		{title: "Free storage (bytes)", stat: "Minimum", metrics: []string{"FreeStorageSpace"}},
		{title: "Freeable memory (bytes)", stat: "Average", metrics: []string{"FreeableMemory"}},
		{title: "IOPS", stat: "Average", metrics: []string{"ReadIOPS", "WriteIOPS"}},
		{title: "Latency (s)", stat: "Average", metrics: []string{"ReadLatency", "WriteLatency"}},
		{title: "Disk queue", stat: "Average", metrics: []string{"DiskQueueDepth"}},
		{title: "CPU credits", stat: "Average", metrics: []string{"CPUCreditBalance"}},
		{title: "Replica lag (s)", stat: "Maximum", metrics: []string{"ReplicaLag"}, replicas: true},
	}
}

// The structure of a dashboard's body, as CloudWatch documents it.
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
