package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Fitted fits a document, whose placeholders are filled, to a stack: with the policies of its policyArns in the place of their placeholder,
// without the statements about them if there are none; with the region of the copies likewise; with the stack's boundary and the path of its roles; and with the names that another
// tool gave, beside the environment's own.
func (t Target) Fitted(text []byte) ([]byte, error) {
	var document iam.Document
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading a policy: %w", err)
	}
	document.Statement = slices.DeleteFunc(document.Statement, t.isAboutNoPolicy)
	if t.CopyRegion == "" {
		document.Statement = withoutCopies(document.Statement)
	}
	for i := range document.Statement {
		t.attach(document.Statement[i])
		for j, resource := range document.Statement[i].Resource {
			document.Statement[i].Resource[j] = t.under(resource)
			document.Statement[i].Resource = append(document.Statement[i].Resource, t.adopted(resource)...)
		}
	}
	fitted, err := document.JSON()
	return []byte(fitted), err
}

// isAboutNoPolicy tells whether a statement is about the policies of the stack, and it has none.
func (t Target) isAboutNoPolicy(s iam.Statement) bool {
	for _, keys := range s.Condition {
		for _, values := range keys {
			if slices.Contains(values, policyARNs) {
				return len(t.PolicyArns) == 0
			}
		}
	}
	return false
}

// withoutCopies leaves out what is about the region of the copies, whose placeholder nothing has filled.
func withoutCopies(statements []iam.Statement) []iam.Statement {
	isAbout := func(text string) bool { return strings.Contains(text, copyRegion) }
	for i := range statements {
		statements[i].Resource = slices.DeleteFunc(statements[i].Resource, isAbout)
	}
	return slices.DeleteFunc(statements, func(s iam.Statement) bool { return len(s.Resource) == 0 && s.Principal == nil })
}

// under is the pattern of the program's roles in their path.
func (t Target) under(resource string) string {
	before, name, are := strings.Cut(resource, ":role/"+naming.Prefix+"-")
	if !are || t.RolePath == "" {
		return resource
	}
	return before + ":role" + t.RolePath + naming.Prefix + "-" + name
}

// attach puts the policies and the boundary of the stack into the conditions of a statement.
func (t Target) attach(s iam.Statement) {
	for _, keys := range s.Condition {
		for key := range maps.Keys(keys) {
			switch {
			case slices.Contains(keys[key], policyARNs):
				keys[key] = t.PolicyArns
			case key == "iam:PermissionsBoundary" && t.Boundary != "":
				keys[key] = iam.Values{t.Boundary}
			}
		}
	}
}

// adopted are the patterns that a pattern of the environment's own names has beside it, for the names that another tool gave.
func (t Target) adopted(pattern string) []string {
	own := naming.Instance(t.Environment)
	if kind, of := strings.CutSuffix(pattern, ":subgrp:"+own+"*"); of {
		if t.SubnetGroup == "" {
			return nil
		}
		return []string{kind + ":subgrp:" + t.SubnetGroup}
	}
	kind, of := strings.CutSuffix(pattern, own+"*")
	if alarms, are := strings.CutSuffix(pattern, ":alarm:"+strings.TrimSuffix(own, "db")+"*"); are {
		kind, of = alarms+":alarm:", true
	}
	if !of || strings.Contains(kind, "cluster") { // no cluster is taken over
		return nil
	}
	if strings.HasSuffix(kind, ":pg:") { // replicas have the parameter group of their instance
		if t.Instance == own {
			return nil
		}
		return []string{kind + t.Instance + "*"}
	}
	var all []string
	for _, name := range t.instances() {
		all = append(all, kind+name+"*")
	}
	return all
}

// instances are the identifiers that another tool gave, without those that the pattern of another one covers.
func (t Target) instances() []string {
	all := slices.Clone(t.Replicas)
	if t.Instance != naming.Instance(t.Environment) {
		all = append([]string{t.Instance}, all...)
	}
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		return slices.ContainsFunc(all, func(other string) bool { return other != name && strings.HasPrefix(name, other) })
	})
}
