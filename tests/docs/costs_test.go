package docs

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// tierConfig is prod on a tier.
func tierConfig(t *testing.T, tier string) *config.Config {
	t.Helper()
	values := recorder.StackFile(t, "prod")
	values["mosaic-database:tier"] = tier
	return recorder.Config(t, "prod", values)
}

// tierEstimate is the cost of prod on a tier.
func tierEstimate(t *testing.T, tier string) cost.Estimate {
	t.Helper()
	cfg := tierConfig(t, tier)
	report, err := cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
	require.NoError(t, err)
	return report.Estimate
}

func tiersTable(t *testing.T) string {
	yesNo := map[bool]string{true: "yes", false: "no"}
	var rows [][]string
	for _, tier := range config.Tiers() {
		cfg := tierConfig(t, tier.Name)
		class, ok := cfg.Database.Class()
		require.True(t, ok)
		name, vcpu, memory := tier.InstanceClass, fmt.Sprint(class.VCPU), fmt.Sprintf("%g GiB", class.MemoryGiB)
		if cfg.Database.Aurora() { // it says nothing of processors
			least := instanceclass.Serverless(tier.MinCapacity).MemoryGiB
			name, vcpu, memory = fmt.Sprintf("%s, %g to %g ACU", name, tier.MinCapacity, tier.MaxCapacity), "", fmt.Sprintf("%g to %s", least, memory)
		}
		insights := "off"
		if days := cfg.Database.PerformanceInsightsRetentionDays; days > 0 {
			insights = fmt.Sprintf("%d days", days)
		}
		rows = append(rows, []string{
			"`" + tier.Name + "`", name, vcpu, memory,
			fmt.Sprint(cfg.MaxConnections(class)), yesNo[tier.MultiAz], fmt.Sprint(tier.ReadReplicas),
			fmt.Sprintf("%d days", tier.BackupRetentionDays), insights, monthly(tierEstimate(t, tier.Name)),
		})
	}
	return golden.Table([]string{"tier", "class", "vCPU", "memory", "connections", "Multi-AZ", "replicas", "backups", "insights", "a month in us-east-1"}, rows)
}

// monthly is the cell of an estimate.
func monthly(estimate cost.Estimate) string {
	usd := fmt.Sprintf("$%.2f", estimate.Total)
	if slices.ContainsFunc(estimate.Lines, func(l cost.Line) bool { return l.Item == "capacity" }) {
		usd += fmt.Sprintf(" to $%.2f", estimate.Most)
	}
	if len(estimate.Unknown()) > 0 {
		return "at least " + usd
	}
	return usd
}

// tiersPage compares the tiers with the figures of the team's earlier document.
func tiersPage(t *testing.T) string {
	line := func(tier, item string) string {
		sum, found := 0.0, false
		for _, line := range tierEstimate(t, tier).Lines {
			if strings.HasPrefix(line.Item, item) {
				sum, found = sum+line.Monthly, found || line.Known
			}
		}
		if !found {
			return "unknown"
		}
		return fmt.Sprintf("$%.2f", sum)
	}
	earlier := [][]string{
		{"db.t3.micro", "$13–15", line("mvp", "instance"), ""},
		{"20 GB of gp3", "$2–4", line("mvp", "storage"), ""},
		{"backups, 7 days", "$0.10–0.20", line("mvp", "backups"), "free up to the size of the storage"},
		{"MVP, all of it", "$15–19", monthly(tierEstimate(t, "mvp")), "with secrets, alarms, their key and logs, which the earlier figure left out"},
		{"db.t3.small", "about $30", line("small", "instance"), "about 14 % less than it said"},
		{"db.t3.medium", "about $60", line("medium", "instance"), "about 14 % less; $59.86 is the class in Aurora"},
		{"Multi-AZ", "+100 % of the instance", line("ha", "standby"), "and the storage a second time"},
		{"a read replica", "+100 % of the instance", line("scale", "replica"), "and the storage once more"},
		{"insights, one month", "$2–3", line("scale", "Performance Insights"), "seven days are free; no price of more is known for us-east-1"},
		{"reserved, 1 year", "30–40 % less", "22–35 % less", "no upfront; 55–65 % for three years, all upfront"},
	}
	return tiersTable(t) + "\n### The earlier figures\n\n" + golden.Table([]string{"what", "it said", "now", "why"}, earlier) +
		"\n### Connections\n\n" + connectionsTable()
}

