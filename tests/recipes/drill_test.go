package recipes

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leftOut are the keys that the drill's stack does not have.
func leftOut() []string {
	return []string{
		"additionalApps", "alerts", "backups", "budget", "restore", "pooling", "tls", "database.iamPrincipals", "database.instanceIdentifier", "database.readReplicaIdentifiers", "network.subnetGroupName",
		"app.secretName", "app.secretEntries", "app.helmValues", "app.secretsServiceAccount", "app.clusterSecretStore",
		"app.releasing", "app.policyArns", "app.trustedServiceAccounts", "migrations.secretEnv", "migrations.command",
	}
}

// drilled are the calls of a drill up to its `pulumi up`; the original has alerts and budget, and more of the keys that are left out.
func drilled(up call, has ...string) []call {
	calls := []call{outputs, account, setting("environment"),
		on(rds+"describe-db-instances --db-instance-identifier mosaic-prod-db --query DBInstances[0].LatestRestorableTime --output text", "2026-01-31T10:00:00.123000+00:00"),
		on("pulumi stack init prod-drill --no-select --copy-config-from prod", "").do(realPulumi)}
	calls = append(calls, edited("prod-drill", append(has, "alerts", "budget"), "restore.sourceInstanceIdentifier", "mosaic-prod-db")...)
	return append(calls, up)
}

// edited are the calls that make a drill of the stack file of its stack, which has some of the keys that are left out.
func edited(stack string, has []string, source, of string) []call {
	var calls []call
	for _, key := range leftOut() {
		calls = append(calls, setting(key).in(stack))
		if slices.Contains(has, key) {
			calls = append(calls, removing(key).in(stack))
		}
	}
	for _, line := range strings.Split(fmt.Sprintf(`environment %[1]s
delivery pulumi
app.namespace mosaic-%[1]s
app.createNamespace true
migrations.enabled true
migrations.command[0] alembic
migrations.command[1] current
database.readReplicas 0
database.deletionProtection false
database.skipFinalSnapshot true
database.deleteAutomatedBackups true
database.secretRecoveryDays 0
restore.useLatestRestorableTime true
database.multiAz false
%[2]s %[3]s`, stack, source, of), "\n") {
		key, value, _ := strings.Cut(line, " ")
		calls = append(calls, raising(key, value).in(stack))
	}
	return calls
}

// The drill's stack has the secrets provider of the original, however the stack file has it written.
func TestDrillHasTheSecretsProvider(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, deployed(t))
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append([]byte("secretsprovider: \"awskms://alias/mosaic-prod-state?region=us-east-1\" # ours\r\n"), text...), 0o600))
	upTo := drilled(call{})[:4]
	b.expect(append(upTo, on("pulumi stack init prod-drill --no-select --copy-config-from prod --secrets-provider awskms://alias/mosaic-prod-state?region=us-east-1", "").do("exit 1"))...)
	r := b.just("", "db-drill", "prod", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the stack prod-drill exists already")
}

// A drill restores into a stack of its own, reports, and removes everything. The original stack never changes.
func TestDrill(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	everything := func() (all []string) {
		for _, object := range objects(t, state, "") {
			all = append(all, fmt.Sprint(object.Kind, object.ID, object.Properties))
		}
		return all
	}
	before := everything()
	require.NotEmpty(t, before)
	up := on("pulumi up --stack prod-drill --yes --skip-preview", "").do(runPulumi)
	down := []call{on("pulumi destroy --stack prod-drill --yes --skip-preview", "").do(runPulumi),
		on("pulumi stack rm prod-drill --yes", "").do(realPulumi)}
	inDrill := func(line, says string) call {
		return on("kubectl --kubeconfig SCRATCH/kubeconfig --namespace mosaic-prod-drill "+line, says)
	}

	b := newBench(t, state)
	b.expect(append(drilled(up), outputs.in("prod-drill"), cluster[0].in("prod-drill"), cluster[1],
		inDrill("logs job/core-api-migration-JOB", "1975ea83b712 (head)"),
		setting("pods").in("prod-drill"), inDrill("create -f -", ""), inDrill("wait --for=condition=Ready pod/db-shell-TIME --timeout=120s", ""),
		inDrill("exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("grep -q query_to_xml && echo 'public | memories | 3'"))...)
	b.expect(down...)
	r := b.just("yes\n", "db-drill", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Regexp(t, `recovery time: 0 min \d+ s`, r.stdout)
	assert.Regexp(t, `recovery point: 2026-01-31T10:00:00.123000\+00:00, \d+ min \d+ s old`, r.stdout)
	assert.Contains(t, r.stdout, "schema revision: 1975ea83b712")
	assert.Contains(t, r.stdout, "public | memories | 3")
	assert.Contains(t, r.stderr, "nothing of the drill is left")
	assert.Equal(t, before, everything())
	assert.NoFileExists(t, filepath.Join(b.project, "Pulumi.prod-drill.yaml"))

	b.again()
	b.expect(drilled(up.do(`RECIPE_STACK_DIR=$STATE "$SELF" "$@"; exit 1`))...)
	b.expect(down...)
	r = b.just("yes\n", "db-drill", "prod")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the run that restores mosaic-prod-db from its backups did not finish")
	assert.Equal(t, before, everything())

	b.again()
	b.expect(drilled(up.do("exit 1"))...)
	b.expect(down[0].do("echo 'error: DependencyViolation'; exit 1"))
	r = b.just("yes\n", "db-drill", "prod")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "DependencyViolation")
	assert.Contains(t, r.stderr, "part of the drill is left and still costs money; to remove it: pulumi destroy --stack prod-drill")

	// Somebody edits the recipe so that the drill uses the names of the original. The cloud refuses them, and only what the drill has
	// created until then is deleted.
	require.NoError(t, os.RemoveAll(filepath.Join(b.project, "Pulumi.prod-drill.yaml")))
	pulumiCLI(t, b, "stack", "rm", "prod-drill", "--yes", "--force")
	b.again()
	wrong := drilled(up)
	for i, c := range wrong {
		if key := c.argv[len(c.argv)-2]; strings.HasSuffix(key, ":environment") {
			wrong[i] = c.do(`exec "$REAL_PULUMI" "${@:1:$#-1}" prod`)
		} else if strings.HasSuffix(key, ":app.namespace") {
			wrong[i] = c.do(`exec "$REAL_PULUMI" "${@:1:$#-1}" mosaic-prod`)
		}
	}
	b.expect(wrong...)
	b.expect(down...)
	r = b.just("yes\n", "db-drill", "prod")
	assert.NotZero(t, r.code)
	assert.Regexp(t, "already exists|AlreadyExists", r.stderr)
	assert.Equal(t, before, everything())

	// The stack of the last drill still exists.
	pulumiCLI(t, b, "stack", "init", "prod-drill", "--no-select")
	b.again()
	b.expect(drilled(up)[:5]...)
	r = b.just("yes\n", "db-drill", "prod")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the stack prod-drill exists already")
	assert.Contains(t, pulumiCLI(t, b, "stack", "ls"), "prod-drill", "it is not this drill's to delete")
	assert.Equal(t, before, everything())
}

// pulumiCLI runs the Pulumi CLI on the stacks of a bench, as a user in a shell does.
func pulumiCLI(t *testing.T, b *bench, args ...string) string {
	t.Helper()
	script := exec.Command("bash", append([]string{"-c", `exec "$REAL_PULUMI" --non-interactive "$@"`, "pulumi"}, args...)...)
	script.Dir, script.Env = b.project, b.env
	out, err := script.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}
