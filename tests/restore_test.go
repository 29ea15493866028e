package tests

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// instance is the live properties of an instance; nil where there is none.
func (l *live) instance(identifier string) simcloud.Properties {
	l.t.Helper()
	for _, o := range l.Cloud.Objects(instanceType) {
		if o.Properties.Text("identifier") == identifier {
			return o.Properties
		}
	}
	return nil
}

// serves expects everything that points to an instance to point to this one, with the password that it has.
func (l *live) serves(identifier string) {
	l.t.Helper()
	instance := l.instance(identifier)
	require.NotNil(l.t, instance, identifier)
	outputs := l.outputs()
	assert.Equal(l.t, identifier, outputs["instanceIdentifier"])
	assert.Equal(l.t, instance.Text("address"), outputs["endpoint"])
	assert.Equal(l.t, instance.Text("address"), l.kubeSecret("DB_HOST"))
	assert.Equal(l.t, instance.Text("password"), l.kubeSecret("DB_PASSWORD"))
	assert.Equal(l.t, outputs["migrationJobName"], l.one(jobType).Properties.Text("metadata", "name"))
	connection := l.Cloud.Objects("aws:secretsmanager/secretVersion:SecretVersion")
	for _, version := range connection {
		content := version.Properties.Text("secretString")
		if strings.Contains(content, "sqlalchemy_url") {
			assert.Contains(l.t, content, instance.Text("address"))
		}
		assert.Contains(l.t, content, instance.Text("password"))
	}
}

// TestRestore is a restore by configuration: a new generation beside the old one, in one run with secrets, cluster and
// migration; back, and forth; and the release of the old one, by name.
func TestRestore(t *testing.T) {
	t.Parallel()
	l := started(t, "prod", engine.Override{Path: "tier", Value: "scale"})
	original := l.instance("mosaic-prod-db")
	job := l.one(jobType).ID

	l.set("restore.generation", "2")
	l.set("restore.useLatestRestorableTime", "true")
	l.set("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	shown := l.preview()
	changes := l.up()
	for _, change := range changes {
		assert.Contains(t, shown, change, "the preview showed it; it also shows the other secret, whose user is not known yet")
		assert.NotRegexp(t, `^(update|delete|replace) aws:rds/instance:Instance::mosaic-prod-db$`, change)
	}
	assert.Empty(t, l.preview(), "a second run changes nothing")
	l.serves("mosaic-prod-db-2")
	assert.NotEqual(t, job, l.one(jobType).ID, "the migrations ran against the restored one")
	assert.Equal(t, original, l.instance("mosaic-prod-db"), "the old one is untouched")
	restored := l.instance("mosaic-prod-db-2")
	for _, name := range []string{"deletionProtection", "backupRetentionPeriod", "multiAz", "storageEncrypted", "publiclyAccessible",
		"vpcSecurityGroupIds", "dbSubnetGroupName", "instanceClass", "maxAllocatedStorage", "performanceInsightsEnabled", "tagsAll"} {
		assert.Equal(t, original[name], restored[name], "%s, which a restore leaves to RDS", name)
	}
	assert.NotEqual(t, original.Text("parameterGroupName"), restored.Text("parameterGroupName"))
	assert.Contains(t, l.Cloud.Objects("aws:rds/parameterGroup:ParameterGroup")[1].Properties.Text("description"), "mosaic-prod-db")
	assert.NotNil(t, l.instance("mosaic-prod-db-2-replica-1"))
	assert.Nil(t, l.instance("mosaic-prod-db-replica-1"), "a kept instance has no replicas")
	assert.Equal(t, []any{"mosaic-prod-db"}, l.outputs()["keptInstances"])
	assert.True(t, l.resources()[instanceType+"::mosaic-prod-db"].Protect)

	// What changes afterwards changes the one that serves.
	l.set("database.instanceClass", "db.t3.large")
	l.set("database.passwordVersion", "2")
	l.set("database.parameters.work_mem", "8192")
	changed := l.up()
	for _, change := range changed {
		// The dashboard has the database's name, and shows whichever instance serves.
		assert.NotRegexp(t, `::mosaic-prod-db$`, strings.TrimPrefix(change, "update aws:cloudwatch/dashboard:Dashboard::mosaic-prod-db"))
	}
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
	l.serves("mosaic-prod-db-2")

	l.set("restore.serving", "1")
	l.up()
	assert.Empty(t, l.preview())
	l.serves("mosaic-prod-db")
	assert.Equal(t, "db.t3.large", l.instance("mosaic-prod-db").Text("instanceClass"))
	require.NoError(t, l.Unset(t.Context(), "restore.serving"))
	l.up()
	l.serves("mosaic-prod-db-2")

	require.NoError(t, l.Set(t.Context(), engine.Override{Path: "restore.released[0]", Value: "mosaic-prod-db"}))
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "it under restore.unprotected in this run")
	require.NoError(t, l.Unset(t.Context(), "restore.released"))
	l.set("restore.unprotected[0]", "mosaic-prod-db")
	assert.Equal(t, []string{"update aws:rds/instance:Instance::mosaic-prod-db"}, l.up())
	require.NoError(t, l.Unset(t.Context(), "restore.unprotected"))
	l.set("restore.released[0]", "mosaic-prod-db")
	for _, change := range l.up() {
		assert.Regexp(t, "^delete .*mosaic-prod-db", change)
	}
	assert.Nil(t, l.instance("mosaic-prod-db"))
	assert.Empty(t, l.preview())
	snapshots := l.Cloud.Objects(simcloud.SnapshotType)
	require.Len(t, snapshots, 1)
	assert.Regexp(t, `^mosaic-prod-db-final-[0-9a-f]{8}$`, snapshots[0].ID)
	l.serves("mosaic-prod-db-2")

	// Its last snapshot is a backup like any other.
	l.set("restore.generation", "3")
	require.NoError(t, l.Unset(t.Context(), "restore.useLatestRestorableTime"))
	require.NoError(t, l.Unset(t.Context(), "restore.sourceInstanceIdentifier"))
	l.set("restore.snapshotIdentifier", snapshots[0].ID)
	l.up()
	l.serves("mosaic-prod-db-3")
	assert.NotNil(t, l.instance("mosaic-prod-db-2"))

	// The second was made from another backup than the file names now.
	l.set("restore.serving", "2")
	l.up()
	l.serves("mosaic-prod-db-2")
	assert.NotNil(t, l.instance("mosaic-prod-db-3"))
	l.noLeak(original.Text("password"))
}

