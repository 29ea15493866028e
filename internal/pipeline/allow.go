package pipeline

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// allow makes a policy of grants, with one statement for all actions that have the same resources and condition.
func allow(grants []Grant) iam.Document {
	type target struct{ action, condition string }
	resources := map[target]map[string]bool{}
	conditions := map[string]iam.Condition{}
	for _, grant := range grants {
		text, err := json.Marshal(grant.Condition) // sorted by key
		if err != nil {
			panic(err) // maps of strings
		}
		conditions[string(text)] = grant.Condition
		for _, action := range grant.Actions {
			at := target{action, string(text)}
			if resources[at] == nil {
				resources[at] = map[string]bool{}
			}
			for _, resource := range grant.Resources {
				resources[at][resource] = true
			}
		}
	}
	type group struct{ condition, resources string }
	actions := map[group][]string{}
	for at, all := range resources {
		in := group{at.condition, strings.Join(widest(slices.Sorted(maps.Keys(all))), "\n")}
		actions[in] = append(actions[in], at.action)
	}
	var statements []iam.Statement
	for in, all := range actions {
		slices.Sort(all)
		statements = append(statements, iam.Statement{
			Effect: iam.Allow, Action: all, Resource: strings.Split(in.resources, "\n"), Condition: conditions[in.condition],
		})
	}
	slices.SortFunc(statements, func(a, b iam.Statement) int {
		return cmp.Or(slices.Compare(a.Action, b.Action), slices.Compare(a.Resource, b.Resource))
	})
	return iam.Policy(statements...)
}

// widest leaves out the patterns that another one covers.
func widest(patterns []string) []string {
	return slices.DeleteFunc(slices.Clone(patterns), func(pattern string) bool {
		return slices.ContainsFunc(patterns, func(other string) bool { return other != pattern && iam.Values{other}.Cover(pattern) })
	})
}
