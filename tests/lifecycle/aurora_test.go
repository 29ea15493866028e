package lifecycle

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// clusterNamed is the current properties of an Aurora cluster; nil: it does not exist.
func clusterNamed(l *live.Stack, identifier string) simcloud.Properties {
	l.T.Helper()
	for _, o := range l.Cloud.Objects(live.ClusterType) {
		if o.ID == identifier {
			return o.Properties
		}
	}
	return nil
}

// expectCluster expects everything that refers to the database to refer to this cluster, with its password.
func expectCluster(l *live.Stack, identifier string) {
	l.T.Helper()
	cluster := clusterNamed(l, identifier)
	require.NotNil(l.T, cluster, identifier)
	outputs := l.MustOutputs()
	assert.Equal(l.T, identifier, outputs["instanceIdentifier"])
	assert.Equal(l.T, "aurora-postgresql", outputs["engine"])
	assert.Equal(l.T, cluster.Text("endpoint"), outputs["endpoint"])
	assert.Equal(l.T, cluster.Text("endpoint"), l.KubeSecret("DB_HOST"))
	assert.Equal(l.T, cluster.Text("masterPassword"), l.KubeSecret("DB_PASSWORD"))
	assert.Empty(l.T, l.Cloud.Refused(), "the database takes the login of every secret")
}

// TestServerless is the life of an Aurora cluster: it comes, changes as an instance does, and goes in two steps.
func TestServerless(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "serverless"})
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	expectCluster(l, "mosaic-prod-db")
	assert.Empty(t, l.MustOutputs()["replicaEndpoints"])
	for _, label := range []string{live.ClusterType + "::mosaic-prod-db", live.ClusterInstanceType + "::mosaic-prod-db-instance-1"} {
		assert.True(t, l.ResourcesByLabel()[label].Protect, label)
	}

	l.MustSet("database.readReplicas", "1")
	l.MustSet("database.passwordVersion", "2")
	l.MustSet("database.maxCapacity", "8")
	changes := l.MustUp()
	assert.Contains(t, changes, "update aws:rds/cluster:Cluster::mosaic-prod-db")
	assert.Contains(t, changes, "create aws:rds/clusterInstance:ClusterInstance::mosaic-prod-db-instance-2")
	assert.NotContains(t, changes, "update aws:rds/clusterInstance:ClusterInstance::mosaic-prod-db-instance-1")
	assert.Empty(t, l.MustPreview())
	expectCluster(l, "mosaic-prod-db")
	assert.Equal(t, []any{clusterNamed(l, "mosaic-prod-db").Text("readerEndpoint")}, l.MustOutputs()["replicaEndpoints"])

	// A failover, and a minor upgrade of Aurora's own, are no changes.
	for _, instance := range []string{"mosaic-prod-db-instance-1", "mosaic-prod-db-instance-2"} {
		require.NoError(t, l.Cloud.Edit(live.ClusterInstanceType, instance, func(p simcloud.Properties) { p["writer"] = !p.Flag("writer") }))
	}
	require.NoError(t, l.Cloud.Edit(live.ClusterType, "mosaic-prod-db", func(p simcloud.Properties) { p["engineVersionActual"] = "16.13" }))
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	assert.Empty(t, l.MustPreview())

	l.MustUnset("database.maxCapacity")
	l.MustUp()
	l.MustSet("tier", "medium")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "a tier of aurora-postgresql, the engine of mosaic-prod-db")
	l.MustSet("tier", "serverless")
	l.MustSet("database.kmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "copy a snapshot with the other key")
	l.MustUnset("database.kmsKeyId")

	l.MustFail(l.Destroy(t.Context()))
	assert.NotNil(t, clusterNamed(l, "mosaic-prod-db"), "it is protected")
	l.MustSet("database.deletionProtection", "false")
	l.MustUp()
	_, err = l.Destroy(t.Context())
	require.NoError(t, err)
	assert.Nil(t, clusterNamed(l, "mosaic-prod-db"))
	snapshots := l.Cloud.Objects(simcloud.ClusterSnapshotType)
	require.Len(t, snapshots, 1)
	assert.Regexp(t, `^mosaic-prod-db-final-[0-9a-f]{8}$`, snapshots[0].ID)
	assert.Len(t, l.Cloud.Objects(simcloud.RetainedClusterBackups), 1)
}

