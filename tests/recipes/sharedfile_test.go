package recipes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A file that people write too keeps all that they wrote; one that is not shared is not overwritten.
func TestGitOpsDeployIntoASharedFile(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	origin, _ := b.have(gitOps(t, b))
	before := b.git("-C", origin, "rev-parse", "main")
	for _, wrong := range []struct{ path, key, want string }{
		{sharedFile, "", "somebody else wrote this file: set gitops.key"},
		{"environments/prod/other.yaml", "coreApi", "does not exist, and the values belong under coreApi in it"},
		{"apps/values.yaml", "coreApi", "no folder apps on its remote"},
		{sharedFile, "replicas", "replicas is an object in only one of the file and helmValues"},
	} {
		b.expect(b.knownIn(wrong.path, wrong.key))
		r := b.just("", "gitops-deploy", "prod", "--yes")
		assert.NotZero(t, r.code)
		assert.Contains(t, r.stderr, wrong.want)
		assert.Equal(t, before, b.git("-C", origin, "rev-parse", "main"))
	}
	b.expect(b.knownIn(sharedFile, "coreApi"))
	r := b.just("yes\n", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, `+    databaseSecretName: "mosaic/prod/rds/connection" # mosaic-database`, "the difference is shown")
	assert.True(t, strings.HasPrefix(b.git("-C", origin, "show", "main:"+sharedFile), "replicas: 2\ncoreApi:\n"))
	b.expect(b.knownIn(sharedFile, "coreApi"))
	r = b.just("", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "up to date on main of origin: "+sharedFile)
}

// The values of all applications are one commit: each in its file, or in a file that they share; without a path they are not written.
func TestGitOpsDeployOfSeveralApplications(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	origin, _ := b.have(gitOps(t, b))
	app := func(name, path, key string) map[string]any {
		return map[string]any{"helmValues": map[string]any{"serviceAccount": name}, "gitops": map[string]any{"path": path, "key": key}}
	}
	apps := map[string]any{"web": app("web", sharedFile, "web"), "worker": app("worker", sharedFile, "worker"), "by-hand": app("by-hand", "", "")}
	b.expect(b.knownWith("additionalApps", map[string]any{"worker": app("worker", "elsewhere/values.yaml", "")}))
	r := b.just("yes\n", "gitops-deploy", "prod")
	require.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "has no folder elsewhere on its remote; is it the right repository? The file is named by additionalApps.worker.gitops.path")
	known := b.knownWith("additionalApps", apps)
	b.expect(known)
	r = b.just("yes\n", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "pushed "+valuesFile+", "+sharedFile+" to main")
	assert.Equal(t, valuesFile+"\n"+sharedFile, b.git("-C", origin, "diff", "--name-only", "main~1", "main"))
	assert.Contains(t, b.git("-C", origin, "show", "main:"+valuesFile), `"databaseSecretName": "mosaic/prod/rds/connection"`)
	text := b.git("-C", origin, "show", "main:"+sharedFile)
	for _, name := range []string{"web", "worker"} {
		assert.Contains(t, text, "\n"+name+":\n  serviceAccount: \""+name+"\" # mosaic-database")
	}
	assert.NotContains(t, text, "by-hand")
	b.expect(known)
	r = b.just("", "gitops-deploy", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "up to date on main of origin: "+valuesFile+", "+sharedFile)
}
