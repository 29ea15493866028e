package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// objects lists what the simulated cloud of a folder has of a type, or of all types ("").
func objects(t *testing.T, state, kind string) []simcloud.Object {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	return env.Cloud.Objects(kind)
}

// identifiers lists the instances in the simulated cloud of a folder.
func identifiers(t *testing.T, state string) []string {
	t.Helper()
	var all []string
	for _, instance := range objects(t, state, "aws:rds/instance:Instance") {
		all = append(all, instance.Properties.Text("identifier"))
	}
	return all
}

func removing(key string) call {
	return on("pulumi config rm --stack prod --non-interactive --path mosaic-database:"+key, "").do(runPulumi)
}

func forgetting(keys ...string) []call {
	var calls []call
	for _, key := range keys {
		calls = append(calls, setting("restore."+key))
	}
	return calls
}

// serving are the calls by which db-serve finds out what it moves to.
func serving(identifier string) []call {
	return []call{setting("restore.generation"), setting("restore.logicalReplication"), setting("restore.engines." + identifier), setting("restore.dumpAndLoad")}
}

func secret(content string) call {
	return on(kube+"get secret core-api-db-secret --ignore-not-found -o jsonpath={.data}", content)
}

// restarting are the calls that wait for the new Secret, restart the pods, and look whether all have the new content.
func restarting() []call {
	return []call{secret("new"), written, using("core-api"), on(kube+"rollout restart deployment/core-api", ""),
		on(kube+"rollout status deployment/core-api --timeout=10m", ""), running()}
}

// again prepares the bench for another recipe.
func (b *bench) again() {
	b.t.Helper()
	b.count = 0
	require.NoError(b.t, os.Remove(filepath.Join(b.calls, "n")))
}

// A restore, going back, going forth again, and the deletion of the old instance are one command each.
func TestRestoreRecipes(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	b := newBench(t, state)
	origin := []string{"serving", "snapshotIdentifier", "pointInTime", "useLatestRestorableTime", "sourceInstanceIdentifier", "sourceDbiResourceId", "sourceAutomatedBackupsArn", "dumpAndLoad", "logicalReplication", "engineVersion", "switchedAt"}

	b.expect(inCluster(append(append(forgetting("generation", "serving", "engineVersion"), secret("old"), raising("restore.generation", "2")),
		append(forgetting(origin...), raising("restore.sourceInstanceIdentifier", "mosaic-prod-db"), raising("restore.useLatestRestorableTime", "true"),
			change)...)...)...)
	b.expect(restarting()...)
	r := b.just("yes\n", "db-restore-pitr", "latest", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "just db-serve 1 prod")
	assert.Equal(t, "mosaic-prod-db-2", outputOf(t, state, "instanceIdentifier"))
	assert.ElementsMatch(t, []string{"mosaic-prod-db", "mosaic-prod-db-2"}, identifiers(t, state))

	b.again()
	b.expect(inCluster(append(serving("mosaic-prod-db"), secret("old"), raising("restore.serving", "1"), change)...)...)
	b.expect(restarting()...)
	r = b.just("yes\n", "db-serve", "1", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "mosaic-prod-db", outputOf(t, state, "instanceIdentifier"))

	b.again()
	b.expect(inCluster(append(serving("mosaic-prod-db-2"), secret("old"), setting("restore.serving"), removing("restore.serving"), change)...)...)
	b.expect(restarting()...)
	r = b.just("yes\n", "db-serve", "2", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "mosaic-prod-db-2", outputOf(t, state, "instanceIdentifier"))

	b.again()
	b.expect(outputs, account, setting("restore.logicalReplication"), setting("restore.unprotected"), setting("restore.released"),
		setting("restore.unprotected"), raising("restore.unprotected[0]", "mosaic-prod-db"), change,
		setting("restore.unprotected"), removing("restore.unprotected"), setting("restore.released"), raising("restore.released[0]", "mosaic-prod-db"), change)
	r = b.just("yes\nyes\n", "db-release", "mosaic-prod-db", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, []string{"mosaic-prod-db-2"}, identifiers(t, state))

	// A snapshot is restored beside the active instance: nothing is switched, and no pod restarts.
	file, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	b.again()
	snapshot := "mosaic-prod-db-final-" + suffix(t, state)
	b.expect(inCluster(append(append(forgetting("generation", "serving", "engineVersion"), raising("restore.generation", "3")),
		setting("restore.serving"), setting("restore.snapshotIdentifier"), setting("restore.pointInTime"),
		setting("restore.useLatestRestorableTime"), removing("restore.useLatestRestorableTime"),
		setting("restore.sourceInstanceIdentifier"), removing("restore.sourceInstanceIdentifier"), setting("restore.sourceDbiResourceId"), setting("restore.sourceAutomatedBackupsArn"), setting("restore.dumpAndLoad"),
		setting("restore.logicalReplication"), setting("restore.engineVersion"), setting("restore.switchedAt"),
		raising("restore.serving", "2"), raising("restore.snapshotIdentifier", snapshot), change)...)...)
	r = b.just("no\n", "db-restore-snapshot", snapshot, "prod", "--beside")
	require.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "Pulumi.prod.yaml is as it was")
	after, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	assert.Equal(t, string(file), string(after))
	assert.Equal(t, []string{"mosaic-prod-db-2"}, identifiers(t, state))
}

