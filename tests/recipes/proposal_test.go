package recipes

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const pull, address = "refs/pull/1/head", "https://example.com/pull/1"

func cloned() call {
	return on("gh repo clone acme/gitops SCRATCH/gitops -- --quiet --depth 1", "").do(`git clone --quiet --depth 1 "file://$ORIGIN" "$4"`)
}

// listedPulls answers which pull requests there are.
func listedPulls(pulls string) call {
	return on("gh pr list --repo acme/gitops --head mosaic-database/prod --state all --json number,state,url,isCrossRepository,comments", "").do("echo '" + pulls + "'")
}

// created opens the pull request.
func created() call {
	return on("gh pr create --repo acme/gitops --head mosaic-database/prod --base main --title", "").with("Values of the database of prod", "--body",
		"What the stack `prod` of mosaic-database hands over: "+runAddress).do(`git -C "$ORIGIN" update-ref ` + pull + " refs/heads/mosaic-database/prod; echo " + address)
}

// pullRequest is the list with the one.
func pullRequest(state, comments string) string {
	return `[{"number": 1, "state": "` + state + `", "url": "` + address + `", "isCrossRepository": false, "comments": [` + comments + `]}]`
}

// Changed values of the chart are proposed in one pull request of the GitOps repository, which is updated, left or closed when the values
// change. Git and the repository are real; gh and the pull requests are stand-ins.
func TestGitOpsStep(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	closing := on("gh pr close "+address+" --comment", "").with("Withdrawn: main has these values already: " + runAddress)
	open, closed := pullRequest("OPEN", ""), pullRequest("CLOSED", `{"viewerDidAuthor": false, "body": "Withdrawn: not by us"}`)
	withdrawn := pullRequest("CLOSED", `{"viewerDidAuthor": true, "body": "Withdrawn: main has these values already"}`)
	fork := strings.Replace(closed, "false", "true", 1)
	moved := func(b *bench, _, checkout string) {
		b.commit(checkout, "theirs", "")
		b.git("-C", checkout, "push", "--quiet")
	}
	changed := func(b *bench, _, checkout string) {
		b.commit(checkout, valuesFile, "{}\n")
		b.git("-C", checkout, "push", "--quiet")
	}
	others := func(b *bench, _, checkout string) { // the proposal is out of date
		b.git("-C", checkout, "checkout", "--quiet", "-b", "others")
		b.commit(checkout, valuesFile, "{}\n")
		b.git("-C", checkout, "push", "--quiet", "--force", "origin", "HEAD:mosaic-database/prod", "HEAD:"+pull)
	}
	merged := func(b *bench, origin, _ string) { b.git("-C", origin, "update-ref", "refs/heads/main", pull) }
	nothing := func(*bench, string, string) {}

	// All cases begin with the first proposal.
	first := newCI(t, state)
	folder := gitOps(t, first)
	origin := filepath.Join(folder, "origin.git")
	first.env = append(first.env, "GITOPS_REPOSITORY=acme/gitops", "ORIGIN="+origin)
	first.expect(first.known(), cloned(), listedPulls("[]"), created())
	r := first.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	require.Equal(t, valuesFile, first.git("-C", origin, "diff", "--name-only", "main", "mosaic-database/prod"))
	values, before := first.git("-C", origin, "show", "mosaic-database/prod:"+valuesFile), first.git("-C", origin, "rev-parse", "mosaic-database/prod")

	for name, test := range map[string]struct {
		change func(b *bench, origin, checkout string) // after the first proposal
		calls  []call
		pushed bool   // whether the branch has a new commit on top of main, with the values
		gone   bool   // whether the branch was deleted
		want   string // said
		fails  bool
	}{
		"proposed already":                {change: nothing, calls: []call{cloned(), listedPulls(open)}, want: "proposed already: " + valuesFile + ", " + address},
		"main moved on":                   {change: moved, calls: []call{cloned(), listedPulls(open)}, want: "proposed already: " + valuesFile + ", " + address},
		"main has other values now":       {change: changed, calls: []call{cloned(), listedPulls(open)}, pushed: true, want: "changed the pull request " + address},
		"other values were proposed":      {change: others, calls: []call{cloned(), listedPulls(open)}, pushed: true, want: "changed the pull request " + address},
		"somebody closed it":              {change: nothing, calls: []call{cloned(), listedPulls(closed)}, want: "somebody closed the pull request with these values"},
		"somebody closed other values":    {change: others, calls: []call{cloned(), listedPulls(closed), created()}, pushed: true, want: "proposed " + valuesFile},
		"it was withdrawn":                {change: nothing, calls: []call{cloned(), listedPulls(withdrawn), created()}, pushed: true, want: "proposed " + valuesFile},
		"a fork has a branch of the name": {change: nothing, calls: []call{cloned(), listedPulls(fork), created()}, pushed: true, want: "proposed " + valuesFile},
		"merged":                          {change: merged, calls: []call{cloned(), listedPulls(pullRequest("MERGED", ""))}, want: "up to date on main: " + valuesFile},
		"obsolete":                        {change: merged, calls: []call{cloned(), listedPulls(open), closing}, gone: true, want: "closed " + address},
		"a push that is refused": {change: func(b *bench, origin, checkout string) {
			changed(b, origin, checkout)
			refuse(b.t, origin)
		}, calls: []call{cloned(), listedPulls(open)}, fails: true, want: "the remote refused a push to mosaic-database/prod"},
		"no access":           {change: nothing, calls: []call{cloned().do("exit 1")}, fails: true, want: "cannot clone acme/gitops, see above; the GitHub App needs"},
		"no list":             {change: nothing, calls: []call{cloned(), listedPulls("").do("exit 1")}, fails: true, want: "cannot list the pull requests of acme/gitops"},
		"no pull requests":    {change: changed, calls: []call{cloned(), listedPulls("[]"), created().do("exit 1")}, pushed: true, fails: true, want: "but cannot open a pull request for it"},
		"it cannot be closed": {change: merged, calls: []call{cloned(), listedPulls(open), closing.do("exit 1")}, fails: true, want: "cannot close the pull request " + address},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, state)
			origin, checkout := b.have(folder)
			test.change(b, origin, checkout)
			branch := func() string {
				return b.git("-C", origin, "for-each-ref", "--format=%(objectname)", "refs/heads/mosaic-database/prod")
			}
			b.expect(append([]call{b.known()}, test.calls...)...)
			r := b.step("ci/gitops", "prod")
			assert.Equal(t, test.fails, r.code != 0, r.stderr)
			assert.Contains(t, r.stderr, test.want)
			switch {
			case test.gone:
				assert.Empty(t, branch())
			case test.pushed:
				assert.NotEqual(t, before, branch())
				assert.Equal(t, b.git("-C", origin, "rev-parse", "main"), b.git("-C", origin, "rev-parse", "mosaic-database/prod~1"))
				assert.Equal(t, values, b.git("-C", origin, "show", "mosaic-database/prod:"+valuesFile))
			default:
				assert.Equal(t, before, branch(), "a needless push")
			}
		})
	}
}

