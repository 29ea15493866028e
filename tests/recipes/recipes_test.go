package recipes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	realPulumi = `exec "$REAL_PULUMI" "$@"`
	runPulumi  = `RECIPE_STACK_DIR=$STATE exec "$SELF" "$@"` // see TestMain
	kube       = "kubectl --kubeconfig SCRATCH/kubeconfig --namespace mosaic-prod "
	rds        = "aws --region us-east-1 rds "
)

// The calls that most recipes begin with.
var (
	outputs = on("pulumi stack output --json --stack prod --non-interactive", "").do(runPulumi)
	account = on("aws --region us-east-1 sts get-caller-identity --query Account --output text", "123456789012")
	cluster = []call{setting("cluster.kubeconfig"),
		on("aws --region us-east-1 eks update-kubeconfig --name mosaic-prod --kubeconfig SCRATCH/kubeconfig", "").do(`: >"$8"`)}
	createPod = on(kube+"create -f -", "").do(`cat >"$CALLS/pod.json"`)
	waitPod   = on(kube+"wait --for=condition=Ready pod/db-shell-TIME --timeout=120s", "")
	deletePod = on(kube+"delete pod/db-shell-TIME --ignore-not-found --wait=false", "").do(`: >"$CALLS/deleted"`)
	preview   = on("pulumi preview --stack prod --diff", "").do(runPulumi)
	change    = on("pulumi up --stack prod --diff --event-log SCRATCH/events", "").do(runPulumi)
	halfway   = change.with("--yes").do(`echo '{"resourcePreEvent": {"metadata": {"op": "update"}}}' >"$6"; exit 1`)
)

var deployShared = sync.OnceValue(func() error { return deploy(context.Background(), sharedDir) })

