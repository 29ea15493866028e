package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// gitOps makes a folder with a GitOps repository, which has a folder for prod, and a checkout of it.
func gitOps(t *testing.T, b *bench) (folder string) {
	t.Helper()
	folder = t.TempDir()
	origin, checkout := filepath.Join(folder, "origin.git"), filepath.Join(folder, "checkout")
	b.git("init", "--quiet", "--bare", "--initial-branch=main", origin)
	b.git("clone", "--quiet", origin, checkout)
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "environments", "prod"), 0o700))
	b.commit(checkout, "environments/prod/values.yaml", "replicas: 2\n")
	b.git("-C", checkout, "push", "--quiet", "origin", "main")
	return folder
}

// have copies such a folder to the bench.
func (b *bench) have(folder string) (origin, checkout string) {
	b.t.Helper()
	dir := b.t.TempDir()
	require.NoError(b.t, os.CopyFS(dir, os.DirFS(folder)))
	origin, checkout = filepath.Join(dir, "origin.git"), filepath.Join(dir, "checkout")
	config := filepath.Join(checkout, ".git", "config")
	text, err := os.ReadFile(config)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(config, []byte(strings.Replace(string(text), filepath.Join(folder, "origin.git"), origin, 1)), 0o600))
	b.env = append(b.env, "GITOPS_DIR="+checkout, "ORIGIN="+origin, "GITOPS_REPOSITORY=acme/gitops")
	return origin, checkout
}

// commit makes a commit of one file in a checkout.
func (b *bench) commit(checkout, file, content string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(checkout, file), []byte(content), 0o600))
	b.git("-C", checkout, "add", ".")
	b.git("-C", checkout, "commit", "--quiet", "-m", file)
}

// refuse makes a repository refuse every push.
func refuse(t *testing.T, origin string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(origin, "hooks"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(origin, "hooks", "pre-receive"), []byte("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n"), 0o700))
}

// known answers the outputs of prod without starting the CLI.
func (b *bench) known() call {
	b.t.Helper()
	text, err := engine.State{Dir: b.state, Project: "mosaic-database", Stack: "prod"}.Outputs()
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(b.calls, "outputs"), []byte(text), 0o600))
	return outputs.do(`cat "$CALLS/outputs"`)
}

// knownIn is the same with a file of the GitOps repository, and a key in it.
func (b *bench) knownIn(path, key string) call {
	b.t.Helper()
	return b.knownWith("gitops", map[string]any{"path": path, "key": key})
}

// knownWith is the same with another value of one output.
func (b *bench) knownWith(output string, value any) call {
	b.t.Helper()
	answer := b.known()
	file := filepath.Join(b.calls, "outputs")
	text, err := os.ReadFile(file)
	require.NoError(b.t, err)
	var all map[string]any
	require.NoError(b.t, json.Unmarshal(text, &all))
	all[output] = value
	text, err = json.Marshal(all)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(file, text, 0o600))
	return answer
}

const (
	valuesFile = "environments/prod/values.database.yaml"
	sharedFile = "environments/prod/values.yaml" // people write it, too
)

// gitops-deploy pushes one file, in a commit on top of the remote branch, whatever the state of the checkout.
func TestGitOpsDeploy(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	folder := gitOps(t, newBench(t, state))
	elsewhere := func(b *bench, checkout string) {
		other := filepath.Join(b.t.TempDir(), "other")
		b.git("clone", "--quiet", filepath.Join(checkout, "..", "origin.git"), other)
		b.commit(other, "theirs", "")
		b.git("-C", other, "push", "--quiet", "origin", "main")
	}
	for name, test := range map[string]struct {
		prepare func(b *bench, checkout string)
		behind  bool // whether the checkout is behind the remote afterwards
	}{
		"clean":  {prepare: func(*bench, string) {}},
		"behind": {prepare: elsewhere},
		"ahead":  {behind: true, prepare: func(b *bench, checkout string) { b.commit(checkout, "mine", "") }},
		"diverged": {behind: true, prepare: func(b *bench, checkout string) {
			elsewhere(b, checkout)
			b.commit(checkout, "mine", "")
		}},
		"ahead by what an earlier version left when a push was refused": {behind: true, prepare: func(b *bench, checkout string) {
			b.commit(checkout, valuesFile, "{}\n")
		}},
		"with changes": {prepare: func(_ *bench, checkout string) {
			require.NoError(t, os.WriteFile(filepath.Join(checkout, "stray"), nil, 0o600))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			origin, checkout := b.have(folder)
			test.prepare(b, checkout)
			before := b.git("-C", origin, "rev-parse", "main")
			b.expect(b.known())
			r := b.just("yes\n", "gitops-deploy", "prod")
			require.Zero(t, r.code, r.stderr)
			assert.Equal(t, before, b.git("-C", origin, "rev-parse", "main~1"))
			assert.Equal(t, valuesFile, b.git("-C", origin, "diff", "--name-only", "main~1", "main"))
			assert.Contains(t, b.git("-C", origin, "show", "main:"+valuesFile), `"databaseSecretName": "mosaic/prod/rds/connection"`)
			assert.Equal(t, test.behind, b.git("-C", origin, "rev-parse", "main") != b.git("-C", checkout, "rev-parse", "HEAD"))
			assert.Equal(t, test.behind, strings.Contains(r.stderr, "pull --rebase"))
			assert.NotContains(t, b.git("-C", checkout, "worktree", "list"), "\n")
		})
	}
}

