//go:build prove

package changes

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
)

// page is the report of the matrix.
var page = golden.Page{File: "docs/reference/transitions.md"}

// TestTransitions makes every change of the matrix on the real engine, and compares docs/reference/transitions.md with what happens; -update
// rewrites it.
//
// All of them are made in prod, protected, and in dev between the two steps of a removal, with the protection
// off; the refusals in the other two combinations, too. Dev makes them backwards: what a change does is the same
// whatever came before.
func TestTransitions(t *testing.T) {
	t.Parallel()
	const unprotected = "database: {deletionProtection: false}"
	happened := map[string][]outcome{} // by stack, in the order of transitions
	proved := t.Run("of", func(t *testing.T) {
		for _, in := range []environment{
			{name: "prod", stack: "prod"},
			{name: "dev, unprotected", stack: "dev", patch: unprotected, once: true, backwards: true},
			{name: "prod, unprotected", stack: "prod", patch: unprotected, refusals: true, once: true},
			{name: "dev", stack: "dev", refusals: true, once: true, backwards: true},
		} {
			happened[in.name] = in.prove(t)
		}
	})
	if !proved {
		return
	}
	prod := happened["prod"]
	for i, row := range transitions() {
		for stack, outcomes := range happened {
			if outcomes[i] != (outcome{}) && prod[i] != (outcome{}) {
				assert.Equal(t, prod[i], outcomes[i], "%s: what happens in %s is not what happens in prod", row, stack)
			}
		}
	}
	if !slices.Contains(prod, outcome{}) { // a part alone makes no report
		page.CheckWhole(t, transitionsReport(prod))
	}
}

// environment is a stack file under the changes, and how they are made.
type environment struct {
	name, stack, patch string
	refusals           bool // only these
	once               bool // by an up alone
	backwards          bool // the last row first, but for chains
}

// prove makes the changes, in parallel on several stacks. The outcomes are complete when the subtests have ended.
func (in environment) prove(t *testing.T) []outcome {
	outcomes := make([]outcome, len(transitions()))
	for _, of := range in.stacks() {
		t.Run(of.name(in.name), func(t *testing.T) {
			t.Parallel()
			s := beginning(t, in.stack, in.patch, births()[of.born])
			s.once = in.once
			for _, i := range of.rows {
				row := transitions()[i]
				t.Run(row.String(), func(t *testing.T) {
					outcomes[i] = s.make(t, row)
					page.HasRow(t, row.cells(outcomes[i]))
				})
			}
		})
	}
	return outcomes
}

// stackRows are the rows that share a stack, by their indices in transitions.
type stackRows struct {
	part, born, chain string
	rows              []int
}

func (s *stackRows) name(of string) string {
	parts := slices.DeleteFunc([]string{of, s.part, s.born, s.chain}, func(part string) bool { return part == "" })
	return strings.Join(parts, ", ")
}

// stacks are a stack for each part of the report and each birth and each chain in it.
func (in environment) stacks() []*stackRows {
	var all []*stackRows
	for i, row := range transitions() {
		if in.refusals && row.refused == "" {
			continue
		}
		at := slices.IndexFunc(all, func(s *stackRows) bool { return s.part == row.part && s.born == row.born && s.chain == row.chain })
		if at < 0 {
			at = len(all)
			all = append(all, &stackRows{part: row.part, born: row.born, chain: row.chain})
		}
		all[at].rows = append(all[at].rows, i)
	}
	for _, s := range all {
		if in.backwards && s.chain == "" {
			slices.Reverse(s.rows)
		}
	}
	return all
}

// outcome is what a change did. It is the same for every stack: <env> stands for the environment.
type outcome struct {
	what string // the operations, or which rule refused it
	why  string // the reason, or what to do instead
}

// leavesTokens tells whether the clients log in by token before a change, and not after it. The run leaves the pods their tokens, and the one
// after it takes them away.
func leavesTokens(from, to string) bool {
	return strings.Contains(from, "credentials: iam") && !strings.Contains(to, "credentials: iam")
}

