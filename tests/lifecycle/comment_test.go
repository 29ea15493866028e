package lifecycle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// comment is what the pipeline writes on a pull request that changes the tier of prod to small, from a preview of it, as a
// quote. The diff, which is long and in another order each time, is left out.
func comment(t *testing.T, shown *engine.Result) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "events")
	require.NoError(t, shown.WriteLog(file))
	events, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, events.Close()) }()
	log, err := report.ReadLog(events)
	require.NoError(t, err)
	values := recorder.StackFile(t, "prod")
	estimate := func() cost.Report {
		cfg := recorder.Config(t, "prod", values)
		estimated, err := cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
		require.NoError(t, err)
		return estimated
	}
	before := estimate().Estimate.Lines
	values["mosaic-database:tier"] = "small"
	now := estimate()
	now.Before, now.Compared = before, true
	preview := report.Preview{Stack: "prod", Printed: "… what pulumi preview --diff prints", Log: log, Cost: now.Markdown()}
	text := report.Comment{Header: "## What this changes", Reports: []string{preview.Markdown()}, Footer: "The run, of commit 0123456789ab."}.Markdown()
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n> ") + "\n"
	return strings.ReplaceAll(quoted, "> \n", ">\n")
}