// The values of all applications are one pull request, which is recognised again.
func TestGitOpsStepOfSeveralApplications(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, outputsOnly(t))
	origin, checkout := b.have(gitOps(t, newBench(t, b.state)))
	known := b.knownWith("additionalApps", map[string]any{"worker": map[string]any{
		"helmValues": map[string]any{"serviceAccount": "worker"}, "gitops": map[string]any{"path": sharedFile, "key": "worker"},
	}})
	b.expect(known, cloned(), listedPulls("[]"), created())
	r := b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	require.Equal(t, valuesFile+"\n"+sharedFile, b.git("-C", origin, "diff", "--name-only", "main", "mosaic-database/prod"))
	before := b.git("-C", origin, "rev-parse", "mosaic-database/prod")

	b.commit(checkout, "theirs", "") // main moves on, elsewhere
	b.git("-C", checkout, "push", "--quiet")
	b.expect(known, cloned(), listedPulls(pullRequest("OPEN", "")))
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "proposed already: "+valuesFile+", "+sharedFile+", "+address)
	assert.Equal(t, before, b.git("-C", origin, "rev-parse", "mosaic-database/prod"), "a needless push")

	b.commit(checkout, sharedFile, "replicas: 3\n") // people change the shared file
	b.git("-C", checkout, "push", "--quiet")
	b.expect(known, cloned(), listedPulls(pullRequest("OPEN", "")))
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "changed the pull request "+address)
	assert.True(t, strings.HasPrefix(b.git("-C", origin, "show", "mosaic-database/prod:"+sharedFile), "replicas: 3\nworker:\n"))
}
