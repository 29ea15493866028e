package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestDependentActions: a role is allowed every dependent action of its calls, unless the table says why it does without.
func TestDependentActions(t *testing.T) {
	tools.Need(t, tools.IAMSimulate, tools.Node)
	var requests []simulation
	for _, dependent := range DependentActions() {
		for _, call := range dependent.Calls {
			assert.True(t, allows(dependent.Role, call), "the role %s does not call %s", dependent.Role, call)
		}
		for _, action := range dependent.Needs.Actions {
			if action == "backup:TagResource" {
				continue // the simulator takes a vault or a plan for a recovery point, too
			}
			for _, resource := range dependent.Needs.Resources {
				r := simulation{Role: dependent.Role, Action: action, Resource: resource, Context: map[string]string{}, allowed: dependent.Waived == ""}
				for _, keys := range dependent.Needs.Condition {
					for key, values := range keys {
						r.Context[key] = filled(dependent.Role, "").Replace(values[0])
					}
				}
				if resource != anywhere {
					r.Resource = strings.ReplaceAll(filled(dependent.Role, "").Replace(resource), "*", "x")
				}
				requests = append(requests, r)
			}
		}
	}
	simulate(t, requests)
}

// allows tells whether a policy of the role names the action.
func allows(role, action string) bool {
	for _, name := range Roles()[role] {
		for _, statement := range Policies()[name].Statement {
			if statement.Effect == "Allow" && slices.Contains(statement.Action, action) {
				return true
			}
		}
	}
	return false
}

// TestDependentActionsAreComplete: the provider itself does not call what a role may do only through another service, or only
// with another call, so the table has it.
func TestDependentActionsAreComplete(t *testing.T) {
	asked := map[string]bool{}
	for _, one := range DependentActions() {
		for _, action := range one.Needs.Actions {
			asked[action] = true
		}
	}
	found := map[string]bool{}
	for _, name := range []string{"preview", "preview-database", "deploy-database", "deploy-aurora", "deploy-backup", "deploy-network", "deploy-access"} {
		for _, statement := range Policies()[name].Statement {
			for _, keys := range statement.Condition {
				for _, key := range []string{"kms:ViaService", "iam:PassedToService", "ec2:CreateAction"} {
					if keys[key] == nil {
						continue
					}
					found[key] = true
					for _, action := range statement.Action {
						assert.True(t, asked[action], "%s allows %s under %s, and no call depends on it", name, action, key)
					}
				}
			}
		}
	}
	assert.Len(t, found, 3)
}