// make makes one change, and checks what every change has to keep.
func (s *transitioning) make(t *testing.T, row transition) outcome {
	s.T = t
	if s.patch != row.from {
		leaves := leavesTokens(s.patch, row.from)
		s.write(t, row.from)
		s.untouched(s.MustUp)
		if leaves {
			s.untouched(s.MustUp)
		}
	}
	s.write(t, row.to)
	var result outcome
	switch {
	case row.refused == "" && s.once:
		s.untouched(func() []string { did := s.MustUp(); result = outcome{operations(did), row.why}; return did })
		if leavesTokens(row.from, row.to) {
			s.untouched(s.MustUp)
		}
	case row.refused != "":
		result = s.refused(row)
	default:
		var did []string
		shown := s.quiet(s.MustPreview)
		s.untouched(func() []string { did = s.MustUp(); return did })
		assert.Equal(t, shown, did, "an up does what the preview showed")
		if leavesTokens(row.from, row.to) {
			did := s.MustUp()
			assert.NotEmpty(t, did, "a second run does the rest")
			for _, change := range did {
				assert.Regexp(t, "^delete aws:iam/rolePolicy:RolePolicy::.*/log-in-to-the-database$", change, "which is to take tokens away")
			}
		}
		assert.Empty(t, s.MustPreview(), "a second run changes nothing")
		result = outcome{operations(did), row.why}
	}
	if row.refused != "" {
		s.write(t, row.from)
	}
	return outcome{s.env.Replace(result.what), s.env.Replace(result.why)}
}

// refused expects a preview and an up to refuse the change before anything in the cloud is touched, with a message that has the key,
// the old and the new value, and what to do instead.
func (s *transitioning) refused(row transition) outcome {
	s.T.Helper()
	var messages []string
	for _, run := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return s.Preview(s.T.Context()) },
		func() (*engine.Result, error) { return s.Up(s.T.Context()) },
	} {
		s.quiet(func() []string { messages = append(messages, s.MustFail(run())); return nil })
		for _, part := range []string{row.key, row.was, row.now, row.refused, "nothing was changed"} {
			require.Contains(s.T, messages[len(messages)-1], s.names.Replace(part))
		}
	}
	report := regexp.MustCompile(`: ` + regexp.QuoteMeta(s.names.Replace(row.now)) + `\n +rule: (.*)\n +write: (.*)`)
	if found := report.FindStringSubmatch(messages[0]); found != nil {
		return outcome{"**refused**: " + found[1], "write " + found[2]}
	}
	return outcome{"**refused**: over the budget", row.refused}
}

// quiet expects a run to write nothing in the cloud.
func (s *transitioning) quiet(run func() []string) []string {
	s.T.Helper()
	before := len(s.Cloud.Log())
	said := run()
	for _, operation := range s.Cloud.Log()[before:] {
		require.Contains(s.T, []string{"read", "invoke"}, operation.Op, "%s %s was touched", operation.Type, operation.Name)
	}
	return said
}

// untouched expects a run to create and delete nothing that holds data or delivers the credentials to the pods, by the log of the cloud.
// The credentials have to work afterwards.
func (s *transitioning) untouched(run func() []string) {
	s.T.Helper()
	before := len(s.Cloud.Log())
	for _, change := range run() {
		op, urn, _ := strings.Cut(change, " ")
		kind, name, _ := strings.Cut(urn, "::")
		assert.False(s.T, op != "update" && lasting(kind, name), change)
	}
	for _, operation := range s.Cloud.Log()[before:] {
		if operation.Op == "create" || operation.Op == "delete" {
			assert.False(s.T, lasting(operation.Type, operation.Name), "%s %s %s", operation.Op, operation.Type, operation.Name)
		}
	}
	assert.Empty(s.T, s.Cloud.Refused(), "the database takes the login of every secret, the pods' among them")
	if primary := s.primary(); s.inCluster {
		url := s.KubeSecret("DB_URL")
		if strings.Contains(url, "-pooler.") {
			url = s.KubeSecret("DB_DIRECT_URL")
		}
		assert.Contains(s.T, url, primary.Text("endpoint"), "and its address")
	}
}