// gitops-deploy asks first, and a second run has nothing to do.
func TestGitOpsDeployAsks(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	origin, _ := b.have(gitOps(t, b))
	before := b.git("-C", origin, "rev-parse", "main")
	b.expect(b.known())
	assert.NotZero(t, b.just("no\n", "gitops-deploy", "prod").code)
	assert.Equal(t, before, b.git("-C", origin, "rev-parse", "main"))
	b.expect(b.known())
	require.Zero(t, b.just("", "gitops-deploy", "prod", "--yes").code)
	b.expect(b.known())
	r := b.just("", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "up to date on main of origin: "+valuesFile)
}

// Each problem is reported with what to do, and leaves nothing behind.
func TestGitOpsDeployThatStops(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	folder := gitOps(t, newBench(t, state))
	for name, test := range map[string]struct {
		prepare func(b *bench, origin, checkout string)
		want    string
		times   int // how many attempts there are
	}{
		"a push that is refused": {times: 1, want: "the remote refused a push to main", prepare: func(b *bench, origin, _ string) { refuse(b.t, origin) }},
		"no branch":              {want: "is on no branch", prepare: func(b *bench, _, checkout string) { b.git("-C", checkout, "checkout", "--quiet", "--detach") }},
		"no branch of a remote":  {want: "has no upstream branch", prepare: func(b *bench, _, checkout string) { b.git("-C", checkout, "checkout", "--quiet", "-b", "mine") }},
		"a branch that is gone":  {want: "cannot fetch refs/heads/main of origin", prepare: func(b *bench, origin, _ string) { b.git("-C", origin, "update-ref", "-d", "refs/heads/main") }},
		"no remote":              {want: "cannot fetch", prepare: func(b *bench, origin, _ string) { require.NoError(b.t, os.RemoveAll(origin)) }},
		"another repository": {want: "no folder environments/prod", prepare: func(b *bench, _, checkout string) {
			b.git("-C", checkout, "rm", "--quiet", "-r", "environments")
			b.git("-C", checkout, "commit", "--quiet", "-m", "gone")
			b.git("-C", checkout, "push", "--quiet")
		}},
		"a file that git ignores": {want: "git add fails for " + valuesFile, prepare: func(b *bench, _, checkout string) {
			b.commit(checkout, ".gitignore", "*.database.yaml\n")
			b.git("-C", checkout, "push", "--quiet")
		}},
		"no checkout": {want: "is not a git checkout", prepare: func(b *bench, _, checkout string) {
			require.NoError(b.t, os.RemoveAll(filepath.Join(checkout, ".git")))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			origin, checkout := b.have(folder)
			test.prepare(b, origin, checkout)
			for range test.times + 1 {
				b.expect(b.known())
				r := b.just("", "gitops-deploy", "prod", "--yes")
				assert.NotZero(t, r.code)
				assert.Contains(t, r.stderr, test.want)
			}
			if name != "no checkout" {
				assert.Empty(t, b.git("-C", checkout, "status", "--porcelain"))
				assert.NotContains(t, b.git("-C", checkout, "worktree", "list"), "\n")
			}
		})
	}
}
