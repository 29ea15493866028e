package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// gitops keeps the values of the applications apart: two in one file go under keys of which neither is below the other.
func (l *loader) gitops() {
	var before []Application
	for _, app := range l.config.Applications() {
		field := app.gitOpsKey()
		if app.GitOps.Path == "" {
			if app.GitOps.Key != "" {
				l.conflict(Problem{Key: field + ".key", Value: schema.Show(app.GitOps.Key),
					Rule: "only with a path: without a file nothing is written under a key",
					Fix:  "the path of the file too"}, field+".path")
			}
			continue
		}
		for _, other := range before {
			if app.GitOps.overlaps(other.GitOps) {
				l.conflict(Problem{Key: field + ".key", Value: schema.Show(app.GitOps.Key),
					Rule: fmt.Sprintf("separate from the key of %s, whose values go into the same file: neither key may be empty, a dot, equal to the other or below it", other.Name),
					Fix:  "a key such as " + app.Name + " for each of the two, or another file"}, "gitops", field)
			}
		}
		before = append(before, app)
	}
}

// gitOpsKey is the key of the application's file in the GitOps repository.
func (a Application) gitOpsKey() string {
	if a.Main {
		return "gitops"
	}
	return a.Key() + ".gitops"
}

// overlaps tells whether two applications write the same lines.
func (g GitOps) overlaps(other GitOps) bool {
	if g.Path != other.Path {
		return false
	}
	one, two := g.Key+".", other.Key+"."
	return g.Key == "" || other.Key == "" || g.Key == "." || other.Key == "." || strings.HasPrefix(one, two) || strings.HasPrefix(two, one)
}
