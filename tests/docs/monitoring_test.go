package docs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// monitoringTables are the alarms of a tier with a replica, and the events of the RDS subscriptions.
func monitoringTables(t *testing.T) string {
	t.Helper()
	values := recorder.StackFile(t, "prod")
	values["mosaic-database:tier"] = "scale"
	registered := recorder.Up(t, "prod", values).Registrations
	return alarmsTable(t, registered) + "\n### Events\n\n" + eventsTable(registered)
}

// alarmsTable has a row for each alarm. An alarm that every instance has is described for the primary.
func alarmsTable(t *testing.T, registered []recorder.Registration) string {
	t.Helper()
	const primary, replica = "mosaic-prod-db-", "mosaic-prod-db-replica-1-"
	missing := map[any]string{"breaching": "ALARM", "missing": "INSUFFICIENT_DATA", "notBreaching": "OK"}
	of := map[string][]string{}
	cells := map[string][]string{}
	for _, one := range registered {
		if one.Type != "aws:cloudwatch/metricAlarm:MetricAlarm" {
			continue
		}
		watched, name := "the replica", strings.TrimPrefix(one.Name, replica)
		if name == one.Name {
			watched, name = "the primary", strings.TrimPrefix(one.Name, primary)
		}
		require.NotEqual(t, one.Name, name, "an alarm of no instance")
		of[name] = append(of[name], watched)
		_, about, _ := strings.Cut(fmt.Sprint(one.Inputs["alarmDescription"]), ": ")
		if described := cells[name]; described == nil || watched == "the primary" {
			cells[name] = []string{
				about, fmt.Sprintf("%s, %s", one.Inputs["metricName"], strings.ToLower(fmt.Sprint(one.Inputs["statistic"]))),
				fmt.Sprintf("%v × 5 min", one.Inputs["evaluationPeriods"]), missing[one.Inputs["treatMissingData"]],
			}
		}
		assert.EqualValues(t, 300, one.Inputs["period"], one.Name)
	}
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		watched := strings.Join(of[name], " and ")
		if len(of[name]) == 2 {
			watched = "every instance"
		}
		rows = append(rows, append([]string{"`" + name + "`", watched}, cells[name]...))
	}
	return golden.Table([]string{"alarm", "of", "meaning", "metric", "evaluated over", "state without data"}, rows)
}

func eventsTable(registered []recorder.Registration) string {
	var rows [][]string
	for _, one := range registered {
		if one.Type != "aws:rds/eventSubscription:EventSubscription" {
			continue
		}
		var categories []string
		for _, category := range one.Inputs["eventCategories"].([]any) {
			categories = append(categories, fmt.Sprint(category))
		}
		name := strings.TrimPrefix(one.Name, "mosaic-prod-db-")
		rows = append(rows, []string{"`" + name + "`", fmt.Sprint(one.Inputs["sourceType"]), strings.Join(categories, ", ")})
	}
	return golden.Table([]string{"subscription", "source", "categories"}, rows)
}