// Each recipe makes exactly these calls, with the values in the stack's outputs.
func TestRecipes(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	chart := "HELM_CHART=oci://registry.example.com/charts/core-api"
	delivery, released := setting("delivery"), setting("app.releasing")
	taken := on("helm upgrade --install core-api oci://r/c --version 1.2.3 --kubeconfig SCRATCH/kubeconfig "+
		"--namespace mosaic-prod --take-ownership --values SCRATCH/values.json --wait --timeout 15m", "")
	for name, test := range map[string]struct {
		args    string
		answers string
		env     string
		calls   []call
		stdout  string
		stderr  string
	}{
		"db-diff": {args: "db-diff prod", calls: []call{outputs, preview}, stdout: "unchanged"},
		"db-deploy": {args: "db-deploy prod --yes", stderr: "10 to 15 minutes", stdout: "a month       about " + outputOf(t, state, "estimatedMonthlyCost"),
			calls: []call{outputs, on("pulumi up --stack prod --suppress-outputs --yes", "").do(runPulumi), outputs}},
		"db-deploy leaves the question to pulumi": {args: "db-deploy prod", stdout: "pulumi asks",
			calls: []call{outputs, on("pulumi up --stack prod --suppress-outputs", "pulumi asks"), outputs}},
		"the stack that is selected": {args: "db-diff", calls: []call{on("pulumi stack --show-name --non-interactive", "prod"), outputs, preview}},
		"db-info for scripts":        {args: "db-info prod --json", stdout: `"DBInstanceStatus": "available"`, calls: []call{outputs, account, described}},
		"db-get-credentials": {args: "db-get-credentials prod", stdout: `{"password":"p"}`, stderr: "prints a password", calls: []call{outputs, account,
			on("aws --region us-east-1 secretsmanager get-secret-value --secret-id ARN --query SecretString --output text", `{"password":"p"}`)}},
		"db-shell": {args: "db-shell prod", answers: "select 1;", calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do("cat")), stdout: "select 1;"},
		"db-shell of another image": {args: "db-shell prod", env: "DB_SHELL_IMAGE=example.com/psql:1", calls: inCluster(
			setting("pods"), createPod.do(`jq -e '.spec.containers[0].image == "example.com/psql:1"'`), waitPod, on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", ""), deletePod)},
		"db-connections": {args: "db-connections prod", stdout: "max_connections",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-slow-queries": {args: "db-slow-queries prod", stdout: "pg_blocking_pids",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-migrate-status": {args: "db-migrate-status prod", stdout: "1975ea83b712 (head)",
			calls: inCluster(using("mosaic-core-api"), on(kube+"exec deployment/mosaic-core-api -- alembic current", "1975ea83b712 (head)"))},
		"db-upgrade-check": {args: "db-upgrade-check prod", stdout: "pg_prepared_xacts",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-upgrade-finish": {args: "db-upgrade-finish prod", stdout: "ANALYZE", stderr: "take allowMajorVersionUpgrade and applyImmediately out of Pulumi.prod.yaml",
			calls: inCluster(setting("database.credentials"), setting("pods"), createPod, waitPod, on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"), deletePod)},
		"db-migrate-logs": {args: "db-migrate-logs prod --follow", stdout: "current revision:", calls: inCluster(
			on(kube+"get pods --selector job-name=core-api-migration-JOB", "core-api-migration-x 0/1 Completed"),
			on(kube+"logs --selector job-name=core-api-migration-JOB --tail=-1 --prefix --follow", "current revision:"))},
		"app-scale": {args: "app-scale 2 prod", answers: "yes\n", stdout: "scaled", calls: inCluster(
			using("core-api"), replicas("core-api", "3"), on(kube+"scale deployment/core-api --replicas=2", "deployment.apps/core-api scaled"),
			on(kube+"rollout status deployment/core-api --timeout=10m", ""))},
		"app-restart": {args: "app-restart prod --yes", stdout: "restarted", calls: inCluster(using("core-api"),
			on(kube+"rollout restart deployment/core-api", "deployment.apps/core-api restarted"), on(kube+"rollout status deployment/core-api --timeout=10m", ""))},
		"db-tunnel": {args: "db-tunnel prod", env: "DB_TUNNEL_PORT=15432", stderr: "host=localhost port=15432 dbname=mosaic", calls: []call{outputs, account,
			on("aws --region us-east-1 ec2 describe-instances --output text --query Reservations[0].Instances[0].InstanceId "+
				"--filters Name=tag-key,Values=kubernetes.io/cluster/mosaic-prod Name=instance-state-name,Values=running", "i-0123456789abcdef0"),
			tunnel("i-0123456789abcdef0", "15432")}},
		"db-tunnel by a bastion": {args: "db-tunnel prod", env: "DB_TUNNEL_TARGET=i-0b", calls: []call{outputs, account, tunnel("i-0b", "5432")}},
		"db-snapshot": {args: "db-snapshot prod", stdout: "mosaic-prod-manual-20", calls: []call{outputs, account,
			on(rds+"create-db-snapshot --db-instance-identifier mosaic-prod-db --db-snapshot-identifier mosaic-prod-manual-TIME --query DBSnapshot.Status --output text", "creating")}},
		"db-snapshot that waits": {args: "db-snapshot prod --wait", stdout: "mosaic-prod-manual-20", calls: []call{outputs, account,
			on(rds+"create-db-snapshot --db-instance-identifier mosaic-prod-db --db-snapshot-identifier mosaic-prod-manual-TIME --query DBSnapshot.Status --output text", "creating"),
			on(rds+"wait db-snapshot-available --db-snapshot-identifier mosaic-prod-manual-TIME", "")}},
		"db-snapshots": {args: "db-snapshots prod", stdout: "2026-11-24T10:00:00Z", calls: []call{outputs, account,
			on(rds+"describe-db-snapshots --db-instance-identifier mosaic-prod-db --output table --query", "a table").with(
				"DBSnapshots[].{snapshot: DBSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, GiB: AllocatedStorage, engine: EngineVersion}"),
			on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].LatestRestorableTime --output text", "2026-11-24T10:00:00Z")}},
		"db-snapshots with copies": {args: "db-snapshots prod", stdout: "2026-11-24T09:58:00Z", stderr: "the latest point in time that its copies in us-west-2 can restore", calls: []call{
			outputs.do(`(` + runPulumi + `) | jq '.copiedBackupsArn = "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1"'`), account,
			on(rds+"describe-db-snapshots --db-instance-identifier mosaic-prod-db --output table --query", "a table").with(
				"DBSnapshots[].{snapshot: DBSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, GiB: AllocatedStorage, engine: EngineVersion}"),
			on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].LatestRestorableTime --output text", "2026-11-24T10:00:00Z"),
			on("aws --region us-west-2 rds describe-db-instance-automated-backups --db-instance-automated-backups-arn arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1 "+
				"--query DBInstanceAutomatedBackups[0].RestoreWindow.LatestTime --output text", "2026-11-24T09:58:00Z")}},
		"db-snapshots with AWS Backup": {args: "db-snapshots prod", stdout: "awsbackup:job-1", stderr: "in the vault mosaic-prod-db-0badcafe", calls: []call{
			outputs.do(`(` + runPulumi + `) | jq '.backupVault = "mosaic-prod-db-0badcafe"'`), account,
			on(rds+"describe-db-snapshots --db-instance-identifier mosaic-prod-db --output table --query", "a table").with(
				"DBSnapshots[].{snapshot: DBSnapshotIdentifier, type: SnapshotType, status: Status, created: SnapshotCreateTime, GiB: AllocatedStorage, engine: EngineVersion}"),
			on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].LatestRestorableTime --output text", "2026-11-24T10:00:00Z"),
			on("aws --region us-east-1 backup list-recovery-points-by-backup-vault --backup-vault-name mosaic-prod-db-0badcafe --output table --query",
				"arn:aws:rds:us-east-1:123456789012:snapshot:awsbackup:job-1").with(
				"RecoveryPoints[].{snapshot: RecoveryPointArn, status: Status, created: CreationDate, until: CalculatedLifecycle.DeleteAt}")}},
		"db-logs": {args: "db-logs prod", stdout: "LOG: ready", calls: []call{outputs, account, on("aws --version", "aws-cli/2.31.0"),
			on("aws --region us-east-1 logs tail /aws/rds/instance/mosaic-prod-db/postgresql --since 10m", "LOG: ready")}},
		"db-logs of an upgrade": {args: "db-logs prod --upgrade --follow", stdout: "pg_upgrade", calls: []call{outputs, account, on("aws --version", "aws-cli/2.31.0"),
			on("aws --region us-east-1 logs tail /aws/rds/instance/mosaic-prod-db/upgrade --since 10m --follow", "pg_upgrade")}},
		"gitops-values": {args: "gitops-values prod", calls: []call{outputs}, stdout: `"secretStore": "aws-secrets-manager"`},
		"helm-deploy": {args: "helm-deploy 1.2.3 prod", answers: "yes\n", env: chart, stdout: "aws-secrets-manager", calls: inCluster(delivery, released,
			on("helm upgrade --install core-api oci://registry.example.com/charts/core-api --version 1.2.3 --kubeconfig SCRATCH/kubeconfig "+
				"--namespace mosaic-prod --values SCRATCH/values.json --wait --timeout 15m", "").do(`cat "${12}"`))},
		"helm-deploy of a folder": {args: "helm-deploy prod", answers: "yes\n", env: "HELM_CHART=.", stderr: "Install ., version 0.3.0, as the release core-api", calls: append(
			[]call{on("helm show chart .", "").do(`printf 'name: shop\nversion: 0.3.0\n'`)}, inCluster(delivery, released, on("helm upgrade --install core-api . --kubeconfig SCRATCH/kubeconfig "+
				"--namespace mosaic-prod --values SCRATCH/values.json --wait --timeout 15m", ""))...)},
		"helm-deploy of another release": {args: "helm-deploy 1.2.3 prod --yes", env: "HELM_RELEASE=shop", calls: inCluster(delivery, released,
			on("helm upgrade --install shop oci://r/c --version 1.2.3 --kubeconfig SCRATCH/kubeconfig "+
				"--namespace mosaic-prod --values SCRATCH/values.json --wait --timeout 15m", ""))},
		"helm-deploy in a handover": {args: "helm-deploy 1.2.3 prod --yes", stderr: "the chart takes over the objects that this program made", calls: inCluster(
			delivery.do("echo handover"), released, taken)},
		"helm-deploy of a chart that takes the ServiceAccount": {args: "helm-deploy 1.2.3 prod --yes", stderr: "the chart takes over the objects that this program made",
			calls: inCluster(delivery, released.do("echo true"), taken)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "HELM_CHART=oci://r/c", test.env)
			for i, c := range test.calls {
				for j, arg := range c.argv {
					if arg == "ARN" {
						test.calls[i].argv[j] = outputOf(t, state, "connectionSecretArn")
					}
				}
			}
			b.expect(test.calls...)
			r := b.just(test.answers, strings.Fields(test.args)...)
			assert.Zero(t, r.code, r.stderr)
			assert.Contains(t, r.stdout, test.stdout)
			assert.Contains(t, r.stderr, test.stderr)
		})
	}
}

// described is RDS's description of the instance, of which these fields are shown.
var described = on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --output json --query DBInstances[0]", "").do(`cat <<'JSON'
{"DBInstanceStatus": "available", "EngineVersion": "16.4", "DBInstanceClass": "db.t3.micro", "MultiAZ": false, "AvailabilityZone": "us-east-1a",
 "AllocatedStorage": 20, "StorageType": "gp3", "MaxAllocatedStorage": 100, "BackupRetentionPeriod": 7, "LatestRestorableTime": "2026-11-24T10:00:00Z",
 "DeletionProtection": true, "PendingModifiedValues": {"DBInstanceClass": "db.t3.small", "MultiAZ": true},
 "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": "2027-05-01T00:00:00Z"}}
