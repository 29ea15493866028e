package lifecycle

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// instanceNamed is the current properties of an instance; nil: it does not exist.
func instanceNamed(l *live.Stack, identifier string) simcloud.Properties {
	l.T.Helper()
	for _, o := range l.Cloud.Objects(live.InstanceType) {
		if o.Properties.Text("identifier") == identifier {
			return o.Properties
		}
	}
	return nil
}

// expectActive expects everything that refers to the active instance to refer to this one, with its password.
func expectActive(l *live.Stack, identifier string) {
	l.T.Helper()
	instance := instanceNamed(l, identifier)
	require.NotNil(l.T, instance, identifier)
	outputs := l.MustOutputs()
	assert.Equal(l.T, identifier, outputs["instanceIdentifier"])
	assert.Equal(l.T, instance.Text("address"), outputs["endpoint"])
	assert.Equal(l.T, instance.Text("address"), l.KubeSecret("DB_HOST"))
	assert.Equal(l.T, instance.Text("password"), l.KubeSecret("DB_PASSWORD"))
	assert.Equal(l.T, outputs["migrationJobName"], l.One(live.JobType).Properties.Text("metadata", "name"))
	connection := l.Cloud.Objects(live.SecretVersionType)
	for _, version := range connection {
		content := version.Properties.Text("secretString")
		assert.Contains(l.T, content, `"host":"`+instance.Text("address")+`"`)
		assert.Contains(l.T, content, `"dbInstanceIdentifier":"`+identifier+`"`)
		assert.Contains(l.T, content, instance.Text("password"))
	}
}

// TestRestore restores by configuration: one run creates a new generation beside the old one, and switches secrets, cluster and
// migration. The test goes back to the old one, forth again, and deletes the old instance by name.
func TestRestore(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "scale"})
	original := instanceNamed(l, "mosaic-prod-db")
	job := l.One(live.JobType).ID

	l.MustSet("restore.generation", "2")
	l.MustSet("restore.useLatestRestorableTime", "true")
	l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	shown := l.MustPreview()
	changes := l.MustUp()
	for _, change := range changes {
		assert.Contains(t, shown, change, "the preview showed it; it also shows the other secret, whose user is not known yet")
		assert.NotRegexp(t, `^(update|delete|replace) aws:rds/instance:Instance::mosaic-prod-db$`, change)
	}
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	expectActive(l, "mosaic-prod-db-2")
	assert.NotEqual(t, job, l.One(live.JobType).ID, "the migrations ran against the restored one")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"), "the old one is untouched")
	restored := instanceNamed(l, "mosaic-prod-db-2")
	for _, name := range []string{"deletionProtection", "backupRetentionPeriod", "multiAz", "storageEncrypted", "publiclyAccessible",
		"vpcSecurityGroupIds", "dbSubnetGroupName", "instanceClass", "maxAllocatedStorage", "performanceInsightsEnabled", "tagsAll"} {
		assert.Equal(t, original[name], restored[name], "%s, which a restore leaves to RDS", name)
	}
	assert.NotEqual(t, original.Text("parameterGroupName"), restored.Text("parameterGroupName"))
	assert.Contains(t, l.Cloud.Objects("aws:rds/parameterGroup:ParameterGroup")[1].Properties.Text("description"), "mosaic-prod-db")
	assert.NotNil(t, instanceNamed(l, "mosaic-prod-db-2-replica-1"))
	assert.Nil(t, instanceNamed(l, "mosaic-prod-db-replica-1"), "a retained instance has no replicas")
	assert.Equal(t, []any{"mosaic-prod-db"}, l.MustOutputs()["keptInstances"])
	assert.True(t, l.ResourcesByLabel()[live.InstanceType+"::mosaic-prod-db"].Protect)

	// Later changes of the stack file change the active instance.
	l.MustSet("database.instanceClass", "db.t3.large")
	l.MustSet("database.passwordVersion", "2")
	l.MustSet("database.parameters.work_mem", "8192")
	changed := l.MustUp()
	for _, change := range changed {
		// The dashboard has the name of the database, and shows the active instance.
		assert.NotRegexp(t, `::mosaic-prod-db$`, strings.TrimPrefix(change, "update aws:cloudwatch/dashboard:Dashboard::mosaic-prod-db"))
	}
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	expectActive(l, "mosaic-prod-db-2")

	l.MustSet("restore.serving", "1")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, "db.t3.large", instanceNamed(l, "mosaic-prod-db").Text("instanceClass"))
	l.MustUnset("restore.serving")
	l.MustUp()
	expectActive(l, "mosaic-prod-db-2")

	require.NoError(t, l.Set(t.Context(), engine.Override{Path: "restore.released[0]", Value: "mosaic-prod-db"}))
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "the name under restore.unprotected in this run")
	l.MustUnset("restore.released")
	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	assert.Equal(t, []string{"update aws:rds/instance:Instance::mosaic-prod-db"}, l.MustUp())
	l.MustUnset("restore.unprotected")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	for _, change := range l.MustUp() {
		assert.Regexp(t, "^delete .*mosaic-prod-db", change)
	}
	assert.Nil(t, instanceNamed(l, "mosaic-prod-db"))
	assert.Empty(t, l.MustPreview())
	snapshots := l.Cloud.Objects(simcloud.SnapshotType)
	require.Len(t, snapshots, 1)
	assert.Regexp(t, `^mosaic-prod-db-final-[0-9a-f]{8}$`, snapshots[0].ID)
	expectActive(l, "mosaic-prod-db-2")

	// Its last snapshot is a backup like any other.
	l.MustSet("restore.generation", "3")
	l.MustUnset("restore.useLatestRestorableTime")
	l.MustUnset("restore.sourceInstanceIdentifier")
	l.MustSet("restore.snapshotIdentifier", snapshots[0].ID)
	l.MustUp()
	expectActive(l, "mosaic-prod-db-3")
	assert.NotNil(t, instanceNamed(l, "mosaic-prod-db-2"))

	// The second was made from another backup than the file names now.
	l.MustSet("restore.serving", "2")
	l.MustUp()
	expectActive(l, "mosaic-prod-db-2")
	assert.NotNil(t, instanceNamed(l, "mosaic-prod-db-3"))
	l.NoLeak(original.Text("password"))
}

