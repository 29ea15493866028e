package changes

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

const transitionsFile = "docs/transitions.md"

// proveTransitions makes every change of transitions on the real engine, and holds docs/transitions.md to what
// happens; -update rewrites it.
//
// All of them are made in prod, protected, and in dev between the two steps of a removal, with the protection
// off; the refusals in the other two combinations, too.
func proveTransitions(t *testing.T) {
	t.Parallel()
	const unprotected = "database: {deletionProtection: false}"
	happened := map[string][]outcome{} // by stack, in the order of transitions
	proved := t.Run("of", func(t *testing.T) {
		for _, in := range []struct {
			name, stack, patch string
			refusals           bool // only these
			once               bool // by an up alone
		}{
			{name: "prod", stack: "prod"},
			{name: "dev, unprotected", stack: "dev", patch: unprotected, once: true},
			{name: "prod, unprotected", stack: "prod", patch: unprotected, refusals: true, once: true},
			{name: "dev", stack: "dev", refusals: true, once: true},
		} {
			outcomes := make([]outcome, len(transitions()))
			happened[in.name] = outcomes
			for _, of := range stacks(in.refusals) {
				t.Run(strings.TrimSuffix(in.name+", "+of.part+", "+of.born, ", "), func(t *testing.T) {
					t.Parallel()
					s := beginning(t, in.stack, in.patch, births()[of.born])
					s.once = in.once
					for _, i := range of.rows {
						row := transitions()[i]
						t.Run(row.String(), func(t *testing.T) {
							outcomes[i] = s.make(t, row)
							transitionsFile.HasRow(t, row.cells(outcomes[i]))
						})
					}
				})
			}
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
		golden(t, filepath.Join(root, transitionsFile), transitionsReport(prod))
	}
}

// TestTransitionsCoverEveryKey: a new key needs a row.
func TestTransitionsCoverEveryKey(t *testing.T) {
	var patches strings.Builder
	for _, row := range transitions() {
		patches.WriteString(births()[row.born] + "\n" + row.from + "\n" + row.to + "\n")
	}
	reached := []string{"cluster.kubeconfig", "cluster.context"} // how the cluster is reached, not what is in it
	for _, reference := range config.References() {
		if reference.Type == "object" || slices.Contains(reached, reference.Key) {
			continue
		}
		group, field, nested := strings.Cut(strings.Replace(reference.Key, ".<name>", "", 1), ".")
		if !nested {
			group, field = "", reference.Key
		}
		pattern := regexp.MustCompile(`(?m)` + group + `.*\b` + regexp.QuoteMeta(field) + `"?: `)
		assert.True(t, pattern.MatchString(patches.String()), "no row changes %s", reference.Key)
	}
}

// stackRows are the rows that share a stack, by their places in transitions.
type stackRows struct {
	part, born string
	rows       []int
}

// stacks are a stack for each part of the report and each birth in it.
func stacks(refusals bool) []*stackRows {
	var all []*stackRows
	for i, row := range transitions() {
		if refusals && row.refused == "" {
			continue
		}
		at := slices.IndexFunc(all, func(s *stackRows) bool { return s.part == row.part && s.born == row.born })
		if at < 0 {
			at = len(all)
			all = append(all, &stackRows{part: row.part, born: row.born})
		}
		all[at].rows = append(all[at].rows, i)
	}
	return all
}

// outcome is what a change did, the same for every stack: environments have the name <env>.
type outcome struct {
	what string // the operations, or which rule refused it
	why  string // the way out
}

// make makes one change, and expects of it what every change has to hold to.
func (s *transitioning) make(t *testing.T, row transition) outcome {
	s.t = t
	if s.patch != row.from {
		s.write(t, row.from)
		s.untouched(s.up)
	}
	s.write(t, row.to)
	var result outcome
	switch {
	case row.refused == "" && s.once:
		s.untouched(func() []string { did := s.up(); result = outcome{operations(did), row.why}; return did })
	case row.refused != "":
		result = s.refused(row)
	default:
		var did []string
		shown := s.quiet(s.preview)
		s.untouched(func() []string { did = s.up(); return did })
		assert.Equal(t, shown, did, "an up does what the preview showed")
		assert.Empty(t, s.preview(), "a second run changes nothing")
		result = outcome{operations(did), row.why}
	}
	if row.refused != "" {
		s.write(t, row.from)
	}
	return outcome{s.env.Replace(result.what), s.env.Replace(result.why)}
}

// refused expects the change to be refused by a preview and by an up, before anything in the cloud is touched,
// with a message that says what changes, from what, to what, and what to do instead.
func (s *transitioning) refused(row transition) outcome {
	s.t.Helper()
	var messages []string
	for _, run := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return s.Preview(s.t.Context()) },
		func() (*engine.Result, error) { return s.Up(s.t.Context()) },
	} {
		s.quiet(func() []string { messages = append(messages, s.refuse(run())); return nil })
		for _, part := range []string{row.key, row.was, row.now, row.refused, "nothing was changed"} {
			require.Contains(s.t, messages[len(messages)-1], s.names.Replace(part))
		}
	}
	report := regexp.MustCompile(`: ` + regexp.QuoteMeta(s.names.Replace(row.now)) + `\n +rule: (.*)\n +write: (.*)`)
	if found := report.FindStringSubmatch(messages[0]); found != nil {
		return outcome{"**refused**: " + found[1], "write " + found[2]}
	}
	return outcome{"**refused**: over the budget", row.refused}
}

// quiet expects a run to change nothing in the cloud.
func (s *transitioning) quiet(run func() []string) []string {
	s.t.Helper()
	before := len(s.Cloud.Log())
	said := run()
	for _, operation := range s.Cloud.Log()[before:] {
		require.Contains(s.t, []string{"read", "invoke"}, operation.Op, "%s %s was touched", operation.Type, operation.Name)
	}
	return said
}

// untouched expects a run to make and to delete nothing that holds data or brings the credentials to the pods:
// the cloud's own account, whatever the engine says. The credentials work afterwards.
func (s *transitioning) untouched(run func() []string) {
	s.t.Helper()
	before := len(s.Cloud.Log())
	for _, change := range run() {
		op, urn, _ := strings.Cut(change, " ")
		kind, name, _ := strings.Cut(urn, "::")
		assert.False(s.t, op != "update" && lasting(kind, name), change)
	}
	for _, operation := range s.Cloud.Log()[before:] {
		if operation.Op == "create" || operation.Op == "delete" {
			assert.False(s.t, lasting(operation.Type, operation.Name), "%s %s %s", operation.Op, operation.Type, operation.Name)
		}
	}
	assert.Empty(s.t, s.Cloud.Refused(), "the database takes the login of every secret, the pods' among them")
	if primary := s.primary(); s.inCluster {
		url := s.kubeSecret("DB_URL")
		if strings.Contains(url, "-pooler.") {
			url = s.kubeSecret("DB_DIRECT_URL")
		}
		assert.Contains(s.t, url, primary.Text("endpoint"), "and its address")
	}
}
