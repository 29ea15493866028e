package simcloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// operators are the condition operators, without those that negate one of them.
func operators() map[string]func(values []string, value string) bool {
	same := func(values []string, value string) bool {
		return slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
	}
	return map[string]func([]string, string) bool{
		"StringEquals": slices.Contains[[]string], "StringEqualsIgnoreCase": same, "StringLike": isLike,
		"ArnEquals": isLike, "ArnLike": isLike, "Bool": same,
	}
}

// condition is an operator of a policy.
type condition struct {
	holds     func(values []string, value string) bool
	negated   bool
	ifExists  bool // it holds where the key has no value
	simulated bool
}

func conditionOf(operator string) condition {
	name, ifExists := strings.CutSuffix(operator, "IfExists")
	positive := strings.Replace(name, "Not", "", 1)
	holds, simulated := operators()[positive]
	return condition{holds, positive != name, ifExists, simulated}
}

// meets tells whether all conditions of a statement hold.
func meets(conditions iam.Condition, context map[string]string) bool {
	for operator, keys := range conditions {
		o := conditionOf(operator)
		for key, values := range keys {
			value, exists := context[key]
			switch {
			case !o.simulated:
				return false
			case !exists && (o.ifExists || o.negated):
			case !exists || o.holds(values, value) == o.negated:
				return false
			}
		}
	}
	return true
}

// checkConditions refuses a policy with an operator that meets does not know.
func checkConditions(document iam.Document) error {
	for _, s := range document.Statement {
		for operator := range s.Condition {
			if !conditionOf(operator).simulated {
				return fmt.Errorf("the condition operator %s is not simulated: add it to operators in simcloud", operator)
			}
		}
	}
	return nil
}

// isLike tells whether a value is like one of the patterns, in which * stands for any characters and ? for one.
func isLike(patterns []string, value string) bool {
	wildcards := strings.NewReplacer(`\*`, ".*", `\?`, ".")
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return regexp.MustCompile("^(?s:" + wildcards.Replace(regexp.QuoteMeta(pattern)) + ")$").MatchString(value)
	})
}
