package docs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// TestPictureOfTheCosts draws the figures of the tables.
func TestPictureOfTheCosts(t *testing.T) {
	kinds := []string{"instance or capacity", "standby", "replica", "storage, I/O and backups", "secrets, key, alarms, logs"}
	prefixes := [][]string{{"instance", "capacity"}, {"standby"}, {"replica"}, {"storage", "I/O", "backups"}, {""}}
	var costs []pictures.Cost
	for _, tier := range config.Tiers() {
		estimate := tierEstimate(t, tier.Name)
		cost := pictures.Cost{Tier: tier.Name, Total: monthly(estimate), Parts: make([]float64, len(kinds))}
		for _, line := range estimate.Lines {
			kind := slices.IndexFunc(prefixes, func(all []string) bool {
				return slices.ContainsFunc(all, func(prefix string) bool { return strings.HasPrefix(line.Item, prefix) })
			})
			cost.Parts[kind] += line.Monthly
			if line.Item == "capacity" {
				cost.More = line.Most - line.Monthly
			}
		}
		drawn := 0.0
		for _, part := range cost.Parts {
			drawn += part
		}
		assert.InDelta(t, estimate.Total, drawn, 0.005, "the parts of %s are its total", tier.Name)
		costs = append(costs, cost)
	}
	pictures.Check(t, "costs", pictures.Costs(kinds, costs))
}

// TestEveryPictureIsShown: a page shows each picture, with a text for those who do not see it.
func TestEveryPictureIsShown(t *testing.T) {
	pages, err := repository.Pages()
	require.NoError(t, err)
	var all strings.Builder
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		all.Write(text)
	}
	files, err := filepath.Glob(filepath.Join(root, "docs", "pictures", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		assert.Regexp(t, `!\[[^\]]+\]\([^)]*pictures/`+filepath.Base(file)+`\)`, all.String())
	}
}
