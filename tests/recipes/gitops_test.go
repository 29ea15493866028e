package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gitOpsOrigin is a GitOps repository with a folder for prod.
func gitOpsOrigin(t *testing.T, b *bench) string {
	t.Helper()
	origin, checkout := filepath.Join(t.TempDir(), "origin.git"), filepath.Join(t.TempDir(), "checkout")
	b.git("init", "--quiet", "--bare", "--initial-branch=main", origin)
	b.git("clone", "--quiet", origin, checkout)
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "environments", "prod"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "environments", "prod", "values.yaml"), []byte("replicas: 2\n"), 0o600))
	b.git("-C", checkout, "add", ".")
	b.git("-C", checkout, "commit", "--quiet", "-m", "before")
	b.git("-C", checkout, "push", "--quiet", "origin", "main")
	b.env = append(b.env, "GITOPS_DIR="+checkout)
	return origin
}

// The values of the chart, in one pull request of the GitOps repository.
func TestGitOpsStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, outputsOnly(t))
	origin := gitOpsOrigin(t, b)
	b.env = append(b.env, "GITOPS_REPOSITORY=acme/gitops", "ORIGIN="+origin)
	clone := on("gh repo clone acme/gitops SCRATCH/gitops -- --quiet --depth 1", "").do(`git clone --quiet --depth 1 "file://$ORIGIN" "$4"`)
	list := on("gh pr list --repo acme/gitops --head mosaic-database/prod --state open --json url --jq", "").with(".[0].url // empty")
	create := on("gh pr create --repo acme/gitops --head mosaic-database/prod --base main --title", "").with("Values of the database of prod", "--body",
		"What the stack `prod` of mosaic-database hands over: "+runAddress).do("echo https://example.com/pull/1")

	b.expect(outputs, clone, list.do(":"), create)
	r := b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "https://example.com/pull/1")
	changed := b.git("-C", origin, "diff", "--name-only", "main", "mosaic-database/prod")
	assert.Equal(t, "environments/prod/values.database.yaml", changed)

	b.again()
	b.expect(outputs, clone, list.do("echo https://example.com/pull/1"))
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)

	b.again()
	b.git("-C", origin, "update-ref", "refs/heads/main", "refs/heads/mosaic-database/prod")
	b.expect(outputs, clone)
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "is up to date")
}

// gitops-deploy commits one file, once, and only after a yes.
func TestGitOpsDeploy(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	origin := gitOpsOrigin(t, b)
	checkout := strings.TrimPrefix(b.env[len(b.env)-1], "GITOPS_DIR=")
	git := b.git

	b.expect(outputs)
	r := b.just("no\n", "gitops-deploy", "prod")
	assert.NotZero(t, r.code)
	assert.Empty(t, git("-C", checkout, "status", "--porcelain"))
	b.expect(outputs)
	r = b.just("yes\n", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "environments/prod/values.database.yaml", git("-C", origin, "diff", "--name-only", "main~1", "main"))
	assert.Contains(t, git("-C", origin, "show", "main:environments/prod/values.database.yaml"), `"databaseSecretName": "mosaic/prod/rds/connection"`)
	b.expect(outputs)
	r = b.just("", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "is up to date")
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "stray"), nil, 0o600))
	b.expect(outputs)
	assert.Contains(t, b.just("", "gitops-deploy", "prod").stderr, "has changes of its own")
}
