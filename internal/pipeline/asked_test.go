package pipeline

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestAskedOfCallers: what AWS asks of a role for the sake of an argument, the role may do, or it is said why it need not.
func TestAskedOfCallers(t *testing.T) {
	tools.Need(t, tools.IAMSimulate, tools.Node)
	var requests []request
	for _, asked := range AskedOfCallers() {
		for _, call := range asked.Calls {
			assert.True(t, allows(asked.Role, call), "the role %s does not call %s", asked.Role, call)
		}
		for _, action := range asked.For.Actions {
			for _, resource := range asked.For.Resources {
				r := request{Role: asked.Role, Action: action, Resource: resource, Context: map[string]string{}, allowed: asked.Unmet == ""}
				for _, keys := range asked.For.Condition {
					for key, values := range keys {
						r.Context[key] = filled(asked.Role, "").Replace(values[0])
					}
				}
				r.Resource = strings.ReplaceAll(filled(asked.Role, "").Replace(resource), "*", "x")
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

// TestAskedIsComplete: what a role may do only by way of another service, or only with another call, is in the table; the
// provider does not call it.
func TestAskedIsComplete(t *testing.T) {
	asked := map[string]bool{}
	for _, one := range AskedOfCallers() {
		for _, action := range one.For.Actions {
			asked[action] = true
		}
	}
	found := map[string]bool{}
	for _, name := range []string{"preview", "deploy-database", "deploy-access"} {
		for _, statement := range Policies()[name].Statement {
			for _, keys := range statement.Condition {
				for _, key := range []string{"kms:ViaService", "iam:PassedToService", "ec2:CreateAction"} {
					if keys[key] == nil {
						continue
					}
					found[key] = true
					for _, action := range statement.Action {
						assert.True(t, asked[action], "%s allows %s under %s, and no argument asks for it", name, action, key)
					}
				}
			}
		}
	}
	assert.Len(t, found, 3)
}
