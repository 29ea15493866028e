package docs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestPictureOfTheDashboard draws the body that prod registers.
func TestPictureOfTheDashboard(t *testing.T) {
	registered := recorder.Up(t, "prod", recorder.StackFile(t, "prod")).Registrations
	at := slices.IndexFunc(registered, func(one recorder.Registration) bool { return one.Type == "aws:cloudwatch/dashboard:Dashboard" })
	require.GreaterOrEqual(t, at, 0)
	name := registered[at].Name
	var body struct {
		Widgets []struct {
			X, Y, Width, Height float64
			Properties          struct {
				Title, Stat string
				Period      int
				Metrics     [][]any // namespace, metric, and its dimensions
				Annotations struct{ Horizontal []pictures.Threshold }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(registered[at].Inputs["dashboardBody"].(string)), &body))
	var graphs []pictures.Graph
	for _, widget := range body.Widgets {
		graph := pictures.Graph{X: widget.X, Y: widget.Y, Width: widget.Width, Height: widget.Height, Title: widget.Properties.Title}
		var metrics []string
		for _, metric := range widget.Properties.Metrics {
			metrics = append(metrics, metric[1].(string))
		}
		graph.Metrics = fmt.Sprintf("%s, %s of %d min", strings.Join(metrics, ", "), strings.ToLower(widget.Properties.Stat), widget.Properties.Period/60)
		for _, line := range widget.Properties.Annotations.Horizontal {
			graph.Thresholds = append(graph.Thresholds, pictures.Threshold{Label: strings.TrimPrefix(line.Label, name+"-"), Value: line.Value})
		}
		graphs = append(graphs, graph)
	}
	require.NotEmpty(t, graphs)
	pictures.Check(t, "dashboard", pictures.Dashboard(name, graphs))
}