// restoring sets a restore of the first instance's last moment.
func (l *live) restoring() {
	l.t.Helper()
	l.set("restore.generation", "2")
	l.set("restore.useLatestRestorableTime", "true")
	l.set("restore.sourceInstanceIdentifier", "mosaic-prod-db")
}

// TestRestoreThatFails: whatever fails halfway, the old instance stays as it was, and both ways are open, back and on.
func TestRestoreThatFails(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(simcloud.Operation) bool{
		"at the instance": func(op simcloud.Operation) bool { return op.Op == "create" && op.Type == instanceType },
		"at a secret": func(op simcloud.Operation) bool {
			return op.Op == "create" && strings.HasSuffix(op.Type, ":SecretVersion")
		},
		"at the synchronising": func(op simcloud.Operation) bool {
			return op.Op == "update" && strings.HasSuffix(op.Type, ":ExternalSecret")
		},
		"at the migration": func(op simcloud.Operation) bool { return op.Op == "create" && op.Type == jobType },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := started(t, "prod")
			original := l.instance("mosaic-prod-db")
			l.restoring()
			l.Cloud.Fail(func(op simcloud.Operation) error {
				if fails(op) {
					return errors.New("injected")
				}
				return nil
			})
			assert.Contains(t, l.refuse(l.Up(t.Context())), "injected")
			l.Cloud.Fail(nil)
			assert.Equal(t, original, l.instance("mosaic-prod-db"))

			l.set("restore.serving", "1")
			l.up()
			l.serves("mosaic-prod-db")
			assert.Equal(t, original, l.instance("mosaic-prod-db"))
			require.NoError(t, l.Unset(t.Context(), "restore.serving"))
			l.up()
			l.serves("mosaic-prod-db-2")
			assert.Empty(t, l.preview())
		})
	}
}

