package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A recipe that cannot run says why, before it changes anything.
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
		"an unknown option":     {args: "db-snapshot prod --hurry", want: "the option --hurry does not fit; usage: just db-snapshot [env] [--wait]"},
		"an old aws":            {args: "db-logs prod", calls: []call{outputs, account, on("aws --version", "aws-cli/1.45.11 Python/3.11")}, want: "needs version 2"},
		"no cluster": {args: "db-shell prod", calls: append([]call{outputs, account, cluster[0]}, failing(cluster[1], "ResourceNotFoundException")),
			want: "cannot reach the cluster mosaic-prod: ResourceNotFoundException"},
		"a pod that does not start": {args: "db-shell prod", want: "the pod did not start", calls: inCluster(setting("pods"), createPod, failing(waitPod, "timed out"),
			on(kube+"describe pod/db-shell-TIME", "ImagePullBackOff"), deletePod)},
		"a snapshot that takes long": {args: "db-snapshot prod --wait", want: "is not available yet", calls: []call{outputs, account,
			on(rds+"create-db-snapshot --db-instance-identifier mosaic-prod-db --db-snapshot-identifier mosaic-prod-manual-TIME --query DBSnapshot.Status --output text", "creating"),
			failing(on(rds+"wait db-snapshot-available --db-snapshot-identifier mosaic-prod-manual-TIME", ""), "Max attempts exceeded")}},
		"no node": {args: "db-tunnel prod", want: "set DB_TUNNEL_TARGET", calls: []call{outputs, account,
			on("aws --region us-east-1 ec2 describe-instances --output text --query Reservations[0].Instances[0].InstanceId "+
				"--filters Name=tag-key,Values=kubernetes.io/cluster/mosaic-prod Name=instance-state-name,Values=running", "None")}},
		"without the plugin":  {args: "db-tunnel prod", without: "session-manager-plugin", calls: []call{outputs, account}, want: "needs session-manager-plugin"},
		"no number":           {args: "app-scale two prod", want: "name a number of pods"},
		"a no to app-scale":   {args: "app-scale 0 prod", answers: "no\n", calls: inCluster(using("core-api"), replicas("core-api", "3")), want: "the answer was not yes"},
		"a no to app-restart": {args: "app-restart prod", answers: "no\n", calls: inCluster(using("core-api")), want: "the answer was not yes"},
		"the logs of a chart": {args: "db-migrate-logs prod", want: "runs no migrations", calls: inClusterOf(`{"region":"us-east-1","accountId":"123456789012",` +
			`"namespace":"mosaic-prod","clusterName":"mosaic-prod","migrationJobName":""}`)},
		"no GitOps repository":  {args: "gitops-deploy prod", calls: []call{outputs}, want: "set GITOPS_DIR"},
		"no chart":              {args: "helm-deploy 1 prod", want: "set HELM_CHART"},
		"no version of a chart": {args: "helm-deploy", env: "HELM_CHART=oci://r/c", want: "name the version of the chart"},
		"a version of a folder": {args: "helm-deploy 1 prod", env: "HELM_CHART=.", want: "states its own version; leave the version out: just helm-deploy prod"},
		"a folder without a chart": {args: "helm-deploy prod", env: "HELM_CHART=.", calls: []call{failing(on("helm show chart .", ""), "Error: Chart.yaml file is missing")},
			want: "HELM_CHART, ., is not a chart: Error: Chart.yaml file is missing"},
		"a no to helm-deploy": {args: "helm-deploy 1 prod", answers: "no\n", env: "HELM_CHART=oci://r/c", calls: inCluster(setting("delivery"), setting("app.releasing")), want: "the answer was not yes"},
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