// TestFromAClusterToAnInstance moves a database back to RDS in one run: a Job fills the next generation, which is empty, from the cluster. Until it
// has, secrets and pods are with the cluster; afterwards all refers to the instance, and the cluster stays until it is released.
func TestFromAClusterToAnInstance(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "serverless"})
	original := clusterNamed(l, "mosaic-prod-db")
	l.MustSet("tier", "mvp")
	l.MustSet("restore.generation", "2")
	l.MustSet("restore.dumpAndLoad", "true")
	l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	l.MustSet("restore.engines.mosaic-prod-db", "aurora-postgresql")
	l.MustSet("database.passwordVersion", "2")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "it has to stay 1 in the run that dumps mosaic-prod-db")
	l.MustUnset("database.passwordVersion")

	// While the Job fails, nothing has moved.
	l.Cloud.JobResult = func(image string) error {
		if strings.HasPrefix(image, "postgres:") {
			return errors.New("the two databases differ after the load")
		}
		return nil
	}
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "the two databases differ after the load")
	assert.Equal(t, original.Text("endpoint"), l.KubeSecret("DB_HOST"))
	assert.Empty(t, l.Cloud.Refused())
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		if content := version.Properties.Text("secretString"); !strings.Contains(content, "source_host") {
			assert.Contains(t, content, original.Text("endpoint"))
		}
	}
	l.MustUnset("restore.dumpAndLoad")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "made from a backup, by dump and load")
	l.MustSet("restore.dumpAndLoad", "true")

	l.Cloud.JobResult = nil
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectFilled(l, "mosaic-prod-db-2")
	assert.Equal(t, "postgres", l.MustOutputs()["engine"])
	assert.Equal(t, original, clusterNamed(l, "mosaic-prod-db"), "the cluster is untouched")
	assert.True(t, l.ResourcesByLabel()[live.ClusterType+"::mosaic-prod-db"].Protect)

	// A new password is no reason to load again.
	l.MustSet("database.passwordVersion", "2")
	before := loads(l)
	l.MustUp()
	assert.Equal(t, before, loads(l))
	expectFilled(l, "mosaic-prod-db-2")

	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	l.MustUp()
	l.MustUnset("restore.unprotected")
	l.MustUnset("restore.engines")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	for _, change := range l.MustUp() {
		assert.Regexp(t, "^delete ", change)
	}
	assert.Nil(t, clusterNamed(l, "mosaic-prod-db"))
	assert.NotContains(t, strings.Join(slices.Collect(maps.Keys(l.ResourcesByLabel())), " "), "-load", "the Job and what it needs go with it")
	expectActive(l, "mosaic-prod-db-2")
	assert.Empty(t, l.MustPreview())
}

// expectFilled expects everything that refers to the database to refer to this instance; of Jobs there is one more than usual.
func expectFilled(l *live.Stack, identifier string) {
	l.T.Helper()
	instance := instanceNamed(l, identifier)
	require.NotNil(l.T, instance, identifier)
	assert.Equal(l.T, instance.Text("address"), l.MustOutputs()["endpoint"])
	assert.Equal(l.T, instance.Text("address"), l.KubeSecret("DB_HOST"))
	assert.Equal(l.T, instance.Text("password"), l.KubeSecret("DB_PASSWORD"))
	assert.Empty(l.T, l.Cloud.Refused(), "the database takes the login of every secret")
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		assert.Contains(l.T, version.Properties.Text("secretString"), `"host":"`+instance.Text("address")+`"`)
	}
}

// loads is how many times the Job has filled an instance.
func loads(l *live.Stack) int {
	n := 0
	for _, operation := range l.Cloud.Log() {
		if operation.Op == "run" && strings.Contains(operation.Name, "-load-") {
			n++
		}
	}
	return n
}

