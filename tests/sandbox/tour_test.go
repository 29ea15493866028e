package main

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// A newcomer sees a database come up, a change refused, a restore, a rotation, and two steps of a destroy; then nothing is left.
func TestTour(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	b := newCopy(t)
	require.NoError(t, b.run(t, "tour"), b.errs.String())
	parts := strings.Split(b.out.String(), "\n  $ "+goRun+" ")
	wants := []struct{ command, outcome string }{
		{"up prod\n", `rds:Instance mosaic-prod-db created`},
		{"up prod -c database.name=stories\n", `rule: immutable: it has to stay mosaic`},
		{"up prod -c restore.generation=2 ", `instanceIdentifier  : "mosaic-prod-db" => "mosaic-prod-db-2"`},
		{"up prod -c restore.generation=2 ", `rds:Instance mosaic-prod-db-2 updated .*password`},
		{"destroy prod\n", `because it is protected`},
		{"up prod -c restore.generation=2 ", `rds:Instance mosaic-prod-db-2 updated .*deletionProtection`},
		{"destroy prod\n", `rds:Instance mosaic-prod-db-2 deleted(?s:.*)final snapshots`},
		{"reset prod\n", `has forgotten prod`},
	}
	require.Len(t, parts, 1+len(wants))
	for i, want := range wants {
		shown, told := parts[i+1], "Look "
		if i == len(wants)-1 {
			told = "Go on with"
		}
		assert.True(t, strings.HasPrefix(shown, want.command), "%q is not %q", shown, want.command)
		assert.Regexp(t, "│ .*"+want.outcome, shown)
		assert.Contains(t, shown, "\n\n"+told, "it says what to look at")
	}
	assert.NotContains(t, b.out.String(), "Enter", "nobody is there")
	assert.NotContains(t, b.out.String(), "\x1b", "there is no terminal")
	assert.False(t, engine.Used(filepath.Join(b.project, folder("prod"))))
}

// The tour leaves alone what somebody has in the sandbox, and a step that goes wrong ends it with what to type.
func TestTourThatCannotGoOn(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
	b := newCopy(t)
	b.program = func(*pulumi.Context) error { return errors.New("no such luck") }
	err := b.run(t, "tour")
	require.ErrorContains(t, err, "the tour ended at step 1, the first up: the command was to succeed, and did not, see above")
	require.ErrorContains(t, err, "to forget it: "+goRun+" reset prod")
	assert.Contains(t, b.out.String(), "no such luck")
	assert.NotContains(t, b.out.String(), "2 of ")

	require.ErrorContains(t, b.run(t, "tour"), "the tour begins with nothing, and .sandbox/prod has a stack already")
	require.NoError(t, b.run(t, "reset", "prod"))

	b.program = func(*pulumi.Context) error { return nil }
	require.ErrorContains(t, b.run(t, "tour"), `has no line like "^total`, "an up that shows nothing of what it was to show")
}

// On a terminal, Enter goes on from step to step; who has gone is not waited for, and --non-interactive waits for nobody.
func TestTourWaitsForEnter(t *testing.T) {
	b := newCopy(t)
	forget := step{title: "forget", command: "reset prod", telling: []string{"forgotten"}, after: "Look."}
	person := strings.NewReader("\n")
	b.person = person
	walk := tour{b.sandbox, readEnters(person)}
	require.NoError(t, walk.walk(t.Context(), []step{forget, forget, forget}))
	assert.Len(t, regexp.MustCompile("Enter goes on").FindAllString(b.out.String(), -1), 2, "none after the last step")

	b.out.Reset()
	walk.enters = nil
	require.NoError(t, walk.walk(t.Context(), []step{forget, forget}))
	assert.NotContains(t, b.out.String(), "Enter")

	forget.refused = true
	require.ErrorContains(t, walk.walk(t.Context(), []step{forget}), "was to be refused, and did not")
}
