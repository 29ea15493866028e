package changes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestAutoscalingIsSwitchedOff: storage that has grown by itself is no change while it may grow. Without autoscaling, the run would ask RDS
// to shrink it, which RDS refuses after it has changed other resources: the preview says to ask for what is there.
func TestAutoscalingIsSwitchedOff(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	require.NoError(t, l.Cloud.Edit(live.InstanceType, l.One(live.InstanceType).ID, func(p simcloud.Properties) { p["allocatedStorage"] = 45.0 }))
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	l.MustUp()
	assert.Empty(t, l.MustPreview(), "what has grown is no change")

	l.MustSet("database.maxAllocatedStorage", "0")
	why := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "mosaic-database:database.allocatedStorage: 20\n     rule: with maxAllocatedStorage 0, not below the 45 that it has grown to: storage never shrinks\n     write: 45")
	l.MustSet("database.allocatedStorage", "45")
	l.MustUp()
	properties := l.One(live.InstanceType).Properties
	assert.InDelta(t, 45, properties.Number("allocatedStorage"), 0)
	assert.NotContains(t, properties, "maxAllocatedStorage")
	assert.Empty(t, l.MustPreview())
}
