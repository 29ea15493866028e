package lifecycle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const (
	vaultType     = "aws:backup/vault:Vault"
	planType      = "aws:backup/plan:Plan"
	selectionType = "aws:backup/selection:Selection"
)

// backedUp turns AWS Backup on.
func backedUp() engine.Override {
	return engine.Override{Path: "backups.awsBackupRetentionDays", Value: "35"}
}

// oneNight is what AWS Backup takes in a night.
func oneNight(l *live.Stack) []string {
	l.T.Helper()
	points, err := l.Cloud.BackUp()
	require.NoError(l.T, err)
	return points
}

// selected is what AWS Backup backs up, by ARN.
func selected(l *live.Stack) []string {
	var all []string
	for _, selection := range l.Cloud.Objects(selectionType) {
		all = append(all, selection.Properties.Texts("resources")...)
	}
	return all
}

// TestAWSBackup: what AWS Backup takes becomes a generation; retained instances are backed up until they are released; turning it off, and
// destroying the stack, deletes nothing of what it took, and leaves the role that AWS Backup needs to delete it in time.
func TestAWSBackup(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	original := instanceNamed(l, "mosaic-prod-db")
	require.NoError(t, l.Set(t.Context(), backedUp()))
	for _, change := range l.MustUp() {
		assert.Regexp(t, `^create (aws:backup/|aws:iam/role|random:)`, change, "nothing of the database changes")
	}
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	vault := l.MustOutputs()["backupVault"].(string)
	assert.Regexp(t, "^mosaic-prod-db-[0-9a-f]{8}$", vault)
	points := oneNight(l)
	require.Len(t, points, 1)
	assert.Contains(t, points[0], "arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-")
	assert.Empty(t, l.MustPreview(), "nothing that AWS Backup does is a change")

	l.MustSet("restore.generation", "2")
	l.MustSet("restore.snapshotIdentifier", points[0])
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, `^(delete|replace) aws:(backup|iam|rds)`, change)
	}
	expectActive(l, "mosaic-prod-db-2")
	assert.ElementsMatch(t, []string{original.Text("arn"), instanceNamed(l, "mosaic-prod-db-2").Text("arn")}, selected(l), "the retained one, too")
	require.Len(t, oneNight(l), 2)

	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	l.MustUp()
	l.MustUnset("restore.unprotected")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	assert.Contains(t, l.MustUp(), "delete "+selectionType+"::mosaic-prod-db")
	assert.Equal(t, []string{instanceNamed(l, "mosaic-prod-db-2").Text("arn")}, selected(l))

	role := l.Cloud.Objects("aws:iam/role:Role")
	l.MustUnset("backups")
	shown, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(shown), "35 → 0: AWS Backup takes no more snapshots")
	l.MustUp()
	assert.Empty(t, l.Cloud.Objects(planType))
	assert.Empty(t, selected(l))
	kept := l.Cloud.Objects(vaultType)
	require.Len(t, kept, 1)
	assert.Equal(t, vault, kept[0].ID)
	assert.InDelta(t, 3, kept[0].Properties.Number("recoveryPoints"), 0)
	assert.Equal(t, role, l.Cloud.Objects("aws:iam/role:Role"), "without its role, AWS Backup could not delete them in time")

	require.NoError(t, l.Set(t.Context(), backedUp()))
	l.MustUp()
	assert.NotEqual(t, vault, l.MustOutputs()["backupVault"], "a vault of its own")
	assert.Empty(t, l.MustPreview())
	l.Remove()
	assert.Len(t, l.Cloud.Objects(vaultType), 2)
	assert.Len(t, awsBackups(l), 3)
}

// awsBackups are the recovery points.
func awsBackups(l *live.Stack) []string {
	var all []string
	for _, kind := range []string{simcloud.SnapshotType, simcloud.ClusterSnapshotType} {
		for _, o := range l.Cloud.Objects(kind) {
			if strings.HasPrefix(o.ID, "awsbackup:") {
				all = append(all, o.ID)
			}
		}
	}
	return all
}

// TestAWSBackupOfACluster: the cluster is what is backed up, and what it is restored from.
func TestAWSBackupOfACluster(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "serverless"}, backedUp())
	points := oneNight(l)
	require.Len(t, points, 1)
	assert.Contains(t, points[0], ":cluster-snapshot:awsbackup:job-")
	l.MustSet("restore.generation", "2")
	l.MustSet("restore.snapshotIdentifier", points[0])
	l.MustUp()
	assert.Equal(t, "mosaic-prod-db-2", l.MustOutputs()["instanceIdentifier"])
	assert.Len(t, selected(l), 2)
	assert.Empty(t, l.MustPreview())
}