JSON`)

// db-info is what a person wants to know, on half a screen.
func TestInfo(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	b := newBench(t, state)
	b.expect(outputs, account, described)
	r := b.just("", "db-info", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, `mosaic-prod-db: PostgreSQL 16.4, db.t3.micro, available

where
  endpoint      mosaic-prod-db.ce51ce8a511c.us-east-1.rds.amazonaws.com:5432
  database      mosaic
  account       123456789012, us-east-1
  cluster       mosaic-prod, namespace mosaic-prod

credentials
  connection    mosaic/prod/rds/connection, in Secrets Manager
  in the pods   core-api-db-secret, as ServiceAccount core-api
  role          arn:aws:iam::123456789012:role/mosaic-prod-core-api-secrets-role

how it is
  changes due   DBInstanceClass db.t3.small, MultiAZ true
  storage       20 GiB of gp3, growing to 100
  backups       7 days, restorable to 2026-11-24T10:00:00Z
  Multi-AZ      no, in us-east-1a
  protected     yes
  certificate   rds-ca-rsa2048-g1, valid to 2027-05-01T00:00:00Z
  migration     core-api-migration-d0c7bc8a8d

cost
  a month       about `+outputOf(t, state, "estimatedMonthlyCost")+`; its lines: just db-diff prod
