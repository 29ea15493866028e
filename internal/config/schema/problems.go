package schema

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the configuration, and what to do about it.
type Problem struct {
	Key   string // full key, such as "mosaic-database:database.allocatedStorage" or "aws:region"
	Value string // the value as it stands; "" where there is none, or where it might be confidential
	Rule  string // what has to hold
	Fix   string // what to write instead
	Meant string // the key that an unknown one most likely means; "": none
}

// Problems is every problem found, in the order of the configuration. As an error it reads as one report.
type Problems []Problem

// Err is the problems as an error, nil if there are none.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Error is the report: a headline, then key, value, rule and fix of each problem.
func (p Problems) Error() string {
	count := fmt.Sprintf("%d problems", len(p))
	if len(p) == 1 {
		count = "1 problem"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "the configuration has %s; nothing was changed:\n", count)
	for i, problem := range p {
		fmt.Fprintf(&b, "\n%3d. %s", i+1, problem.Key)
		if problem.Value != "" {
			fmt.Fprintf(&b, ": %s", problem.Value)
		}
		fmt.Fprintf(&b, "\n     rule: %s\n     write: %s\n", problem.Rule, problem.Fix)
	}
	return b.String()
}

// Under is the problems with their keys below a prefix.
func (p Problems) Under(prefix string) Problems {
	for i := range p {
		p[i].Key = prefix + p[i].Key
		if p[i].Meant != "" {
			p[i].Meant = prefix + p[i].Meant
		}
	}
	return p
}
