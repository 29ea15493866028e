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

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

// TestDocsAreCurrent holds the generated part of every document, between two marks, to the code;
// -update rewrites it.
func TestDocsAreCurrent(t *testing.T) {
	for file, table := range map[string]func(*testing.T) string{
		"docs/configuration.md": configurationTable,
		"docs/outputs.md":       outputsTable,
		"docs/tiers.md":         tiersPage,
		"docs/costs.md":         costTables,
		"docs/controls.md":      controlsTable,
		"docs/monitoring.md":    monitoringTables,
		"docs/guards.md":        guardsTables,
		"docs/pipeline.md":      needsTable,
		"docs/upgrades.md":      effectsTable,
		"README.md":             tiersTable,
	} {
		t.Run(file, func(t *testing.T) {
			generated(t, file, "just golden", table(t))
		})
	}
}

// effectsTable is what RDS does with a change.
func effectsTable(*testing.T) string {
	text := "| `database.` | RDS does it | what clients see |\n| --- | --- | --- |\n"
	for _, e := range stack.Effects() {
		text += fmt.Sprintf("| `%s` | %s | %s |\n", e.Setting, e.When, cmp.Or(e.Notice, "nothing"))
	}
	return text
}

// generated holds what is between the two marks of a document to a text; -update rewrites it. The first mark names
// the command that does.
func generated(t *testing.T, file, command, text string) {
	t.Helper()
	begin, end := "<!-- generated: "+command+" -->\n", "<!-- /generated -->\n"
	path := filepath.Join(root, file)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	head, rest, found := strings.Cut(string(content), begin)
	require.True(t, found, "%s has no mark %q", file, begin)
	old, tail, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no mark %q", file, end)
	now := "\n" + text + "\n"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(head+begin+now+end+tail), 0o644))
		return
	}
	assert.Equal(t, now, old, "%s is stale; run: %s", file, command)
}

// documented expects a document to have a row. Where rows are proved one by one, none compares the whole.
func documented(t *testing.T, file string, cells []string) {
	t.Helper()
	if *update {
		return
	}
	content, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	row := line(cells)
	assert.True(t, strings.Contains(string(content), row), "%s does not have this row; if it is meant, generate it again: %s", file, row)
}

// markdown is a table.
func markdown(header []string, rows [][]string) string {
	var out strings.Builder
	out.WriteString(line(header) + strings.Repeat("| --- ", len(header)) + "|\n")
	for _, row := range rows {
		out.WriteString(line(row))
	}
	return out.String()
}

// line is a row of a table; inside a cell, a pipe would end it and angle brackets would be HTML.
func line(cells []string) string {
	var out strings.Builder
	escape := strings.NewReplacer("|", "\\|", "<", "\\<")
	for _, cell := range cells {
		out.WriteString("| " + escape.Replace(cell) + " ")
	}
	return out.String() + "|\n"
}

func configurationTable(t *testing.T) string {
	var rows [][]string
	for _, r := range config.References() {
		rows = append(rows, []string{"`" + r.Key + "`", r.Type, r.Default, r.Description, cmp.Or(r.Rule, "any")})
	}
	require.NotEmpty(t, rows)
	return markdown([]string{"key", "type", "default", "what", "rule"}, rows)
}

// monitoringTables are the alarms of prod on the tier with a replica, and what RDS is asked to tell.
func monitoringTables(t *testing.T) string {
	cfg := tierConfig(t, "scale")
	silence := map[string]string{monitoring.SilenceIsAlarm: "is an alarm", monitoring.SilenceIsIgnored: "is told by high-cpu"}
	var rows [][]string
	shown := map[string]bool{} // an alarm of several instances is one row
	for _, alarm := range monitoring.Alarms(cfg) {
		if shown[alarm.Kind] {
			continue
		}
		shown[alarm.Kind] = true
		rows = append(rows, []string{
			"`" + alarm.Kind + "`", alarm.About, alarm.Metric + ", " + strings.ToLower(alarm.Statistic),
			fmt.Sprintf("%d × 5 min", alarm.Periods), silence[alarm.MissingData],
		})
	}
	alarms := markdown([]string{"alarm", "what", "metric", "for", "silence"}, rows)
	rows = nil
	for _, events := range monitoring.Subscriptions() {
		rows = append(rows, []string{"`" + events.Name + "`", events.SourceType, strings.Join(events.Categories, ", ")})
	}
	return alarms + "\n### Events\n\n" + markdown([]string{"subscription", "source", "categories"}, rows)
}

