// Package docs compares the documentation with the program.
package docs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/template"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
)

// TestDocsAreCurrent compares the generated part of every document, between two marks, with the program. Documents about results of
// other tests are compared there.
func TestDocsAreCurrent(t *testing.T) {
	for file, table := range map[string]func(*testing.T) string{
		"docs/reference/configuration.md": configurationTable,
		"docs/why/delivery.md":            placeholdersTable,
		"docs/reference/outputs.md":       outputsTable,
		"docs/reference/tiers.md":         tiersPage,
		"docs/reference/costs.md":         costTables,
		"docs/how-to/monitoring.md":       monitoringTables,
		"docs/reference/permissions.md":   needsTable,
		"docs/how-to/upgrades.md":         effectsTable,
		"docs/how-to/serverless.md":       notAuroraTable,
	} {
		t.Run(file, func(t *testing.T) {
			golden.Docs(file).Check(t, table(t))
		})
	}
}

// effectsTable lists what RDS does when a setting changes, and the parameters that every instance has.
func effectsTable(*testing.T) string {
	text := "| `database.` | RDS applies it | what clients notice |\n| --- | --- | --- |\n"
	for _, e := range stack.Effects() {
		text += fmt.Sprintf("| `%s` | %s | %s |\n", e.Setting, e.When, cmp.Or(e.Notice, "nothing"))
	}
	return text + "\n`parameters.*` means all other static parameters; all other dynamic ones take effect at once, and clients do not notice them.\n\n" +
		"### Parameters of every instance\n\n" + parametersTable()
}

// parametersTable lists the parameters that the program sets.
func parametersTable() string {
	var rows [][]string
	for _, p := range database.DefaultParameters() {
		value := p.Value
		if p.Instead != "" {
			value += ", or " + p.Instead
		}
		rows = append(rows, []string{"`" + p.Name + "`", value, p.Why})
	}
	return golden.Table([]string{"parameter", "value", "why"}, rows)
}

func configurationTable(t *testing.T) string {
	var rows [][]string
	for _, r := range config.References() {
		rows = append(rows, []string{"`" + r.Key + "`", r.Type, r.Default, r.Description, cmp.Or(r.Rule, "any")})
	}
	require.NotEmpty(t, rows)
	return golden.Table([]string{"key", "type", "default", "what", "rule"}, rows)
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
		if need.Protected {
			remove = "a person: " + remove
		}
		rows = append(rows, []string{"`" + need.Token + "`", actions(need.Read), actions(need.Change), remove})
	}
	needs := golden.Table([]string{"resource type or lookup", "read", "create and update", "delete"}, rows)
	rows = nil
	for _, dependent := range pipeline.DependentActions() {
		rows = append(rows, []string{dependent.Role, strings.Join(dependent.Calls, ", "), dependent.With, actions([]pipeline.Grant{dependent.Needs}),
			cmp.Or(dependent.Waived, "has it"), dependent.Source})
	}
	return needs + "\n## Dependent actions: what a call requires besides\n\n" +
		golden.Table([]string{"role", "calling", "with", "needs", "and", "says AWS in"}, rows)
}

// placeholdersTable lists what a template of helmValues may use, and has the template of the default shape.
func placeholdersTable(*testing.T) string {
	var rows [][]string
	for _, placeholder := range template.Placeholders() {
		rows = append(rows, []string{"`" + placeholder.Name + "`", string(placeholder.Type), placeholder.Description})
	}
	return golden.Table([]string{"placeholder", "type", "what"}, rows) + "\n```yaml\n" + template.DefaultText + "```\n"
}

func outputsTable(*testing.T) string {
	var rows [][]string
	for _, output := range stack.Outputs() {
		rows = append(rows, []string{"`" + output.Name + "`", output.Type, output.Description})
	}
	return golden.Table([]string{"output", "type", "what"}, rows)
}

// notAuroraTable lists the keys that a stack with an Aurora cluster cannot set, and why.
func notAuroraTable(*testing.T) string {
	var rows [][]string
	for _, key := range slices.Sorted(maps.Keys(config.NotAurora())) {
		rows = append(rows, []string{"`" + key + "`", config.NotAurora()[key]})
	}
	return golden.Table([]string{"key", "not with tier serverless, because"}, rows)
}
