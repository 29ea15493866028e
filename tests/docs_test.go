package tests

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

// TestDocsAreCurrent holds the generated part of every document, between two marks, to the code;
// -update rewrites it.
func TestDocsAreCurrent(t *testing.T) {
	for file, table := range map[string]func(*testing.T) string{
		"docs/configuration.md": configurationTable,
		"docs/outputs.md":       outputsTable,
		"docs/tiers.md":         tiersTable,
		"docs/costs.md":         costTables,
		"README.md":             tiersTable,
	} {
		t.Run(file, func(t *testing.T) {
			const begin, end = "<!-- generated: just golden -->\n", "<!-- /generated -->\n"
			path := filepath.Join(root, file)
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			head, rest, found := strings.Cut(string(content), begin)
			require.True(t, found, "%s has no mark %q", file, begin)
			old, tail, found := strings.Cut(rest, end)
			require.True(t, found, "%s has no mark %q", file, end)
			now := "\n" + table(t) + "\n"
			if *update {
				require.NoError(t, os.WriteFile(path, []byte(head+begin+now+end+tail), 0o644))
				return
			}
			assert.Equal(t, now, old, "%s is stale; run: just golden", file)
		})
	}
}

// markdown is a table; inside a cell, a pipe would end it and angle brackets would be HTML.
func markdown(header []string, rows [][]string) string {
	var out strings.Builder
	escape := strings.NewReplacer("|", "\\|", "<", "\\<")
	line := func(cells []string) {
		for _, cell := range cells {
			out.WriteString("| " + escape.Replace(cell) + " ")
		}
		out.WriteString("|\n")
	}
	line(header)
	out.WriteString(strings.Repeat("| --- ", len(header)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return out.String()
}

func configurationTable(t *testing.T) string {
	var rows [][]string
	for _, r := range config.References() {
		rows = append(rows, []string{"`" + r.Key + "`", r.Type, r.Default, r.Description, cmp.Or(r.Rule, "any")})
	}
	require.NotEmpty(t, rows)
	return markdown([]string{"key", "type", "default", "what", "rule"}, rows)
}

func outputsTable(*testing.T) string {
	var rows [][]string
	for _, output := range stack.Outputs() {
		rows = append(rows, []string{"`" + output.Name + "`", output.Type, output.Description})
	}
	return markdown([]string{"output", "type", "what"}, rows)
}

// tierEstimate is the cost of prod on a tier.
func tierEstimate(t *testing.T, tier string) cost.Estimate {
	values := stackFile(t, "prod")
	values["mosaic-database:tier"] = tier
	cfg, err := config.Load(source(values), "prod", nil)
	require.NoError(t, err)
	estimate, err := cost.Monthly(stack.Usage(cfg))
	require.NoError(t, err)
	return estimate
}

// source is a configuration without an engine.
type source map[string]string

func (s source) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	return value, ok
}

func tiersTable(t *testing.T) string {
	yesNo := map[bool]string{true: "yes", false: "no"}
	var rows [][]string
	for _, tier := range config.Tiers() {
		class, ok := config.LookupClass(tier.InstanceClass)
		require.True(t, ok)
		insights := "off"
		if tier.PerformanceInsightsRetentionDays > 0 {
			insights = fmt.Sprintf("%d days", tier.PerformanceInsightsRetentionDays)
		}
		estimate := tierEstimate(t, tier.Name)
		monthly := fmt.Sprintf("$%.2f", estimate.Total)
		if len(estimate.Unknown()) > 0 {
			monthly = "at least " + monthly
		}
		rows = append(rows, []string{
			"`" + tier.Name + "`", tier.InstanceClass, fmt.Sprint(class.VCPU), fmt.Sprintf("%g GiB", class.MemoryGiB),
			yesNo[tier.MultiAz], fmt.Sprint(tier.ReadReplicas), fmt.Sprintf("%d days", tier.BackupRetentionDays), insights, monthly,
		})
	}
	return markdown([]string{"tier", "class", "vCPU", "memory", "Multi-AZ", "replicas", "backups", "insights", "a month in us-east-1"}, rows)
}

func costTables(t *testing.T) string {
	var out strings.Builder
	for _, tier := range config.Tiers() {
		estimate := tierEstimate(t, tier.Name)
		var rows [][]string
		for _, line := range estimate.Lines {
			monthly := "unknown"
			if line.Known {
				monthly = fmt.Sprintf("$%.2f", line.Monthly)
			}
			rows = append(rows, []string{line.Item, monthly, strings.Join(line.Sources, ", ")})
		}
		rows = append(rows, []string{"**" + estimate.String() + "**", "", ""})
		fmt.Fprintf(&out, "### %s\n\n%s\n", tier.Name, markdown([]string{"item", "a month", "price from"}, rows))
	}
	sources, err := cost.Sources()
	require.NoError(t, err)
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(sources)) {
		rows = append(rows, []string{key, sources[key].What, sources[key].Date})
	}
	return out.String() + "### Sources\n\n" + markdown([]string{"source", "what", "date"}, rows)
}