func needsTable(*testing.T) string {
	actions := func(grants []pipeline.Grant) string {
		used := map[string]bool{}
		for _, grant := range grants {
			for _, action := range grant.Actions {
				used[action] = true
			}
		}
		return strings.Join(slices.Sorted(maps.Keys(used)), ", ")
	}
	var rows [][]string
	for _, need := range pipeline.Needs() {
		remove := actions(need.Delete)
		if need.Kept {
			remove = "a person: " + remove
		}
		rows = append(rows, []string{"`" + need.Token + "`", actions(need.Read), actions(need.Change), remove})
	}
	needs := markdown([]string{"resource type or lookup", "read", "create and update", "delete"}, rows)
	rows = nil
	for _, asked := range pipeline.AskedOfCallers() {
		rows = append(rows, []string{asked.Role, strings.Join(asked.Calls, ", "), asked.With, actions([]pipeline.Grant{asked.For}),
			cmp.Or(asked.Unmet, "has it"), asked.Source})
	}
	return needs + "\n### What AWS asks of the caller besides\n\n" +
		markdown([]string{"role", "calling", "with", "needs", "and", "says AWS in"}, rows)
}

func outputsTable(*testing.T) string {
	var rows [][]string
	for _, output := range stack.Outputs() {
		rows = append(rows, []string{"`" + output.Name + "`", output.Type, output.Description})
	}
	return markdown([]string{"output", "type", "what"}, rows)
}

// tierConfig is prod on a tier.
func tierConfig(t *testing.T, tier string) *config.Config {
	t.Helper()
	values := stackFile(t, "prod")
	values["mosaic-database:tier"] = tier
	cfg, err := config.Load(source(values), "prod", config.StackFile{})
	require.NoError(t, err)
	return cfg
}

// tierEstimate is the cost of prod on a tier.
func tierEstimate(t *testing.T, tier string) cost.Estimate {
	t.Helper()
	cfg := tierConfig(t, tier)
	report, err := cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
	require.NoError(t, err)
	return report.Estimate
}

// source is a configuration without an engine.
type source map[string]string

func (s source) IsConfigSecret(string) bool { return false }

func (s source) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	return value, ok
}

func tiersTable(t *testing.T) string {
	yesNo := map[bool]string{true: "yes", false: "no"}
	var rows [][]string
	for _, tier := range config.Tiers() {
		cfg := tierConfig(t, tier.Name)
		class, ok := instanceclass.Lookup(tier.InstanceClass)
		require.True(t, ok)
		insights := "off"
		if days := cfg.Database.PerformanceInsightsRetentionDays; days > 0 {
			insights = fmt.Sprintf("%d days", days)
		}
		rows = append(rows, []string{
			"`" + tier.Name + "`", tier.InstanceClass, fmt.Sprint(class.VCPU), fmt.Sprintf("%g GiB", class.MemoryGiB),
			fmt.Sprint(cfg.MaxConnections(class)), yesNo[tier.MultiAz], fmt.Sprint(tier.ReadReplicas),
			fmt.Sprintf("%d days", tier.BackupRetentionDays), insights, monthly(tierEstimate(t, tier.Name)),
		})
	}
	return markdown([]string{"tier", "class", "vCPU", "memory", "connections", "Multi-AZ", "replicas", "backups", "insights", "a month in us-east-1"}, rows)
}

// monthly is an estimate in a cell.
func monthly(estimate cost.Estimate) string {
	usd := fmt.Sprintf("$%.2f", estimate.Total)
	if len(estimate.Unknown()) > 0 {
		return "at least " + usd
	}
	return usd
}

// tiersPage is the tiers, and the figures that the team's earlier document had beside those of this program.
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
	return tiersTable(t) + "\n### The earlier figures\n\n" + markdown([]string{"what", "it said", "now", "why"}, earlier) +
		"\n### Connections\n\n" + connectionsTable()
}

// connectionsTable is what max_connections comes to, and what is left to each.
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
	return markdown([]string{"class", "memory", "max_connections", "memory for each"}, rows)
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
		fmt.Fprintf(&out, "### %s\n\n%s\n", tier.Name, markdown([]string{"item", "what", "a month", "price from"}, rows))
		for _, reserved := range estimate.Reserved {
			fmt.Fprintf(&out, "Reserved for %s, the instances cost about $%.2f to $%.2f.\n", reserved.Term, reserved.Least, reserved.Most)
		}
		out.WriteString("\n")
	}
	sources, err := cost.Sources()
	require.NoError(t, err)
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(sources)) {
		rows = append(rows, []string{key, sources[key].What, sources[key].Date})
	}
	return out.String() + "### Sources\n\n" + markdown([]string{"source", "what", "date"}, rows)
}
