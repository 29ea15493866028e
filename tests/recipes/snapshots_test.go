package recipes

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// With --json a script gets one object, of the same shape for an instance and a cluster, with and without copies and a vault. Times of AWS Backup are
// in UTC, wherever the machine is.
func TestSnapshotsForScripts(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	const copies, vault = "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1", "mosaic-prod-db-0badcafe"
	ofInstance := []call{
		on(rds+"describe-db-snapshots --db-instance-identifier mosaic-prod-db --output json --query", `[{"snapshot": "mosaic-prod-manual-1", "GiB": 20}]`).with(
			"DBSnapshots[].{snapshot: DBSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, GiB: AllocatedStorage, engine: EngineVersion}"),
		on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].LatestRestorableTime --output json", `"2026-11-24T10:00:00+00:00"`),
	}
	ofCluster := []call{
		on(rds+"describe-db-cluster-snapshots --db-cluster-identifier mosaic-prod-db --output json --query", "[]").with(
			"DBClusterSnapshots[].{snapshot: DBClusterSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, engine: EngineVersion}"),
		on(rds+"describe-db-clusters --db-cluster-identifier mosaic-prod-db --query DBClusters[0].LatestRestorableTime --output json", "null"),
	}
	copied := on("aws --region us-west-2 rds describe-db-instance-automated-backups --db-instance-automated-backups-arn "+copies+
		" --query DBInstanceAutomatedBackups[0].RestoreWindow.LatestTime --output json", `"2026-11-24T09:58:00+00:00"`)
	kept := on("aws --region us-east-1 backup list-recovery-points-by-backup-vault --backup-vault-name "+vault+" --output json --query", "").with(
		"RecoveryPoints[].{snapshot: RecoveryPointArn, status: Status, created: CreationDate, until: CalculatedLifecycle.DeleteAt}").
		do(`[[ $TZ == UTC ]] && echo '[{"snapshot": "arn:job-1", "status": "COMPLETED"}]'`)
	broken := copied.do("echo AccessDenied >&2; exit 254")
	t.Run("tables without colours", func(t *testing.T) {
		b := newBench(t, state)
		b.env = append(b.env, "NO_COLOR=1")
		table := ofInstance[0]
		table.argv = slices.Replace(slices.Clone(table.argv), 8, 9, "table", "--color", "off")
		latest := ofInstance[1]
		latest.argv = slices.Replace(slices.Clone(latest.argv), len(latest.argv)-1, len(latest.argv), "text")
		b.expect(outputs, account, table, latest)
		assert.Zero(t, b.just("", "db-snapshots", "prod").code)
	})
	for name, test := range map[string]struct {
		outputs string // besides those of every stack
		calls   []call
		want    string // besides stack and instance; "": it fails, and prints nothing
	}{
		"an instance": {calls: ofInstance,
			want: `"snapshots": [{"snapshot": "mosaic-prod-manual-1", "GiB": 20}], "latestRestorableTime": "2026-11-24T10:00:00+00:00", "copies": null, "recoveryPoints": []`},
		"an instance with all": {outputs: `, "copiedBackupsArn": "` + copies + `", "backupVault": "` + vault + `"`, calls: append(append([]call{}, ofInstance...), copied, kept),
			want: `"snapshots": [{"snapshot": "mosaic-prod-manual-1", "GiB": 20}], "latestRestorableTime": "2026-11-24T10:00:00+00:00",
				"copies": {"arn": "` + copies + `", "latestRestorableTime": "2026-11-24T09:58:00+00:00"}, "recoveryPoints": [{"snapshot": "arn:job-1", "status": "COMPLETED"}]`},
		"a region that refuses": {outputs: `, "copiedBackupsArn": "` + copies + `"`, calls: append(append([]call{}, ofInstance...), broken)},
		"a cluster": {outputs: `, "engine": "aurora-postgresql"`, calls: ofCluster,
			want: `"snapshots": [], "latestRestorableTime": null, "copies": null, "recoveryPoints": []`},
		"a cluster with a vault": {outputs: `, "engine": "aurora-postgresql", "backupVault": "` + vault + `"`, calls: append(append([]call{}, ofCluster...), kept),
			want: `"snapshots": [], "latestRestorableTime": null, "copies": null, "recoveryPoints": [{"snapshot": "arn:job-1", "status": "COMPLETED"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "TZ=Pacific/Auckland")
			of := on(strings.Join(outputs.argv, " "), "").do(`echo '{"region": "us-east-1", "accountId": "123456789012", "instanceIdentifier": "mosaic-prod-db"` + test.outputs + `}'`)
			b.expect(append([]call{of, account}, test.calls...)...)
			r := b.just("", "db-snapshots", "prod", "--json")
			if test.want == "" {
				assert.NotZero(t, r.code)
				assert.Empty(t, r.stdout, "half of an object")
				return
			}
			require.Zero(t, r.code, r.stderr)
			assert.JSONEq(t, `{"stack": "prod", "instance": "mosaic-prod-db", `+test.want+`}`, r.stdout)
			assert.Empty(t, r.stderr)
		})
	}
}
