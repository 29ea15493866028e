package lifecycle

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const (
	replicationType = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
	keyType         = "aws:kms/key:Key"
	home, west      = "us-east-1", "us-west-2"
)

// copying turns the copies on.
func copying() engine.Override {
	return engine.Override{Path: "backups.copyToRegion", Value: west}
}

// withStandby is a folder of the project with the stack file that docs/how-to/region.md shows beside the committed ones.
func withStandby(t *testing.T, copies string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml"} {
		content, err := os.ReadFile(filepath.Join(live.Root(t), name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	page, err := os.ReadFile(filepath.Join(live.Root(t), "docs", "how-to", "region.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(config:.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 1, "one stack file")
	file := regexp.MustCompile(`arn:aws:rds:\S+`).ReplaceAllString(blocks[0][1], copies)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod-west.yaml"), []byte(file), 0o600))
	return dir
}

// copiesKey is the key in the other region.
func copiesKey(l *live.Stack) simcloud.Object {
	l.T.Helper()
	keys := slices.DeleteFunc(l.Cloud.Objects(keyType), func(o simcloud.Object) bool { return !strings.Contains(o.Properties.Text("arn"), ":kms:"+west+":") })
	require.Len(l.T, keys, 1)
	return keys[0]
}

// The commands of docs/how-to/region.md name the bucket and the key that just bootstrap makes for the stack of the other region.
func TestTheStateOfTheOtherRegion(t *testing.T) {
	t.Parallel()
	target, err := pipeline.ReadTarget(withStandby(t, "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1"), "prod-west")
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(live.Root(t), "docs", "how-to", "region.md"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "\n   pulumi login '"+target.Backend()+"'\n")
	assert.Contains(t, string(page), "\n   pulumi stack init prod-west --secrets-provider 'awskms://"+target.Key()+"?region="+target.Region+"'\n")
}

// TestTheRegionIsLost: the runbook of docs/how-to/region.md, from a region that answers no more to one that is back.
func TestTheRegionIsLost(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", copying())
	assert.Empty(t, l.MustPreview(), "a second run changes nothing")
	copied := l.MustOutputs()["copiedBackupsArn"].(string)
	assert.Contains(t, copied, ":rds:"+west+":123456789012:auto-backup:ab-")
	original, replicas := instanceNamed(l, "mosaic-prod-db"), l.Cloud.Objects(simcloud.ReplicaSecret)
	require.Len(t, replicas, 2, "of master user and connection")
	for _, replica := range replicas {
		assert.Contains(t, replica.ID, ":secretsmanager:"+west+":")
	}
	key := copiesKey(l)

	l.Cloud.Lose(home)
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "eks.us-east-1.amazonaws.com: i/o timeout", "nothing answers there")
	away := l.Reopen(engine.Options{Stack: "prod-west", Project: withStandby(t, copied)})
	away.Cloud.Lose(home)
	away.MustUp()
	restored := instanceNamed(away, "mosaic-prod-west-db")
	require.NotNil(t, restored)
	assert.Contains(t, restored.Text("arn"), ":rds:"+west+":")
	assert.Equal(t, original.Text("username"), restored.Text("username"), "of the copies")
	assert.Equal(t, key.Properties.Text("arn"), restored.Text("kmsKeyId"), "a restored instance has the key of the copies")
	assert.NotEqual(t, original.Text("password"), restored.Text("password"), "the stack's own")
	assert.Equal(t, restored.Text("address"), away.MustOutputs()["endpoint"])
	for _, replica := range replicas {
		assert.Contains(t, away.Cloud.Objects(simcloud.ReplicaSecret), replica, "the replicas stay as they were")
	}
	assert.Empty(t, away.MustPreview(), "a second run changes nothing")

	// Back: the copies of the other region's database, as the next generation where it came from.
	away.Cloud.Lose("")
	away.MustSet("backups.copyToRegion", home)
	away.MustUp()
	returned := away.MustOutputs()["copiedBackupsArn"].(string)
	back := away.Reopen(engine.Options{Stack: "prod"})
	back.MustSet("backups.copyToRegion", west)
	back.MustSet("restore.generation", "2")
	back.MustSet("restore.useLatestRestorableTime", "true")
	back.MustSet("restore.sourceAutomatedBackupsArn", returned)
	back.MustUp()
	second := instanceNamed(back, "mosaic-prod-db-2")
	require.NotNil(t, second)
	assert.Contains(t, second.Text("arn"), ":rds:"+home+":")
	assert.Equal(t, second.Text("address"), back.MustOutputs()["endpoint"])
	assert.Equal(t, original, instanceNamed(back, "mosaic-prod-db"), "the instance that the region came back with stays")
	assert.Empty(t, back.MustPreview())
	back.NoLeak(original.Text("password"))
}

// TestAStandbyNeedsNoRole: IAM makes and changes roles through us-east-1 alone. A stack that is there restores its next generation without.
func TestAStandbyNeedsNoRole(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", copying())
	copied := l.MustOutputs()["copiedBackupsArn"].(string)
	away := l.Reopen(engine.Options{Stack: "prod-west", Project: withStandby(t, copied)})
	away.MustUp()
	away.Cloud.Lose(home)
	away.Cloud.Fail(func(op simcloud.Operation) error {
		if strings.HasPrefix(op.Type, "aws:iam/") && op.Op != "invoke" {
			return errors.New("iam.amazonaws.com: i/o timeout")
		}
		return nil
	})
	away.MustSet("restore.generation", "2")
	away.MustUp()
	require.NotNil(t, instanceNamed(away, "mosaic-prod-west-db-2"))
	assert.Equal(t, "mosaic-prod-west-db-2", away.MustOutputs()["instanceIdentifier"])
	assert.NotNil(t, instanceNamed(away, "mosaic-prod-west-db"), "the one that stood by")
}

// TestCopiesFollowTheInstances: a restore begins copies of the new instance and ends none; the old ones end with their instance, by name.
func TestCopiesFollowTheInstances(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", copying())
	first := l.MustOutputs()["copiedBackupsArn"]
	l.RestoreLatest()
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, `^(update|delete|replace) `+replicationType, change)
	}
	assert.NotEqual(t, first, l.MustOutputs()["copiedBackupsArn"], "of the active instance")
	assert.Len(t, l.Cloud.Objects(replicationType), 2)
	assert.True(t, l.ResourcesByLabel()[replicationType+"::mosaic-prod-db-in-us-west-2"].Protect)

	l.MustSet("restore.unprotected[0]", "mosaic-prod-db")
	l.MustUp()
	assert.False(t, l.ResourcesByLabel()[replicationType+"::mosaic-prod-db-in-us-west-2"].Protect)
	l.MustUnset("restore.unprotected")
	l.MustSet("restore.released[0]", "mosaic-prod-db")
	assert.Contains(t, l.MustUp(), "delete "+replicationType+"::mosaic-prod-db-in-us-west-2")
	for _, copied := range l.Cloud.Objects(simcloud.CopiedBackups) {
		assert.Equal(t, copied.ID == first, copied.Properties.Text("status") == "retained", "RDS retains what it has copied")
	}
	assert.Empty(t, l.MustPreview())
}

// TestCopiesEndInTwoRuns: in one run they are protected; when they end, or the stack does, what was copied and its key stay.
func TestCopiesEndInTwoRuns(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", copying())
	key := copiesKey(l)
	l.MustUnset("backups")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "copyUnprotected: true beside it")
	l.MustSet("backups.copyToRegion", west)
	l.MustSet("backups.copyUnprotected", "true")
	l.MustUp()
	l.MustUnset("backups")
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, live.InstanceType+"|"+live.SecretVersionType, change)
	}
	assert.Empty(t, l.Cloud.Objects(replicationType))
	assert.Len(t, l.Cloud.Objects(simcloud.ReplicaSecret), 2, "the provider leaves them")
	assert.Equal(t, key, copiesKey(l), "without it, nobody could read the copies")
	require.Len(t, l.Cloud.Objects(simcloud.CopiedBackups), 1)
	assert.Equal(t, "retained", l.Cloud.Objects(simcloud.CopiedBackups)[0].Properties.Text("status"))

	// Begun anew while RDS retains the former ones, they need the former key.
	l.MustSet("backups.copyToRegion", west)
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "have another KMS key")
	l.MustSet("backups.copyKmsKeyId", key.Properties.Text("arn"))
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	l.Remove()
	assert.Contains(t, l.Cloud.Objects(keyType), key)
	assert.Empty(t, l.Cloud.Objects(simcloud.ReplicaSecret))
	assert.Equal(t, "retained", l.Cloud.Objects(simcloud.CopiedBackups)[0].Properties.Text("status"))
}
