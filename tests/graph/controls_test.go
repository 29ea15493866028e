package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/controls"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestControls checks every control on what a stack registers. A control holds, or the stack's configuration waives it with a reason;
// a control that holds must not be waived.
func TestControls(t *testing.T) {
	for _, v := range variants(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			all := recorder.Up(t, v.stack, v.values).Registrations
			waived := recorder.Config(t, v.stack, v.values).Waivers
			for _, control := range controls.All() {
				reason, isWaived := waived[control.ID]
				problem := broken(t, graph(all), control.ID)
				assert.False(t, problem != "" && !isWaived, "%s (%s) is broken and not waived: %s", control.ID, control.What, problem)
				if strings.HasPrefix(v.name, "stack-") {
					assert.False(t, problem == "" && isWaived, "%s holds; take its waiver out: %s", control.ID, reason)
				}
				if v.stack == "prod" {
					assert.False(t, isWaived && control.Cost == "", "%s costs nothing; production has to hold it", control.ID)
				}
			}
		})
	}
}

func TestControlsHaveTheirChecks(t *testing.T) {
	ids := map[string]bool{}
	for _, control := range controls.All() {
		for _, id := range append([]string{control.ID}, control.Also...) {
			assert.False(t, ids[id], "%s is there twice", id)
			ids[id] = true
		}
		assert.Contains(t, checks(), control.ID)
	}
	for id := range checks() {
		assert.True(t, ids[id], "%s is checked, and no control", id)
	}
}

// TestControlsNotice breaks each control in a graph in which all of them hold, and expects its check to fail.
func TestControlsNotice(t *testing.T) {
	at := slices.IndexFunc(variants(t), func(v variant) bool { return v.name == "everything" })
	everything := variants(t)[at]
	noticed := map[string]bool{}
	for _, breach := range breaches() {
		all := recorder.Up(t, everything.stack, everything.values).Registrations
		for _, one := range all {
			if one.Type == breach.kind {
				breach.edit(one.Inputs)
			}
		}
		assert.NotEmpty(t, broken(t, graph(all), breach.id), "%s does not notice", breach.id)
		noticed[breach.id] = true
	}
	prod := recorder.Up(t, "prod", recorder.StackFile(t, "prod")).Registrations
	for id := range checks() {
		assert.True(t, noticed[id] || broken(t, graph(prod), id) != "", "nothing has been seen to break %s", id)
	}
}

func broken(t *testing.T, g graph, id string) string {
	t.Helper()
	check, ok := checks()[id]
	require.True(t, ok, "%s has no check", id)
	return check(g.serving())
}

// TestTheControlsPage compares docs/reference/controls.md with what the committed stacks register.
func TestTheControlsPage(t *testing.T) {
	stacks := recorder.StackNames(t)
	header := append([]string{"control", "also", "what has to hold", "what it costs"}, stacks...)
	results := map[string]map[string]string{}
	for _, name := range stacks {
		v := variant{name, name, recorder.StackFile(t, name)}
		all := recorder.Up(t, name, v.values).Registrations
		results[name] = map[string]string{}
		for _, control := range controls.All() {
			results[name][control.ID] = "holds"
			if reason, ok := recorder.Config(t, v.stack, v.values).Waivers[control.ID]; ok && broken(t, graph(all), control.ID) != "" {
				results[name][control.ID] = "waived: " + reason
			}
		}
	}
	var rows [][]string
	for _, control := range controls.All() {
		row := []string{"`" + control.ID + "`", strings.Join(control.Also, ", "), control.What, orNothing(control.Cost)}
		for _, name := range stacks {
			row = append(row, results[name][control.ID])
		}
		rows = append(rows, row)
	}
	golden.Docs("docs/reference/controls.md").Check(t, golden.Table(header, rows))
}

func orNothing(cost string) string {
	if cost == "" {
		return "nothing"
	}
	return cost
}

// graph is every resource that a run of the program registers.
type graph []recorder.Registration

// each names the first resource of a type that is not right; "": there is none.
func (g graph) each(kind string, right func(map[string]any) bool) string {
	for _, one := range g {
		if one.Type == kind && !right(one.Inputs) {
			return one.Key()
		}
	}
	return ""
}

// needed is each for a type of which there has to be a resource.
func (g graph) needed(kind string, right func(map[string]any) bool) string {
	if !slices.ContainsFunc(g, func(one recorder.Registration) bool { return one.Type == kind }) {
		return "there is no " + kind
	}
	return g.each(kind, right)
}

// instances checks all instances. Its counterpart sources leaves out replicas.
func (g graph) instances(right func(map[string]any) bool) string {
	return g.needed("aws:rds/instance:Instance", right)
}

func (g graph) sources(right func(map[string]any) bool) string {
	return g.instances(func(in map[string]any) bool { return in["replicateSourceDb"] != nil || right(in) })
}

// parameter checks the value of a parameter in every parameter group.
func (g graph) parameter(name string, right func(string) bool) string {
	return g.needed("aws:rds/parameterGroup:ParameterGroup", func(in map[string]any) bool {
		return slices.ContainsFunc(in["parameters"].([]any), func(p any) bool {
			entry := p.(map[string]any)
			return entry["name"] == name && right(fmt.Sprint(entry["value"]))
		})
	})
}

// subscription checks that there is an event subscription with exactly these categories.
func (g graph) subscription(kind string, categories ...any) string {
	for _, one := range g {
		in := one.Inputs
		if one.Type == "aws:rds/eventSubscription:EventSubscription" && in["sourceType"] == kind && assert.ObjectsAreEqual(categories, in["eventCategories"]) {
			return ""
		}
	}
	return fmt.Sprintf("no subscription of %s has exactly the categories %v", kind, categories)
}

// statements checks the statements of every policy document in a field of a resource type.
func (g graph) statements(kind, field string, right func(iam.Statement) bool) string {
	return g.each(kind, func(in map[string]any) bool {
		text, isText := in[field].(string)
		if !isText {
			return true
		}
		var document iam.Document
		return json.Unmarshal([]byte(text), &document) == nil &&
			!slices.ContainsFunc(document.Statement, func(s iam.Statement) bool { return !right(s) })
	})
}