// TestRestoreThatFails: whatever fails halfway, the old instance stays as it was, and the restore can be undone or completed.
func TestRestoreThatFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(simcloud.Operation) bool{
		"at the instance": func(op simcloud.Operation) bool { return op.Op == "create" && op.Type == live.InstanceType },
		"at a secret": func(op simcloud.Operation) bool {
			return op.Op == "create" && strings.HasSuffix(op.Type, ":SecretVersion")
		},
		"at the synchronising": func(op simcloud.Operation) bool {
			return op.Op == "update" && strings.HasSuffix(op.Type, ":ExternalSecret")
		},
		"at the migration": func(op simcloud.Operation) bool { return op.Op == "create" && op.Type == live.JobType },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live.Started(t, "prod")
			original := instanceNamed(l, "mosaic-prod-db")
			l.RestoreLatest()
			l.Cloud.Fail(func(op simcloud.Operation) error {
				if fails(op) {
					return errors.New("injected")
				}
				return nil
			})
			assert.Contains(t, l.MustFail(l.Up(t.Context())), "injected")
			l.Cloud.Fail(nil)
			assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))

			l.MustSet("restore.serving", "1")
			l.MustUp()
			expectActive(l, "mosaic-prod-db")
			assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
			l.MustUnset("restore.serving")
			l.MustUp()
			expectActive(l, "mosaic-prod-db-2")
			assert.Empty(t, l.MustPreview())
		})
	}
}