`, r.stdout)
}

// What only some stacks have is on the page too: copies of the backups, a retained instance, a login of IAM users.
func TestInfoOfARestoredStack(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(on(strings.Join(outputs.argv, " "), "").do(`echo '{"region":"us-east-1","accountId":"123456789012","instanceIdentifier":"mosaic-prod-db","port":5432,
		"keptInstances":["mosaic-prod-db-2"],"copiedBackupsArn":"arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1","peopleLogin":"core_api_people","peopleRoleArn":"arn:aws:iam::123456789012:role/people"}'`), account, described)
	r := b.just("", "db-info", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stdout, "\n  copies        in us-west-2, arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1\n")
	assert.Contains(t, r.stdout, "\n  retained      mosaic-prod-db-2\n")
	assert.Contains(t, r.stdout, "\n  IAM users     core_api_people, by the role arn:aws:iam::123456789012:role/people\n")
}

// The kubeconfig in the configuration, with its context, takes precedence over the one of EKS.
func TestRecipesGoIntoTheClusterOfTheConfiguration(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	text := strings.Replace(string(content), "    name: mosaic-prod\n", "    name: mosaic-prod\n    kubeconfig: '{\"kind\":\"Config\"}'\n    context: inside\n", 1)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	b.expect(outputs, account, setting("cluster.kubeconfig"), setting("cluster.context"),
		on("kubectl --kubeconfig SCRATCH/kubeconfig --context inside --namespace mosaic-prod get deployments -o json", "").do(using("core-api").reply),
		on("kubectl --kubeconfig SCRATCH/kubeconfig --context inside --namespace mosaic-prod exec deployment/core-api -- alembic current", "").do(`cat "$2"`))
	r := b.just("", "db-migrate-status", "prod")
	assert.Zero(t, r.code, r.stderr)
	assert.JSONEq(t, `{"kind":"Config"}`, r.stdout)
}
