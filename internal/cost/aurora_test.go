package cost

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// The prices of the test: of us-east-1, as the table has them. The amounts were calculated by hand.
func aurora(t *testing.T, change func(*config.Config)) map[string]Line {
	t.Helper()
	cfg := scaling()
	cfg.Restore = config.Restore{Generation: 1, Serving: 1}
	change(cfg)
	estimate, err := Monthly(cfg, 0)
	require.NoError(t, err)
	assert.Empty(t, estimate.Reserved, "no class that could be reserved")
	lines := map[string]Line{}
	for _, line := range estimate.Lines {
		assert.True(t, line.Known, line.Item)
		lines[line.Item] = line
	}
	assert.NotContains(t, lines, "CPU credits")
	return lines
}

// Two instances: from 0.5 to 4 ACU at 0.12, all month.
func TestCapacityIsARange(t *testing.T) {
	line := aurora(t, func(*config.Config) {})["capacity"]
	assert.InDelta(t, 87.60, line.Monthly, 0.001)
	assert.InDelta(t, 700.80, line.Most, 0.001)
	line = aurora(t, func(c *config.Config) { c.Budget.ExpectedACUHours = 1000 })["capacity"]
	assert.InDelta(t, 120, line.Monthly, 0.001, "what the stack expects")
	line = aurora(t, func(c *config.Config) { c.Database.MinCapacity = 0 })["capacity"]
	assert.Zero(t, line.Monthly, "paused, only the storage costs")
	assert.Contains(t, line.Detail, "none while paused")
	assert.InDelta(t, 700.80, line.Most, 0.001)
}

func TestStorageOfACluster(t *testing.T) {
	lines := aurora(t, func(*config.Config) {})
	assert.InDelta(t, 1, lines["storage"].Monthly, 0.001, "once for all instances")
	assert.InDelta(t, 2, lines["I/O"].Monthly, 0.001)
	assert.Zero(t, lines["backups"].Monthly)
	optimized := aurora(t, func(c *config.Config) { c.Database.StorageType = "aurora-iopt1" })
	assert.InDelta(t, 2.25, optimized["storage"].Monthly, 0.001)
	assert.InDelta(t, 113.88, optimized["capacity"].Monthly, 0.001)
	assert.Zero(t, optimized["I/O"].Monthly)
	more := aurora(t, func(c *config.Config) { c.Budget.ExpectedBackupGiB = 110 })
	assert.InDelta(t, 2.1, more["backups"].Monthly, 0.001, "beyond the size of the data")
}

func TestAWSBackupOfACluster(t *testing.T) {
	line := aurora(t, func(c *config.Config) { c.Backups.AWSBackupRetentionDays, c.Budget.ExpectedBackupGiB = 35, 100 })["AWS Backup"]
	assert.InDelta(t, 2.1, line.Monthly, 0.001, "100 GiB at 0.021")
}

func TestInsightsOfAClusterFollowItsCapacity(t *testing.T) {
	line := aurora(t, func(c *config.Config) { c.Database.DatabaseInsightsMode = "advanced" })["Database Insights"]
	assert.InDelta(t, 2.28125, line.Monthly, 0.001)
	assert.InDelta(t, 18.25, line.Most, 0.001)
}

// A server of another engine is as large as it was made; of one like the active one, the range is known.
func TestWhatIsKeptOfAnotherEngineHasNoPrice(t *testing.T) {
	cfg := scaling()
	cfg.Restore = config.Restore{Generation: 3, Serving: 3, Engines: map[string]string{"mosaic-prod-db": "postgres"}}
	estimate, err := Monthly(cfg, 0)
	require.NoError(t, err)
	assert.Contains(t, estimate.Unknown(), "kept instance 1 postgres, as it was made")
	assert.NotContains(t, strings.Join(estimate.Unknown(), ", "), "kept instance 2")
	for _, line := range estimate.Lines {
		if line.Item == "storage" {
			assert.Equal(t, "2 × 10 GiB expected of aurora", line.Detail, "of the two clusters")
			assert.InDelta(t, 2, line.Monthly, 0.001)
		}
	}
	cfg.Database, cfg.Restore.Engines = large().Database, map[string]string{"mosaic-prod-db": "aurora-postgresql"}
	of := &estimator{cfg: cfg, db: cfg.Database, retained: retainedOf(cfg, cfg.Database.Engine)}
	assert.Equal(t, 1, of.retained, "the cluster has no volume of an instance")
}
