package pipeline

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// authorization is the entry of an action in AWS's Service Authorization Reference.
type authorization struct {
	ResourceTypes []struct {
		Name     string
		Required bool
	}
}

// TestPoliciesAgainstTheReference: each action exists; each resource has a type that the action takes; each required type is
// there; and only an action that takes no resource is allowed on "*". The reference comes from an npm package.
func TestPoliciesAgainstTheReference(t *testing.T) {
	tools.Need(t, tools.IAMData)
	data := filepath.Join(tools.At(t, tools.IAMData), "data")
	type resourceType struct{ Key, Arn string }
	read := func(kind, service string, into any) {
		text, err := os.ReadFile(filepath.Join(data, kind, service+".json"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, into))
	}
	types := map[string]map[string]resourceType{}
	actions := map[string]map[string]authorization{}
	// The resources that an action is allowed on, in all policies of a role.
	for role, names := range Roles() {
		on := map[string]map[string]bool{}
		for _, name := range names {
			for _, statement := range Policies()[name].Statement {
				for _, action := range statement.Action {
					if on[action] == nil {
						on[action] = map[string]bool{}
					}
					if statement.Effect == "Allow" {
						for _, resource := range statement.Resource {
							on[action][resource] = true
						}
					}
				}
			}
		}
		for action, resources := range on {
			service, name, _ := strings.Cut(action, ":")
			if actions[service] == nil {
				read("actions", service, ptr(actions, service))
				read("resourceTypes", service, ptr(types, service))
			}
			entry, known := actions[service][strings.ToLower(name)]
			if !assert.True(t, known, "AWS has no action %s", action) || len(resources) == 0 {
				continue
			}
			taken := map[string]bool{}
			for resource := range resources {
				matched := resource == "*"
				for _, kind := range entry.ResourceTypes {
					if !matched || resource != "*" {
						if fits(resource, types[service][strings.ToLower(kind.Name)].Arn) {
							matched, taken[kind.Name] = true, true
						}
					}
				}
				assert.True(t, matched, "role %s: %s takes no resource such as %s", role, action, resource)
			}
			for _, kind := range entry.ResourceTypes {
				switch {
				case resources["*"]:
					assert.False(t, kind.Required && action != "kms:CreateKey", "role %s: %s can be limited to a %s", role, action, kind.Name)
				case kind.Required && kind.Name != "cluster": // Aurora's
					assert.True(t, taken[kind.Name], "role %s: %s needs a resource of type %s as well", role, action, kind.Name)
				}
			}
		}
	}
	require.NotEmpty(t, actions)
}

// ptr adds an empty map to a map, and returns its address for a decoder.
func ptr[V any](in map[string]map[string]V, key string) *map[string]V {
	in[key] = map[string]V{}
	inner := in[key]
	return &inner
}

// fits tells whether a resource pattern of a policy can match ARNs of a resource type.
func fits(pattern, arn string) bool {
	if pattern == "STATE_KEY" {
		pattern = "arn:PARTITION:kms:REGION:ACCOUNT:key/*"
	}
	kind := regexp.MustCompile(`\$\{[A-Za-z]+\}`).ReplaceAllString(regexp.QuoteMeta(arn), "x")
	kind = regexp.MustCompile(`\\\$\\\{[A-Za-z]+\\\}`).ReplaceAllString(kind, ".*")
	return regexp.MustCompile("^" + kind + "$").MatchString(pattern)
}
