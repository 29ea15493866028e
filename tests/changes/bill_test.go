package changes

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// A preview ends with the estimated cost and, once the stack is deployed, with what changes in it. The up does not print it again.
func TestAPreviewEndsWithTheBill(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	first, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Regexp(t, `\nPrices of \d{4}[-\d]*[.,]`, live.Everything(first))
	us, err := prices.Of("us-east-1")
	require.NoError(t, err)
	micro, small := us.InstanceHour["db.t3.micro"].SingleAz*730, us.InstanceHour["db.t3.small"].SingleAz*730
	costs, more := recorder.Estimate(t, "prod"), small-micro
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
	assert.Regexp(t, fmt.Sprintf(`instance +db\.t3\.micro \(%.2f\) +db\.t3\.small \(%.2f\) +\+%.2f`, micro, small, more), text)
	assert.Regexp(t, fmt.Sprintf(`total +%.2f +%.2f +\+%.2f`, costs, costs+more, more), text)
	assert.Contains(t, text, fmt.Sprintf("Over the budget of 25.00 USD by %.2f.", costs+more-25))

	var outputs map[string]any
	printed, err := l.Outputs(t.Context())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(printed), &outputs))
	lines := outputs["__lastRun"].(map[string]any)["bill"].(map[string]any)
	assert.Equal(t, map[string]any{"detail": "db.t3.micro", "monthlyUsd": math.Round(micro*100) / 100}, lines["instance"])
}
