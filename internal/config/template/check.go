package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// Problem is one thing that is wrong with a template; its key is the path inside of it.
type Problem = schema.Problem

// Check finds everything that is wrong with a template, for charts of these needs.
func Check(shape map[string]any, needs []Need) schema.Problems {
	c := &checker{used: map[string]bool{}}
	c.node("", "", shape)
	if len(c.problems) > 0 {
		return c.problems // what is missing may be what is misspelt
	}
	for _, need := range needs {
		if need.With != "" && !c.used[need.With] {
			continue
		}
		if !slices.ContainsFunc(need.AnyOf, func(name string) bool { return c.used[name] }) {
			c.add(Problem{Rule: "uses ${" + strings.Join(need.AnyOf, "} or ${") + "}: " + need.Why,
				Fix: "${" + need.AnyOf[0] + "} where the chart has it"})
		}
	}
	return c.problems
}

// checker walks through a template.
type checker struct {
	problems schema.Problems
	used     map[string]bool // placeholders
}

func (c *checker) add(p Problem) { c.problems = append(c.problems, p) }

// node checks what is at a path; name is the last name on it.
func (c *checker) node(path, name string, node any) {
	switch node := node.(type) {
	case map[string]any:
		if variable, ok := node["name"].(string); ok { // of a container
			c.secretByName(path+".value", variable, node["value"])
		}
		for _, key := range slices.Sorted(maps.Keys(node)) {
			below := path + step(key)
			if strings.Contains(key, "${") {
				c.add(Problem{Key: below, Rule: "placeholders are in values alone", Fix: "a name without ${"})
			}
			c.node(below, key, node[key])
		}
	case []any:
		for i, item := range node {
			c.node(fmt.Sprintf("%s[%d]", path, i), name, item)
		}
	case nil:
		c.add(Problem{Key: path, Rule: "not null: outputs drop it", Fix: "a value, or remove the line"})
	case string:
		c.secretByName(path, name, node)
		c.text(path, node)
	default:
		c.secretByName(path, name, node)
	}
}

// text checks a text with its placeholders.
func (c *checker) text(path, text string) {
	if rules.HoldsCredential(text) {
		c.secret(path)
		return
	}
	parts := Parse(text)
	for _, part := range parts {
		if part.IsPlaceholder {
			c.placeholder(Problem{Key: path, Value: schema.Show(text)}, part.Placeholder, len(parts) > 1)
		}
	}
}

// placeholder checks a placeholder of a text. The problem has where that is.
func (c *checker) placeholder(problem Problem, name string, isPartOfText bool) {
	placeholder, isKnown := known(name)
	near := schema.Closest(name, names())
	switch {
	case isKnown && isPartOfText && !placeholder.Type.fitsWords():
		problem.Rule = fmt.Sprintf("${%s}, a %s, stands alone", name, placeholder.Type)
		problem.Fix = "${" + name + "} and nothing beside it"
	case isKnown:
		c.used[name] = true
		return
	case !plainName.MatchString(name):
		problem.Rule = "a placeholder is ${ with a name and }"
		problem.Fix = "one such as ${roleArn}, or $${ for the words ${"
	case secretPlaceholder.MatchString(name):
		problem.Rule = "no secret is a placeholder: values are in outputs and in Git"
		problem.Fix = "${kubernetesSecretName}, the Secret from which the pods have it"
	case near != "":
		problem.Rule, problem.Fix = "there is no placeholder ${"+name+"}; did you mean "+near+"?", "${"+near+"}"
	default:
		problem.Rule, problem.Fix = "there is no placeholder ${"+name+"}", "one of "+strings.Join(names(), ", ")
	}
	c.add(problem)
}

var plainName = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// step is one name as a part of a path.
func step(name string) string {
	if plainName.MatchString(name) {
		return "." + name
	}
	quoted, _ := json.Marshal(name) // a string always has a form in JSON
	return "[" + string(quoted) + "]"
}