// suffix is the suffix of the only final snapshot.
func suffix(t *testing.T, state string) string {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	snapshots := env.Cloud.Objects("aws:rds/snapshot:Snapshot")
	require.Len(t, snapshots, 1)
	return strings.TrimPrefix(snapshots[0].ID, "mosaic-prod-db-final-")
}

// The arguments of a restore are checked, and a run that fails says how to complete it or go back.
func TestRestoreRecipesThatStop(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	origin := forgetting("generation", "serving", "engineVersion")
	for name, test := range map[string]struct {
		args  string
		calls []call
		want  string
	}{
		"no moment":           {args: "db-restore-pitr yesterday prod", want: "name a point in time in UTC, as in 2026-01-31T10:00:00Z, or latest"},
		"a moment of no zone": {args: "db-restore-pitr 2026-01-31T10:00:00 prod", want: "name a point in time in UTC"},
		"no such generation":  {args: "db-serve 2 prod", calls: inCluster(setting("restore.generation")), want: "name a generation, from 1 to 1"},
		"the active one":      {args: "db-serve 1 prod", calls: inCluster(append(serving("mosaic-prod-db"), secret("old"), setting("restore.serving"))...), want: "generation 1 is active already"},
		"one that is gone": {args: "db-serve 1 prod", calls: append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod","instanceIdentifier":"mosaic-prod-db-2"}`), setting("restore.generation").do("echo 2")),
			want: "there is no instance of generation 1: it was released"},
		"logical replication": {args: "db-serve 1 prod", calls: inCluster(setting("restore.generation"), setting("restore.logicalReplication").do("echo complete")),
			want: "db-serve would leave the latest writes behind; instead: just db-switch 1 prod.\n  If one of them is lost: docs/how-to/upgrades.md"},
		"the active one, deleted": {args: "db-release mosaic-prod-db prod", calls: []call{outputs, account},
			want: "name a retained instance; there are none"},
		"halfway": {args: "db-restore-snapshot before prod --yes", want: "mosaic-prod-db is as it was. To go on: just db-deploy prod. To go back: just db-serve 1 prod",
			calls: inCluster(append(append(origin, secret("old"), raising("restore.generation", "2")),
				append(forgetting("serving", "snapshotIdentifier", "pointInTime", "useLatestRestorableTime", "sourceInstanceIdentifier", "sourceDbiResourceId", "sourceAutomatedBackupsArn", "dumpAndLoad", "logicalReplication", "engineVersion", "switchedAt"),
					raising("restore.snapshotIdentifier", "before"), halfway)...)...)},
		"a preview that is refused": {args: "db-restore-snapshot before prod --yes", want: "looking up the snapshot before of mosaic-database:restore.snapshotIdentifier",
			calls: inCluster(append(append(forgetting("generation", "serving", "engineVersion"), secret("old"), raising("restore.generation", "2")),
				append(forgetting("serving", "snapshotIdentifier", "pointInTime", "useLatestRestorableTime", "sourceInstanceIdentifier", "sourceDbiResourceId", "sourceAutomatedBackupsArn", "dumpAndLoad", "logicalReplication", "engineVersion", "switchedAt"),
					raising("restore.snapshotIdentifier", "before"), change.with("--yes"))...)...)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(test.calls...)
			r := b.just("", strings.Fields(test.args)...)
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}