// connectionsTable lists max_connections of each class, and the memory for each connection.
func connectionsTable() string {
	var rows [][]string
	cfg := &config.Config{}
	for _, class := range instanceclass.All() {
		if family, _, _ := strings.Cut(strings.TrimPrefix(class.Name, "db."), "."); !slices.Contains([]string{"t3", "t4g", "m7g", "r7g"}, family) || class.VCPU > 16 {
			continue
		}
		connections := cfg.MaxConnections(class)
		rows = append(rows, []string{
			class.Name, fmt.Sprintf("%g GiB", class.MemoryGiB), fmt.Sprint(connections),
			fmt.Sprintf("%.1f MiB", class.MemoryGiB*1024/float64(connections)),
		})
	}
	return golden.Table([]string{"class", "memory", "max_connections", "memory for each"}, rows)
}

// twoDatabases compares two databases on one instance with one on each of two.
func twoDatabases(t *testing.T) string {
	estimate := func(tier, apps string) float64 {
		values := recorder.StackFile(t, "prod")
		values["mosaic-database:tier"], values["mosaic-database:database"] = tier, `{"credentials": "alternating"}`
		values["mosaic-database:additionalApps"] = apps
		cfg := recorder.Config(t, "prod", values)
		report, err := cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
		require.NoError(t, err)
		return report.Estimate.Total
	}
	var rows [][]string
	for _, tier := range config.Tiers() {
		alone := estimate(tier.Name, "{}")
		together := estimate(tier.Name, `{"orders": {"database": {"name": "orders", "migrations": {"enabled": false}}}}`)
		rows = append(rows, []string{
			"`" + tier.Name + "`", fmt.Sprintf("$%.2f", alone), fmt.Sprintf("$%.2f", together), fmt.Sprintf("$%.2f", 2*alone), fmt.Sprintf("$%.2f", 2*alone-together),
		})
	}
	return golden.Table([]string{"tier", "one database", "two on one instance", "two instances", "saved a month"}, rows)
}

func costTables(t *testing.T) string {
	var out strings.Builder
	for _, tier := range config.Tiers() {
		estimate := tierEstimate(t, tier.Name)
		var rows [][]string
		for _, line := range estimate.Lines {
			monthly := "unknown"
			switch {
			case line.Most > 0:
				monthly = fmt.Sprintf("$%.2f to $%.2f", line.Monthly, line.Most)
			case line.Known:
				monthly = fmt.Sprintf("$%.2f", line.Monthly)
			}
			rows = append(rows, []string{line.Item, line.Detail, monthly, strings.Join(line.Sources, ", ")})
		}
		rows = append(rows, []string{"**total**", "", "**" + monthly(estimate) + "**", ""})
		fmt.Fprintf(&out, "### %s\n\n%s\n", tier.Name, golden.Table([]string{"item", "what", "a month", "price from"}, rows))
		for _, reserved := range estimate.Reserved {
			fmt.Fprintf(&out, "Reserved for %s, the instances cost about $%.2f to $%.2f.\n", reserved.Term, reserved.Least, reserved.Most)
		}
		out.WriteString("\n")
	}
	out.WriteString("### Two databases\n\n" + twoDatabases(t) + "\n")
	sources, err := cost.Sources("us-east-1")
	require.NoError(t, err)
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(sources)) {
		rows = append(rows, []string{key, sources[key].What, sources[key].Date})
	}
	return out.String() + "### Sources\n\n" + golden.Table([]string{"source", "what", "date"}, rows)
}
