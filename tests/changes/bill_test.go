package changes

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// A preview ends with the estimated cost and, once the stack is deployed, with what changes in it. The up does not print it again.
func TestAPreviewEndsWithTheBill(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	first, err := l.Preview(t.Context())
	require.NoError(t, err)
	costs, more := recorder.Estimate(t, "prod"), 26.28-13.14
	assert.Contains(t, live.Everything(first), fmt.Sprintf("Estimated cost of prod in us-east-1: %.2f USD a month", costs))
	assert.NotContains(t, live.Everything(first), "before", "there is nothing to compare with")

	up, err := l.Up(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, live.Everything(up), "Estimated cost of")

	same, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(same), "no line changes")
	l.MustSet("tier", "small")
	changed, err := l.Preview(t.Context())
	require.NoError(t, err)
	text := live.Everything(changed)
	assert.Regexp(t, `instance +db\.t3\.micro \(13\.14\) +db\.t3\.small \(26\.28\) +\+13\.14`, text)
	assert.Regexp(t, fmt.Sprintf(`total +%.2f +%.2f +\+13\.14`, costs, costs+more), text)
	assert.Contains(t, text, fmt.Sprintf("Over the budget of 25.00 USD by %.2f.", costs+more-25))

	var outputs map[string]any
	printed, err := l.Outputs(t.Context())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(printed), &outputs))
	lines := outputs["__lastRun"].(map[string]any)["bill"].(map[string]any)
	assert.Equal(t, map[string]any{"detail": "db.t3.micro", "monthlyUsd": 13.14}, lines["instance"])
}
