package recipes

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
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

func setting(key string) call {
	return on("pulumi config get --stack prod --non-interactive --path mosaic-database:"+key, "").do(runPulumi)
}

func raising(key, to string) call {
	return on("pulumi config set --stack prod --non-interactive --path mosaic-database:"+key+" "+to, "").do(runPulumi)
}

// inCluster is the way into the cluster, and what follows.
func inCluster(calls ...call) []call {
	return append(append([]call{outputs, account}, cluster...), calls...)
}

// inClusterOf is the same of other outputs.
func inClusterOf(json string) []call {
	return append([]call{on(strings.Join(outputs.argv, " "), "").do("echo '" + json + "'"), account}, cluster...)
}

// inPod is a run of psql in a pod of its own.
func inPod(exec call) []call { return inCluster(createPod, waitPod, exec, deletePod) }

// deploy makes prod in an empty folder.
func deploy(ctx context.Context, dir string) error {
	env, err := engine.New(ctx, engine.Options{Dir: dir, Project: root, Stack: "prod", Program: stack.Deploy, Stderr: os.Stderr, Quick: true})
	if err != nil {
		return err
	}
	defer env.Close()
	_, err = env.Up(ctx)
	return err
}

var deployShared = sync.OnceValue(func() error { return deploy(context.Background(), sharedDir) })

// deployed is a folder of prod as a first up leaves it, for this test alone.
func deployed(t *testing.T) string {
	t.Helper()
	needsCLI(t)
	require.NoError(t, deployShared())
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(sharedDir)))
	return dir
}

// outputsOnly is such a folder for tests that only read its outputs: two runs in one folder refuse each other.
func outputsOnly(t *testing.T) string {
	t.Helper()
	needsCLI(t)
	require.NoError(t, deployShared())
	return sharedDir
}

func needsCLI(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
}