// TestRestoreThatIsKilled: the run is killed while RDS restores, and once more while a secret moves. The old instance
// stays as it was; what was made is taken into the state, and the next run goes on.
func TestRestoreThatIsKilled(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	original := l.instance("mosaic-prod-db")
	l.restoring()
	_, _, err := l.killAtCreate(func(op simcloud.Operation) bool { return op.Type == instanceType })
	require.Error(t, err)
	l.cli("cancel", "--yes")
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
	assert.Equal(t, original.Text("address"), l.kubeSecret("DB_HOST"), "nothing has moved")
	restored := l.instance("mosaic-prod-db-2")
	require.NotNil(t, restored, "RDS goes on without the run")

	first := l.resources()[instanceType+"::mosaic-prod-db"]
	first.URN = strings.Replace(first.URN, "::mosaic-prod-db", "::mosaic-prod-db-2", 1)
	l.adopt(first, restored.Text("resourceId"))
	_, err = l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)

	killed, _, err := l.killAtCreate(func(op simcloud.Operation) bool { return strings.HasSuffix(op.Type, ":SecretVersion") })
	require.Error(t, err)
	l.cli("cancel", "--yes")
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
	assert.Contains(t, killed, "SecretVersion")
	_, err = l.Refresh(t.Context(), optrefresh.ClearPendingCreates())
	require.NoError(t, err)
	l.up()
	l.serves("mosaic-prod-db-2")
	assert.Empty(t, l.preview())
	assert.Equal(t, restored.Text("resourceId"), l.instance("mosaic-prod-db-2").Text("resourceId"), "it is the one that RDS restored")
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
}

// TestTheMigrationOfARestoreFails: the schema of the backup is older than the image knows. Both instances stay; another
// image goes on, and so does the way back.
func TestTheMigrationOfARestoreFails(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	original := l.instance("mosaic-prod-db")
	l.restoring()
	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":1.0.0") {
			return errors.New("alembic: can't locate revision 1975ea83b712")
		}
		return nil
	}
	assert.Contains(t, l.refuse(l.Up(t.Context())), "can't locate revision 1975ea83b712")
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
	assert.NotNil(t, l.instance("mosaic-prod-db-2"))

	l.set("restore.serving", "1")
	l.up()
	l.serves("mosaic-prod-db")
	assert.Equal(t, []string{"1.0.0"}, l.ran(), "the schema of the first was not migrated again")
	require.NoError(t, l.Unset(t.Context(), "restore.serving"))
	l.set("migrations.image", "mosaic-life/core-api:0.9.0")
	l.up()
	l.serves("mosaic-prod-db-2")
	assert.Empty(t, l.preview())
	assert.Equal(t, original, l.instance("mosaic-prod-db"))
}

// TestABackupThatDoesNotFit is refused by the preview, before anything is made.
func TestABackupThatDoesNotFit(t *testing.T) {
	t.Parallel()
	l := started(t, "prod", engine.Override{Path: "database.allocatedStorage", Value: "40"})
	l.restoring()
	before := inventory(l.Cloud)
	l.set("restore.sourceInstanceIdentifier", "mosaic-prod-db-0")
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "looking up the instance mosaic-prod-db-0 of mosaic-database:restore.sourceInstanceIdentifier")
	l.set("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	l.set("database.allocatedStorage", "20")
	for _, run := range []func(context.Context) (*engine.Result, error){
		func(ctx context.Context) (*engine.Result, error) { return l.Preview(ctx) },
		func(ctx context.Context) (*engine.Result, error) { return l.Up(ctx) },
	} {
		assert.Contains(t, l.refuse(run(t.Context())), "1. mosaic-database:database.allocatedStorage: 20\n     rule: not below the backup's 40\n     write: 40 or more")
	}
	assert.Equal(t, before, inventory(l.Cloud))
}

// TestRestoreOfALostInstance: an instance that was deleted by hand, or whose stack was destroyed, comes back from what is
// left of it, as the first one of a new stack.
func TestRestoreOfALostInstance(t *testing.T) {
	t.Parallel()
	l := started(t, "prod", engine.Override{Path: "database.secretRecoveryDays", Value: "0"})
	lost := l.instance("mosaic-prod-db")
	l.remove()
	l.set("database.deletionProtection", "true")
	l.set("restore.useLatestRestorableTime", "true")
	l.set("restore.sourceDbiResourceId", lost.Text("resourceId"))
	l.up()
	l.serves("mosaic-prod-db")
	assert.Equal(t, lost.Text("resourceId"), l.instance("mosaic-prod-db").Text("restoreToPointInTime", "sourceDbiResourceId"))
	assert.Empty(t, l.preview())
	l.noLeak(lost.Text("password"))
}
