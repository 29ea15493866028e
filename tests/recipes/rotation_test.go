package recipes

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// A rotation is one command: it changes the password in the simulated cloud, and restarts the pods only after the Secret has it. A
// migration creates another Job.
func TestRotationAndMigration(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	password := func() string {
		env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
		require.NoError(t, err)
		defer env.Close()
		secrets := env.Cloud.Objects("kubernetes:core/v1:Secret")
		require.Len(t, secrets, 1)
		text, err := base64.StdEncoding.DecodeString(secrets[0].Properties.Text("data", "DB_PASSWORD"))
		require.NoError(t, err)
		require.NotEmpty(t, text)
		return string(text)
	}
	noChanges := on("pulumi preview --stack prod --expect-no-changes", "").do(runPulumi)
	before := password()

	b := newBench(t, state)
	b.expect(inCluster(noChanges, secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change,
		secret("").do("exit 1"), listed(external("1-a", "")), forcing, listed(external("1-b", "")), secret("new"), using("core-api"), on(kube+"rollout restart deployment/core-api", ""),
		on(kube+"rollout status deployment/core-api --timeout=10m", ""))...)
	r := b.just("yes\n", "db-rotate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "the password of prod is rotated, and every pod has restarted")
	after := password()
	assert.NotEqual(t, before, after)
	for _, leaked := range []string{before, after} {
		assert.NotContains(t, r.stdout+r.stderr, leaked)
	}

	// With the same stack file, nothing changes.
	b.again()
	b.expect(outputs, account, setting("migrations.attempt"), raising("migrations.attempt", "2"), change)
	job := outputOf(t, state, "migrationJobName")
	r = b.just("yes\n", "db-migrate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.NotEqual(t, job, outputOf(t, state, "migrationJobName"))
	assert.Equal(t, after, password())
}

// A rotation that fails halfway, or whose Secret is never updated, restarts no pod and keeps the raised version in the stack file.
func TestRotationThatFails(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	begin := inCluster(secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"))
	done := func(then ...call) []call { return append([]call{change.with("--yes").do("")}, then...) }
	for name, test := range map[string]struct {
		calls []call
		want  string
	}{
		"halfway":                {[]call{halfway}, "just db-rotate prod --with-other-changes"},
		"no new Secret":          {done(append(synchronising("1-b"), secret("old"))...), "was synchronised and has not changed"},
		"no ExternalSecret":      {done(secret("old"), listed(`{"items":[]}`)), "no ExternalSecret makes the Secret core-api-db-secret"},
		"one that reads once":    {done(secret("old"), listed(external("1-a", `"refreshInterval": "0s",`))), "reads its secret once and never again"},
		"an operator that fails": {done(synchronising("1-a")...), "the operator has not read the secret for chart-db: access denied; core-api was not restarted"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "SECRET_PATIENCE=0")
			b.expect(append(begin[:len(begin):len(begin)], test.calls...)...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
			file, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
			require.NoError(t, err)
			assert.Contains(t, string(file), "passwordVersion: 2")
		})
	}
}
