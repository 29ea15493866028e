package recipes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The recipes that ask RDS ask it of the cluster, where one serves the database.
func TestRecipesOfACluster(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	ofCluster := on(strings.Join(outputs.argv, " "), "").do(`echo '{"region":"us-east-1","accountId":"123456789012","instanceIdentifier":"mosaic-prod-db","port":5432,
		"engine":"aurora-postgresql"}'`)
	restorable := on(rds+"describe-db-clusters --db-cluster-identifier mosaic-prod-db --query DBClusters[0].LatestRestorableTime --output text", "2026-11-24T10:00:00Z")
	for name, test := range map[string]struct {
		args, stdout, stderr string
		fails                bool
		calls                []call
	}{
		"db-info": {args: "db-info prod", stdout: "mosaic-prod-db: Aurora PostgreSQL 16.11, available\n", calls: []call{account,
			on(rds+"describe-db-clusters --db-cluster-identifier mosaic-prod-db --output json --query DBClusters[0]", "").do(`cat <<'JSON'
{"Status": "available", "EngineVersion": "16.11", "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4.0}, "MultiAZ": true, "AllocatedStorage": 1,
 "DBClusterMembers": [{"DBInstanceIdentifier": "mosaic-prod-db-instance-1", "IsClusterWriter": false}, {"DBInstanceIdentifier": "mosaic-prod-db-instance-2", "IsClusterWriter": true}],
 "BackupRetentionPeriod": 7, "LatestRestorableTime": "2026-11-24T10:00:00Z", "DeletionProtection": true}
JSON`)}},
		"db-snapshot": {args: "db-snapshot prod --wait", stdout: "mosaic-prod-manual-20", calls: []call{account,
			on(rds+"create-db-cluster-snapshot --db-cluster-identifier mosaic-prod-db --db-cluster-snapshot-identifier mosaic-prod-manual-TIME --query DBClusterSnapshot.Status --output text", "creating"),
			on(rds+"wait db-cluster-snapshot-available --db-cluster-snapshot-identifier mosaic-prod-manual-TIME", "")}},
		"db-snapshots": {args: "db-snapshots prod", stdout: "2026-11-24T10:00:00Z", calls: []call{account,
			on(rds+"describe-db-cluster-snapshots --db-cluster-identifier mosaic-prod-db --output table --query", "a table").with(
				"DBClusterSnapshots[].{snapshot: DBClusterSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, engine: EngineVersion}"),
			restorable}},
		"db-logs": {args: "db-logs prod", stdout: "LOG: ready", calls: []call{account, on("aws --version", "aws-cli/2.31.0"),
			on("aws --region us-east-1 logs tail /aws/rds/cluster/mosaic-prod-db/postgresql --since 10m", "LOG: ready")}},
		"db-logs of an upgrade": {args: "db-logs prod --upgrade", stderr: "Aurora exports no log of upgrades", fails: true,
			calls: []call{account, on("aws --version", "aws-cli/2.31.0")}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(append([]call{ofCluster}, test.calls...)...)
			r := b.just("", strings.Fields(test.args)...)
			assert.Equal(t, test.fails, r.code != 0, r.stderr)
			assert.Contains(t, r.stdout, test.stdout)
			assert.Contains(t, r.stderr, test.stderr)
			if name == "db-info" {
				assert.Contains(t, r.stdout, "\n  capacity      0.5 to 4 ACU for each instance\n")
				assert.Contains(t, r.stdout, "mosaic-prod-db-instance-1 reads, mosaic-prod-db-instance-2 writes")
				assert.Contains(t, r.stdout, "aurora, as large as the data")
			}
		})
	}
}
