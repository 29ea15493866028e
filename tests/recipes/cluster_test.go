package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// newCluster is a bench whose prod is an Aurora cluster, deployed for this test only, and the folder of its engine.
func newCluster(t *testing.T) (*bench, string) {
	t.Helper()
	needsCLI(t)
	state := t.TempDir()
	ofCluster := engine.Override{Path: "tier", Value: "serverless"}
	require.NoError(t, deploy(t.Context(), state, ofCluster))
	b := newBench(t, state)
	file, err := engine.OpenSettingsFile(b.project, "prod")
	require.NoError(t, err)
	require.NoError(t, file.Set(ofCluster))
	require.NoError(t, file.Save())
	return b, state
}

// clusters lists the clusters in the simulated cloud of a folder.
func clusters(t *testing.T, state string) []string {
	t.Helper()
	var all []string
	for _, one := range objects(t, state, "aws:rds/cluster:Cluster") {
		all = append(all, one.ID)
	}
	return all
}

// A restore of a cluster, going back, and the end of one of the two are the same commands as with an instance; the rest of the recipes name
// the cluster where they name what there is.
func TestRestoreRecipesOfACluster(t *testing.T) {
	need(t)
	t.Parallel()
	b, state := newCluster(t)
	origin := []string{"serving", "snapshotIdentifier", "pointInTime", "useLatestRestorableTime", "sourceInstanceIdentifier", "sourceDbiResourceId", "sourceAutomatedBackupsArn", "dumpAndLoad", "logicalReplication", "engineVersion", "switchedAt"}
	b.expect(inCluster(append(append(forgetting("generation", "serving", "engineVersion"), secret("old"), raising("restore.generation", "2")),
		append(forgetting(origin...), raising("restore.sourceInstanceIdentifier", "mosaic-prod-db"), raising("restore.useLatestRestorableTime", "true"), change)...)...)...)
	b.expect(restarting()...)
	r := b.just("yes\n", "db-restore-pitr", "latest", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "mosaic-prod-db-2", outputOf(t, state, "instanceIdentifier"))
	assert.ElementsMatch(t, []string{"mosaic-prod-db", "mosaic-prod-db-2"}, clusters(t, state))

	b.again()
	b.expect(inCluster(append(serving("mosaic-prod-db"), secret("old"), raising("restore.serving", "1"), change)...)...)
	b.expect(restarting()...)
	r = b.just("yes\n", "db-serve", "1", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "mosaic-prod-db", outputOf(t, state, "instanceIdentifier"))

	b.again()
	b.expect(outputs, on("pulumi stack export --stack prod --file SCRATCH/state", "").do(realPulumi))
	r = b.just("no\n", "db-disown", "prod")
	assert.Contains(t, r.stderr, "instances: mosaic-prod-db-2; mosaic-prod-db\n")

	b.again()
	b.expect(outputs, account, setting("restore.logicalReplication"), setting("restore.unprotected"), setting("restore.released"),
		setting("restore.unprotected"), raising("restore.unprotected[0]", "mosaic-prod-db-2"), change,
		setting("restore.unprotected"), removing("restore.unprotected"), setting("restore.released"), raising("restore.released[0]", "mosaic-prod-db-2"), change)
	r = b.just("yes\nyes\n", "db-release", "mosaic-prod-db-2", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, []string{"mosaic-prod-db"}, clusters(t, state))

	b.again()
	snapshot := objects(t, state, "aws:rds/clusterSnapshot:ClusterSnapshot")[0].ID
	b.expect(inCluster(append(append(forgetting("generation", "serving", "engineVersion"), secret("old"), raising("restore.generation", "3")),
		setting("restore.serving"), removing("restore.serving"), setting("restore.snapshotIdentifier"), setting("restore.pointInTime"),
		setting("restore.useLatestRestorableTime"), removing("restore.useLatestRestorableTime"), setting("restore.sourceInstanceIdentifier"), removing("restore.sourceInstanceIdentifier"),
		setting("restore.sourceDbiResourceId"), setting("restore.sourceAutomatedBackupsArn"), setting("restore.dumpAndLoad"), setting("restore.logicalReplication"), setting("restore.engineVersion"), setting("restore.switchedAt"),
		raising("restore.snapshotIdentifier", snapshot), change)...)...)
	b.expect(restarting()...)
	r = b.just("yes\n", "db-restore-snapshot", snapshot, "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, "mosaic-prod-db-3", outputOf(t, state, "instanceIdentifier"))
}

// A drill restores a cluster into a stack of its own, and removes it.
func TestDrillOfACluster(t *testing.T) {
	need(t)
	t.Parallel()
	b, state := newCluster(t)
	before := objects(t, state, "")
	inDrill := func(line, says string) call {
		return on("kubectl --kubeconfig SCRATCH/kubeconfig --namespace mosaic-prod-drill "+line, says)
	}
	calls := drilled(on("pulumi up --stack prod-drill --yes --skip-preview", "").do(runPulumi))
	calls[3] = on(rds+"describe-db-clusters --db-cluster-identifier mosaic-prod-db --query DBClusters[0].LatestRestorableTime --output text", "2026-01-31T10:00:00.123000+00:00")
	at := slices.IndexFunc(calls, func(c call) bool { return slices.Contains(c.argv, "mosaic-database:database.multiAz") })
	calls[at] = setting("database.multiAz").in("prod-drill")
	b.expect(append(calls, outputs.in("prod-drill"), cluster[0].in("prod-drill"), cluster[1],
		inDrill("logs job/core-api-migration-JOB", "1975ea83b712 (head)"),
		setting("pods").in("prod-drill"), inDrill("create -f -", ""), inDrill("wait --for=condition=Ready pod/db-shell-TIME --timeout=120s", ""),
		inDrill("exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "public | memories | 3"),
		on("pulumi destroy --stack prod-drill --yes --skip-preview", "").do(runPulumi), on("pulumi stack rm prod-drill --yes", "").do(realPulumi))...)
	r := b.just("yes\n", "db-drill", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stdout, "public | memories | 3")
	assert.Contains(t, r.stderr, "nothing of the drill is left")
	assert.Equal(t, before, objects(t, state, ""))
}

// db-check looks at the cluster and at its instances: without any, the cluster is available and answers nobody. It reads the cluster's log.
func TestTheCheckOfACluster(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	whole := inCluster(links(t, state)...)
	whole[0] = outputs.do(strings.Replace(runPulumi, "exec ", "", 1) + ` | jq '.engine = "aurora-postgresql" | .applicationLogins = ["core_api_a", "core_api_b"]'`)
	available := on(rds+"describe-db-clusters --db-cluster-identifier mosaic-prod-db --query DBClusters[0].Status --output text", "available")
	instances := on(rds+"describe-db-instances --filters Name=db-cluster-id,Values=mosaic-prod-db --query DBInstances[].DBInstanceStatus --output text", "")
	log := lastDay()
	log.argv[slices.Index(log.argv, "--log-group-name")+1] = "/aws/rds/cluster/mosaic-prod-db/postgresql"
	at := len(inCluster())
	for name, test := range map[string]struct {
		statuses, want string
		code           int
	}{
		"all of them":   {`available\tmodifying`, "ok      instances of the cluster: available\tmodifying\n", 0},
		"one is not":    {`available\tincompatible-parameters`, "BROKEN  instances of the cluster: available\tincompatible-parameters\n", 1},
		"none is there": {"", "BROKEN  instances of the cluster: nothing\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(slices.Concat(whole[:at], []call{available, instances.do(`printf '` + test.statuses + `'`)}, whole[at+1:], []call{log})...)
			r := b.just("", "db-check", "prod")
			assert.Equal(t, test.code, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, "ok      Aurora cluster mosaic-prod-db: available\n")
			assert.Contains(t, r.stdout, test.want)
		})
	}
}

// A generation of the other engine needs its tier: db-serve says so before it changes anything.
func TestServingAnotherEngine(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod","engine":"aurora-postgresql",
		"instanceIdentifier":"mosaic-prod-db-2","keptInstances":["mosaic-prod-db"]}`),
		setting("restore.generation").do("echo 2"), setting("restore.logicalReplication"), setting("restore.engines.mosaic-prod-db").do("echo postgres"))...)
	r := b.just("", "db-serve", "1", "prod", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "mosaic-prod-db has the engine postgres, and the tier has aurora-postgresql: change tier, restore.serving and restore.engines together")
}

// What was dumped takes no writes, also when it is active again: db-serve says what lets it.
func TestServingWhatWasDumped(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(append(inClusterOf(`{"region":"us-east-1","accountId":"123456789012","clusterName":"mosaic-prod","namespace":"mosaic-prod","engine":"postgres",
		"instanceIdentifier":"mosaic-prod-db-2","keptInstances":["mosaic-prod-db"],"kubernetesSecretName":"core-api-db-secret"}`),
		setting("restore.generation").do("echo 2"), setting("restore.logicalReplication"), setting("restore.engines.mosaic-prod-db"),
		setting("restore.dumpAndLoad").do("echo true"), setting("restore.sourceInstanceIdentifier").do("echo mosaic-prod-db"), secret("old").do("exit 1"))...)
	r := b.just("", "db-serve", "1", "prod", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "mosaic-prod-db has taken no writes since it was dumped; once it is active, run in just db-shell prod: DROP SCHEMA mosaic_switch CASCADE")
}