// Each recipe makes exactly these calls, with the values of the stack's outputs.
func TestRecipes(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	chart := "HELM_CHART=oci://registry.example.com/charts/core-api"
	for name, test := range map[string]struct {
		args    string
		answers string
		env     string
		calls   []call
		stdout  string
		stderr  string
	}{
		"db-diff": {args: "db-diff prod", calls: []call{outputs, preview}, stdout: "unchanged"},
		"db-deploy": {args: "db-deploy prod --yes", stderr: "10 to 15 minutes", stdout: "a month       about 18.41 USD",
			calls: []call{outputs, on("pulumi up --stack prod --suppress-outputs --yes", "").do(runPulumi), outputs}},
		"db-deploy leaves the question to pulumi": {args: "db-deploy prod", stdout: "pulumi asks",
			calls: []call{outputs, on("pulumi up --stack prod --suppress-outputs", "pulumi asks"), outputs}},
		"the stack that is selected": {args: "db-diff", calls: []call{on("pulumi stack --show-name --non-interactive", "prod"), outputs, preview}},
		"db-info for scripts":        {args: "db-info prod --json", stdout: `"DBInstanceStatus": "available"`, calls: []call{outputs, account, described}},
		"db-get-credentials": {args: "db-get-credentials prod", stdout: `{"password":"p"}`, stderr: "prints a password", calls: []call{outputs, account,
			on("aws --region us-east-1 secretsmanager get-secret-value --secret-id ARN --query SecretString --output text", `{"password":"p"}`)}},
		"db-shell": {args: "db-shell prod", answers: "select 1;", calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do("cat")), stdout: "select 1;"},
		"db-shell of another image": {args: "db-shell prod", env: "DB_SHELL_IMAGE=example.com/psql:1", calls: inCluster(
			createPod.do(`jq -e '.spec.containers[0].image == "example.com/psql:1"'`), waitPod, on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", ""), deletePod)},
		"db-connections": {args: "db-connections prod", stdout: "max_connections",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-slow-queries": {args: "db-slow-queries prod", stdout: "pg_blocking_pids",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-migrate-status": {args: "db-migrate-status prod", stdout: "1975ea83b712 (head)",
			calls: inCluster(on(kube+"exec deployment/core-api -- alembic current", "1975ea83b712 (head)"))},
		"db-upgrade-check": {args: "db-upgrade-check prod", stdout: "pg_prepared_xacts",
			calls: inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"))},
		"db-upgrade-finish": {args: "db-upgrade-finish prod", stdout: "ANALYZE", stderr: "take allowMajorVersionUpgrade and applyImmediately out of Pulumi.prod.yaml",
			calls: inCluster(setting("database.credentials"), createPod, waitPod, on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("cat"), deletePod)},
		"db-migrate-logs": {args: "db-migrate-logs prod --follow", stdout: "current revision:", calls: inCluster(
			on(kube+"get pods --selector job-name=core-api-migration-JOB", "core-api-migration-x 0/1 Completed"),
			on(kube+"logs --selector job-name=core-api-migration-JOB --tail=-1 --prefix --follow", "current revision:"))},
		"app-scale": {args: "app-scale 2 prod", answers: "yes\n", stdout: "scaled", calls: inCluster(
			on(kube+"get deployment core-api", "core-api 3/3"), on(kube+"scale deployment/core-api --replicas=2", "deployment.apps/core-api scaled"),
			on(kube+"rollout status deployment/core-api --timeout=10m", ""))},
		"app-restart": {args: "app-restart prod --yes", stdout: "restarted", calls: inCluster(
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
		"db-logs": {args: "db-logs prod", stdout: "LOG: ready", calls: []call{outputs, account, on("aws --version", "aws-cli/2.31.0"),
			on("aws --region us-east-1 logs tail /aws/rds/instance/mosaic-prod-db/postgresql --since 10m", "LOG: ready")}},
		"db-logs of an upgrade": {args: "db-logs prod --upgrade --follow", stdout: "pg_upgrade", calls: []call{outputs, account, on("aws --version", "aws-cli/2.31.0"),
			on("aws --region us-east-1 logs tail /aws/rds/instance/mosaic-prod-db/upgrade --since 10m --follow", "pg_upgrade")}},
		"gitops-values": {args: "gitops-values prod", calls: []call{outputs}, stdout: `"secretStore": "aws-secrets-manager"`},
		"helm-deploy": {args: "helm-deploy 1.2.3 prod", answers: "yes\n", env: chart, stdout: "aws-secrets-manager", calls: inCluster(
			on("helm upgrade --install core-api oci://registry.example.com/charts/core-api --version 1.2.3 --kubeconfig SCRATCH/kubeconfig "+
				"--namespace mosaic-prod --values SCRATCH/values.json --wait --timeout 15m", "").do(`cat "${12}"`))},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, test.env)
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
	b := newBench(t, outputsOnly(t))
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
  a month       about 18.41 USD; its lines: just db-diff prod
`, r.stdout)
}

// tunnel is a session that forwards a port to the database of prod.
func tunnel(target, port string) call {
	return on("aws --region us-east-1 ssm start-session --target "+target+" --document-name AWS-StartPortForwardingSessionToRemoteHost "+
		`--parameters {"host":["mosaic-prod-db.ce51ce8a511c.us-east-1.rds.amazonaws.com"],"portNumber":["5432"],"localPortNumber":["`+port+`"]}`, "")
}

// outputOf is an output of the stack in a folder.
func outputOf(t *testing.T, state, name string) string {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	text, err := env.Outputs(t.Context())
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &all))
	return all[name].(string)
}

// What stands in the way of a recipe is said, before anything is changed.
func TestRecipesThatStop(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	failing := func(c call, says string) call { return c.do("echo '" + says + "' >&2; exit 255") }
	for name, test := range map[string]struct {
		args    string
		answers string
		without string // a tool
		env     string
		calls   []call
		want    string
	}{
		"without pulumi":        {args: "db-info prod", without: "pulumi", want: "needs pulumi, which is not on the PATH; see https://"},
		"without jq":            {args: "db-info prod", without: "jq", want: "needs jq"},
		"without aws":           {args: "db-info prod", without: "aws", calls: []call{outputs}, want: "needs aws"},
		"without kubectl":       {args: "db-shell prod", without: "kubectl", calls: []call{outputs, account}, want: "needs kubectl"},
		"without helm":          {args: "helm-deploy 1 prod", without: "helm", env: "HELM_CHART=oci://r/c", want: "needs helm"},
		"without go":            {args: "db-deploy prod", without: "go", calls: []call{outputs}, want: "needs go"},
		"no such stack":         {args: "db-info stage", calls: []call{on("pulumi stack output --json --stack stage --non-interactive", "").do(realPulumi)}, want: "pulumi stack init stage"},
		"no login to the state": {args: "db-info prod", calls: []call{failing(outputs, "error: PULUMI_ACCESS_TOKEN must be set for login")}, want: "PULUMI_ACCESS_TOKEN must be set"},
		"no stack is selected":  {args: "db-info", calls: []call{failing(on("pulumi stack --show-name --non-interactive", ""), "error: no stack selected")}, want: "just db-info prod"},
		"nothing deployed yet":  {args: "db-info prod", calls: []call{on(strings.Join(outputs.argv, " "), "{}")}, want: "no output region: nothing was deployed"},
		"no login to AWS":       {args: "db-snapshot prod", calls: []call{outputs, failing(account, "Unable to locate credentials")}, want: "Unable to locate credentials\n  log in to the account 123456789012"},
		"the wrong account":     {args: "db-snapshot prod", calls: []call{outputs, on(strings.Join(account.argv, " "), "999999999999")}, want: "the AWS login is of account 999999999999, and the stack prod belongs to 123456789012"},
		"an unknown option":     {args: "db-snapshot prod --hurry", want: "there is no option --hurry; the options are: --wait"},
		"an old aws":            {args: "db-logs prod", calls: []call{outputs, account, on("aws --version", "aws-cli/1.45.11 Python/3.11")}, want: "needs version 2"},
		"no cluster": {args: "db-shell prod", calls: append([]call{outputs, account, cluster[0]}, failing(cluster[1], "ResourceNotFoundException")),
			want: "cannot reach the cluster mosaic-prod: ResourceNotFoundException"},
		"a pod that does not start": {args: "db-shell prod", want: "the pod did not start", calls: inCluster(createPod, failing(waitPod, "timed out"),
			on(kube+"describe pod/db-shell-TIME", "ImagePullBackOff"), deletePod)},
		"a snapshot that takes long": {args: "db-snapshot prod --wait", want: "is not available yet", calls: []call{outputs, account,
			on(rds+"create-db-snapshot --db-instance-identifier mosaic-prod-db --db-snapshot-identifier mosaic-prod-manual-TIME --query DBSnapshot.Status --output text", "creating"),
			failing(on(rds+"wait db-snapshot-available --db-snapshot-identifier mosaic-prod-manual-TIME", ""), "Max attempts exceeded")}},
		"no node": {args: "db-tunnel prod", want: "set DB_TUNNEL_TARGET", calls: []call{outputs, account,
			on("aws --region us-east-1 ec2 describe-instances --output text --query Reservations[0].Instances[0].InstanceId "+
				"--filters Name=tag-key,Values=kubernetes.io/cluster/mosaic-prod Name=instance-state-name,Values=running", "None")}},
		"without the plugin":  {args: "db-tunnel prod", without: "session-manager-plugin", calls: []call{outputs, account}, want: "needs session-manager-plugin"},
		"no number":           {args: "app-scale two prod", want: "name a number of pods"},
		"a no to app-scale":   {args: "app-scale 0 prod", answers: "no\n", calls: inCluster(on(kube+"get deployment core-api", "core-api 3/3")), want: "the answer was not yes"},
		"a no to app-restart": {args: "app-restart prod", answers: "no\n", calls: inCluster(), want: "the answer was not yes"},
		"the logs of a chart": {args: "db-migrate-logs prod", want: "runs no migrations", calls: inClusterOf(`{"region":"us-east-1","accountId":"123456789012",` +
			`"namespace":"mosaic-prod","clusterName":"mosaic-prod","migrationJobName":""}`)},
		"no GitOps repository":     {args: "gitops-deploy prod", calls: []call{outputs}, want: "set GITOPS_DIR"},
		"no chart":                 {args: "helm-deploy 1 prod", want: "set HELM_CHART"},
		"a chart that is a folder": {args: "helm-deploy 1 prod", env: "HELM_CHART=.", want: "HELM_CHART is a folder"},
		"a no to helm-deploy":      {args: "helm-deploy 1 prod", answers: "no\n", env: "HELM_CHART=oci://r/c", calls: inCluster(), want: "the answer was not yes"},
		"a migration of a chart": {args: "db-migrate prod", want: "runs no migrations", calls: []call{
			on(strings.Join(outputs.argv, " "), "").do(`echo '{"region":"us-east-1","accountId":"123456789012","migrationJobName":""}'`), account}},
		"a no to db-migrate": {args: "db-migrate prod", answers: "no\n", want: "the answer was not yes", calls: []call{outputs, account,
			setting("migrations.attempt"), raising("migrations.attempt", "2"), change}},
		"nobody to ask": {args: "db-migrate prod", want: "--yes answers beforehand", calls: []call{outputs, account,
			setting("migrations.attempt"), raising("migrations.attempt", "2"), change}},
		"a preview that is refused": {args: "db-migrate prod --yes", want: "Pulumi.prod.yaml is as it was", calls: []call{outputs, account,
			setting("migrations.attempt"), raising("migrations.attempt", "2"), failing(change.with("--yes"), "error: refused")}},
		"a rotation with other changes": {args: "db-rotate prod", want: "something else would change too", calls: inCluster(
			failing(on("pulumi preview --stack prod --expect-no-changes", ""), "error: no changes were expected but changes occurred"))},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, test.env)
			if test.without != "" {
				require.NoError(t, os.Remove(filepath.Join(filepath.Dir(b.calls), "tools", test.without)))
			}
			before, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
			require.NoError(t, err)
			b.expect(test.calls...)
			r := b.just(test.answers, strings.Fields(test.args)...)
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
			after, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
			require.NoError(t, err)
			assert.Equal(t, string(before), string(after), "the stack file was changed")
		})
	}
}

// The kubeconfig of the configuration comes before the one that EKS would give, with its context.
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
		on("kubectl --kubeconfig SCRATCH/kubeconfig --context inside --namespace mosaic-prod exec deployment/core-api -- alembic current", "").do(`cat "$2"`))
	r := b.just("", "db-migrate-status", "prod")
	assert.Zero(t, r.code, r.stderr)
	assert.JSONEq(t, `{"kind":"Config"}`, r.stdout)
}

// The pod of a session is deleted also when the session is interrupted, and holds no password but by reference.
func TestDatabaseShellIsInterrupted(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do(`: >"$CALLS/open"; exec sleep 60`))...)
	cmd := b.command("db-shell", "prod")
	r := b.finish(cmd, func() error {
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool {
			_, err := os.Stat(filepath.Join(b.calls, "open"))
			return err == nil
		}, 20*time.Second, 20*time.Millisecond, "the session did not open")
		require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)) // the whole group, as a terminal does it
		return cmd.Wait()
	})
	assert.NotZero(t, r.code)
	assert.FileExists(t, filepath.Join(b.calls, "deleted"))

	content, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
	require.NoError(t, err)
	var pod corev1.Pod
	strict, err := kjson.UnmarshalStrict(content, &pod)
	require.NoError(t, err)
	require.Empty(t, strict)
	restricted(t, pod.Spec)
	for _, env := range pod.Spec.Containers[0].Env {
		if env.Name == "PGPASSWORD" {
			assert.Empty(t, env.Value)
			assert.Equal(t, "core-api-db-secret", env.ValueFrom.SecretKeyRef.Name)
			assert.Equal(t, "DB_PASSWORD", env.ValueFrom.SecretKeyRef.Key)
			return
		}
	}
	t.Error("the pod has no PGPASSWORD")
}

// restricted is what the Pod Security standard "restricted" asks for.
func restricted(t *testing.T, spec corev1.PodSpec) {
	t.Helper()
	assert.True(t, *spec.SecurityContext.RunAsNonRoot)
	assert.NotZero(t, *spec.SecurityContext.RunAsUser)
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type)
	for _, volume := range spec.Volumes {
		assert.NotNil(t, volume.EmptyDir, "%s: of the kinds that are allowed, the one that a shell needs", volume.Name)
	}
	assert.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC)
	for _, container := range spec.Containers {
		assert.False(t, *container.SecurityContext.AllowPrivilegeEscalation)
		assert.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop)
		assert.Empty(t, container.SecurityContext.Capabilities.Add)
	}
}

// A rotation is one command: it changes the password in the simulated cloud, and restarts the pods only once the
// Secret holds it. A migration makes another Job.
func TestRotationAndMigration(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	password := func() string {
		env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
		require.NoError(t, err)
		defer env.Close()
		secrets := env.Cloud.Objects("kubernetes:core/v1:Secret")
		require.Len(t, secrets, 1)
		text, err := base64.StdEncoding.DecodeString(secrets[0].Properties.Text("data", "DB_PASSWORD"))
		require.NoError(t, err)
		require.NotEmpty(t, text)
		return string(text)
	}
	noChanges := on("pulumi preview --stack prod --expect-no-changes", "").do(runPulumi)
	before := password()

	b := newBench(t, state)
	b.expect(inCluster(noChanges, secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change,
		secret("").do("exit 1"), listed(external("1-a", "")), forcing, listed(external("1-b", "")), secret("new"), on(kube+"rollout restart deployment/core-api", ""),
		on(kube+"rollout status deployment/core-api --timeout=10m", ""))...)
	r := b.just("yes\n", "db-rotate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "every pod of core-api has the new password")
	after := password()
	assert.NotEqual(t, before, after)
	for _, leaked := range []string{before, after} {
		assert.NotContains(t, r.stdout+r.stderr, leaked)
	}

	// The same stack file; what is rotated stays rotated.
	b.again()
	b.expect(outputs, account, setting("migrations.attempt"), raising("migrations.attempt", "2"), change)
	job := outputOf(t, state, "migrationJobName")
	r = b.just("yes\n", "db-migrate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.NotEqual(t, job, outputOf(t, state, "migrationJobName"))
	assert.Equal(t, after, password())
}

// A rotation that stops halfway, or whose Secret never comes, restarts no pod and keeps the raised version.
func TestRotationThatFails(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	begin := inCluster(secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"))
	done := func(then ...call) []call { return append([]call{change.with("--yes").do("")}, then...) }
	for name, test := range map[string]struct {
		calls []call
		want  string
	}{
		"halfway":                {[]call{halfway}, "just db-rotate prod --with-other-changes"},
		"no new Secret":          {done(append(synchronising("1-b"), secret("old"))...), "is synchronised and still the old one"},
		"no ExternalSecret":      {done(secret("old"), listed(`{"items":[]}`)), "no ExternalSecret makes the Secret core-api-db-secret"},
		"one that reads once":    {done(secret("old"), listed(external("1-a", `"refreshInterval": "0s",`))), "reads its secret once and never again"},
		"an operator that fails": {done(synchronising("1-a")...), "the operator has not read the secret for chart-db: access denied; core-api was not restarted"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "SECRET_PATIENCE=0")
			b.expect(append(begin[:len(begin):len(begin)], test.calls...)...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
			file, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
			require.NoError(t, err)
			assert.Contains(t, string(file), "passwordVersion: 2")
		})
	}
}

// A bare just lists every recipe, in a group and with a line of its own.
func TestRecipesAreListed(t *testing.T) {
	tools.Need(t, tools.Just)
	cmd := exec.Command(tools.At(t, tools.Just), "--dump", "--dump-format", "json")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var dump struct {
		Recipes map[string]struct {
			Doc        string `json:"doc"`
			Attributes []any  `json:"attributes"`
		} `json:"recipes"`
	}
	require.NoError(t, json.Unmarshal(out, &dump))
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "*-*"))
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	page, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	require.NoError(t, err)
	for _, script := range scripts {
		name := filepath.Base(script)
		if name == "sql" {
			continue
		}
		assert.Contains(t, dump.Recipes, name, "a script without a recipe")
		assert.Contains(t, string(page), "just "+name, "the table of docs/operations.md has it")
	}
	for name, recipe := range dump.Recipes {
		assert.NotEmpty(t, recipe.Doc, name)
		if name != "default" {
			assert.NotEmpty(t, recipe.Attributes, "%s has no group", name)
		}
	}
}

func TestScriptsPassShellCheck(t *testing.T) {
	tools.Need(t, tools.ShellCheck)
	var scripts []string
	for _, pattern := range []string{"*-*", "bootstrap", "ci/*", "../tests/tools/*.sh"} {
		found, err := filepath.Glob(filepath.Join(root, "scripts", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		scripts = append(scripts, found...)
	}
	cmd := exec.Command(tools.At(t, tools.ShellCheck), append([]string{"--external-sources", "--source-path=SCRIPTDIR"}, scripts...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