// TestFromAnInstanceToACluster moves a database from RDS to Aurora in one run: the next generation is of the other tier, made from a snapshot
// of the instance. The instance stays until it is released; while it is there, the stack can go back to it.
func TestFromAnInstanceToACluster(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	original := instanceNamed(l, "mosaic-prod-db")
	taken, arn := original, "arn:aws:rds:us-east-1:123456789012:snapshot:before"
	taken["arn"] = arn
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: simcloud.SnapshotType, ID: "before", Properties: taken}))
	original = instanceNamed(l, "mosaic-prod-db")

	l.MustSet("tier", "serverless")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "one of mvp, small, medium, ha, scale; or move to the other engine with a new generation")
	l.MustSet("restore.generation", "2")
	l.MustSet("restore.snapshotIdentifier", arn)
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "mosaic-prod-db: postgres under restore.engines")
	l.MustSet("restore.engines.mosaic-prod-db", "postgres")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectCluster(l, "mosaic-prod-db-2")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"), "the instance is untouched")
	assert.True(t, l.ResourcesByLabel()[live.InstanceType+"::mosaic-prod-db"].Protect)
	assert.Equal(t, []any{"mosaic-prod-db"}, l.MustOutputs()["keptInstances"])

	// Back, and forth again: each keeps what it has.
	l.MustSet("tier", "mvp")
	l.MustUnset("restore.engines")
	l.MustSet("restore.serving", "1")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "mosaic-prod-db-2: aurora-postgresql under restore.engines")
	l.MustSet("restore.engines.mosaic-prod-db-2", "aurora-postgresql")
	cluster := clusterNamed(l, "mosaic-prod-db-2")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, cluster, clusterNamed(l, "mosaic-prod-db-2"), "the cluster is untouched")

	// The instance may have copies in another region beside it; the cluster has none, and does not end those of the instance.
	l.MustSet("backups.copyToRegion", west)
	l.MustUp()
	require.Len(t, l.Cloud.Objects(replicationType), 1)
	assert.Equal(t, instanceNamed(l, "mosaic-prod-db").Text("arn"), l.Cloud.Objects(replicationType)[0].Properties.Text("sourceDbInstanceArn"))
	assert.Equal(t, cluster, clusterNamed(l, "mosaic-prod-db-2"))
	forth := func() {
		set(l, "tier", "serverless", "restore.engines.mosaic-prod-db", "postgres")
		l.MustUnset("restore.serving")
		l.MustUnset("restore.engines.mosaic-prod-db-2")
	}
	forth()
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "end before, in two runs with its tier")
	l.MustUnset("backups")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "no more backups would be copied to us-west-2")
	set(l, "tier", "mvp", "restore.serving", "1", "backups.copyToRegion", west, "backups.copyUnprotected", "true", "restore.engines.mosaic-prod-db-2", "aurora-postgresql")
	l.MustUnset("restore.engines.mosaic-prod-db")
	l.MustUp()
	forth()
	l.MustUnset("backups")
	l.MustUp()
	expectCluster(l, "mosaic-prod-db-2")
	assert.Empty(t, l.Cloud.Objects(replicationType))

	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	l.MustUp()
	l.MustUnset("restore.unprotected")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	for _, change := range l.MustUp() {
		assert.Regexp(t, "^delete .*mosaic-prod-db", change)
	}
	assert.Nil(t, instanceNamed(l, "mosaic-prod-db"))
	expectCluster(l, "mosaic-prod-db-2")
}

// TestRestoresOfACluster: a restored cluster is active again after a later one, as it was made, and is not made anew.
func TestRestoresOfACluster(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "serverless"})
	set(l, "restore.generation", "2", "restore.useLatestRestorableTime", "true", "restore.sourceInstanceIdentifier", "mosaic-prod-db")
	l.MustUp()
	restored := clusterNamed(l, "mosaic-prod-db-2")
	set(l, "restore.generation", "3", "restore.sourceInstanceIdentifier", "mosaic-prod-db-2")
	l.MustUp()
	expectCluster(l, "mosaic-prod-db-3")
	l.MustSet("restore.serving", "2")
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, "(create|replace|delete) "+live.ClusterType, change)
	}
	expectCluster(l, "mosaic-prod-db-2")
	assert.Equal(t, restored.Text("clusterResourceId"), clusterNamed(l, "mosaic-prod-db-2").Text("clusterResourceId"))
	assert.Empty(t, l.MustPreview())
}
