package recipes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// Only the head of main is deployed, even if somebody approves an older commit.
func TestHeadStep(t *testing.T) {
	need(t)
	t.Parallel()
	head := on("gh api repos/acme/database/commits/main --jq .sha", "1111111111111111")
	for name, test := range map[string]struct {
		ref, commit string
		calls       []call
		want        string
		ok          bool
	}{
		"the head":        {ref: "refs/heads/main", commit: "1111111111111111", calls: []call{head}, want: "111111111111 is the head of main", ok: true},
		"an older commit": {ref: "refs/heads/main", commit: "0000000000000000", calls: []call{head}, want: "the commit 000000000000 is not the head of main any more, that is 111111111111"},
		"another branch":  {ref: "refs/heads/try", commit: "1111111111111111", want: "only main is deployed, and this run is of refs/heads/try"},
		"GitHub is away":  {ref: "refs/heads/main", commit: "1111111111111111", calls: []call{head.do("echo 'HTTP 502' >&2; exit 1")}, want: "cannot read the head of main of acme/database"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, t.TempDir())
			b.env = append(b.env, "GITHUB_REF="+test.ref, "GITHUB_SHA="+test.commit)
			b.expect(test.calls...)
			r := b.step("ci/head")
			assert.Equal(t, test.ok, r.code == 0)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

// An up does only what was approved. On the real engine, each case is a preview, a change before the approval, and another preview.
func TestApprovedStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, deployed(t))
	b.merged(func(text string) string { return strings.Replace(text, "tier: mvp", "tier: small", 1) })
	b.expect(previewCall, costCall)
	require.Zero(t, b.step("ci/preview", "prod").code)
	steps := b.handed("steps")
	assert.Contains(t, steps, "update aws:rds/instance:Instance mosaic-prod-db instanceClass\n")
	for line := range strings.Lines(steps) {
		assert.Regexp(t, `^(update|create|delete|replace)\S* \S+:\S+ \S+( \S+)?\n$`, line, "names alone, no values")
	}
	environment := b.env
	approved := func(steps string, call call) ran {
		b.again()
		b.env = append(environment[:len(environment):len(environment)], "APPROVED="+strings.TrimRight(steps, "\n")) // in the form in which GitHub passes it
		b.expect(call)
		return b.step("ci/approved", "prod")
	}
	r := approved(steps, previewCall)
	assert.Zero(t, r.code, r.stderr)

	r = approved(steps, previewCall.do("echo 'error: no access'; exit 255"))
	assert.NotZero(t, r.code)
	assert.Regexp(t, `(?s)error: no access.*was approved, but now it fails`, r.stderr)
	r = approved(steps, previewCall.do("echo 'no log of events'"))
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "wrote no event log")

	// Somebody has deployed a migration from another branch, which an up would undo.
	elsewhere(t, b.state, engine.Override{Path: "mosaic-database:migrations.attempt", Value: "2"})
	r = approved(steps, previewCall)
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "\ndelete kubernetes:batch/v1:Job core-api-migration-")
	assert.NotContains(t, r.stderr, "\nupdate aws:rds/instance:Instance mosaic-prod-db instanceClass\n", "that was approved")
	assert.Contains(t, r.stderr, "Re-run all jobs")

	// An earlier attempt has done a part already, or all.
	elsewhere(t, b.state, engine.Override{Path: "mosaic-database:tier", Value: "small"})
	r = approved(steps, previewCall)
	assert.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "in its approved preview: 0 steps")
	r = approved("no step\n", previewCall)
	assert.Zero(t, r.code, r.stderr)

	b.again()
	b.env = append(environment, "APPROVED=")
	r = b.step("ci/approved", "prod")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "nothing is approved")
}

// elsewhere is an up of prod by somebody else, with another stack file.
func elsewhere(t *testing.T, state string, overrides ...engine.Override) {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy, Overrides: overrides, Quick: true})
	require.NoError(t, err)
	defer env.Close()
	_, err = env.Up(t.Context())
	require.NoError(t, err)
}
