package lifecycle

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestParameters: the preview warns of a parameter that no catalogue has, and the up sends it so that RDS accepts it whatever it is. A boolean
// in another form is no change.
func TestParameters(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	l.MustSet("database.parameters.log_min_duration_statment", "500")
	l.MustSet("database.parameters.jit", "off")
	result, err := l.Preview(t.Context())
	require.NoError(t, err)
	l.Hear(result)
	assert.Contains(t, result.Stdout, "database.parameters.log_min_duration_statment: not among the")
	assert.Contains(t, result.Stdout, "log_min_duration_statement is the nearest")
	l.MustUp()
	sent := map[string]simcloud.Properties{}
	for _, p := range l.One(live.ParameterGroupType).Properties.List("parameters") {
		sent[p.Text("name")] = p
	}
	assert.Equal(t, "pending-reboot", sent["log_min_duration_statment"].Text("applyMethod"))
	assert.Equal(t, "0", sent["jit"].Text("value"))
	assert.Equal(t, "immediate", sent["jit"].Text("applyMethod"))
	l.MustSet("database.parameters.jit", "no")
	assert.Empty(t, l.MustPreview())

	l.MustSet("database.parameters.wal_level", "logical")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "rds.logical_replication: 1")
}