// TestRestoreThatIsKilled: the run is killed while RDS restores, and again while a secret is updated. The old instance stays as it was;
// what was created is imported into the state, and the next run continues.
func TestRestoreThatIsKilled(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	original := instanceNamed(l, "mosaic-prod-db")
	l.RestoreLatest()
	_, _, err := l.KillAtCreate(func(op simcloud.Operation) bool { return op.Type == live.InstanceType })
	require.Error(t, err)
	l.CLI("cancel", "--yes")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	assert.Equal(t, original.Text("address"), l.KubeSecret("DB_HOST"), "nothing has moved")
	restored := instanceNamed(l, "mosaic-prod-db-2")
	require.NotNil(t, restored, "RDS goes on without the run")

	first := l.ResourcesByLabel()[live.InstanceType+"::mosaic-prod-db"]
	first.URN = strings.Replace(first.URN, "::mosaic-prod-db", "::mosaic-prod-db-2", 1)
	l.Adopt(first, restored.Text("resourceId"))
	_, err = l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)

	killed, _, err := l.KillAtCreate(func(op simcloud.Operation) bool { return strings.HasSuffix(op.Type, ":SecretVersion") })
	require.Error(t, err)
	l.CLI("cancel", "--yes")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	assert.Contains(t, killed, "SecretVersion")
	_, err = l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)
	l.MustUp()
	expectActive(l, "mosaic-prod-db-2")
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, restored.Text("resourceId"), instanceNamed(l, "mosaic-prod-db-2").Text("resourceId"), "it is the one that RDS restored")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
}

// TestTheMigrationOfARestoreFails: the image cannot migrate the schema of the backup. Both instances stay; another image completes the
// restore, and going back works, too.
func TestTheMigrationOfARestoreFails(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	original := instanceNamed(l, "mosaic-prod-db")
	l.RestoreLatest()
	l.MustSet("migrations.backoffLimit", "0")
	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":1.0.0") {
			return errors.New("alembic: can't locate revision 1975ea83b712")
		}
		return nil
	}
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "can't locate revision 1975ea83b712")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	assert.NotNil(t, instanceNamed(l, "mosaic-prod-db-2"))

	l.MustSet("restore.serving", "1")
	l.MustUp()
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, []string{"1.0.0"}, l.Ran(), "the schema of the first was not migrated again")
	l.MustUnset("restore.serving")
	l.MustSet("migrations.image", "mosaic-life/core-api:0.9.0")
	l.MustUp()
	expectActive(l, "mosaic-prod-db-2")
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
}

// TestABackupThatDoesNotFit: the preview refuses a backup that does not fit, before anything is created.
func TestABackupThatDoesNotFit(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "database.allocatedStorage", Value: "40"})
	l.RestoreLatest()
	before := l.Inventory()
	l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db-0")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "looking up the instance mosaic-prod-db-0 of mosaic-database:restore.sourceInstanceIdentifier")
	l.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	l.MustSet("database.allocatedStorage", "20")
	for _, run := range []func(context.Context) (*engine.Result, error){
		func(ctx context.Context) (*engine.Result, error) { return l.Preview(ctx) },
		func(ctx context.Context) (*engine.Result, error) { return l.Up(ctx) },
	} {
		assert.Contains(t, l.MustFail(run(t.Context())), "1. mosaic-database:database.allocatedStorage: 20\n     rule: not below 40, the size of the backup\n     write: 40 or more")
	}
	assert.Equal(t, before, l.Inventory())
}

// TestRestoreOfALostInstance: an instance that was deleted by hand, or whose stack was destroyed, can be restored from its backups as the
// first instance of a new stack.
func TestRestoreOfALostInstance(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "database.secretRecoveryDays", Value: "0"})
	lost := instanceNamed(l, "mosaic-prod-db")
	l.Remove()
	l.MustSet("database.deletionProtection", "true")
	l.MustSet("restore.useLatestRestorableTime", "true")
	l.MustSet("restore.sourceDbiResourceId", lost.Text("resourceId"))
	l.MustUp()
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, lost.Text("resourceId"), instanceNamed(l, "mosaic-prod-db").Text("restoreToPointInTime", "sourceDbiResourceId"))
	assert.Empty(t, l.MustPreview())
	l.NoLeak(lost.Text("password"))
}
