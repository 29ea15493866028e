package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// copying makes the deployed stack copy its backups to us-west-2, and returns the ARN of the copies.
func copying(t *testing.T, state string) string {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy, Stderr: os.Stderr, Quick: true,
		Overrides: []engine.Override{{Path: "backups.copyToRegion", Value: "us-west-2"}}})
	require.NoError(t, err)
	defer env.Close()
	_, err = env.Up(t.Context())
	require.NoError(t, err)
	text, err := env.Outputs(t.Context())
	require.NoError(t, err)
	var outputs struct{ CopiedBackupsArn string }
	require.NoError(t, json.Unmarshal([]byte(text), &outputs))
	require.NotEmpty(t, outputs.CopiedBackupsArn)
	return outputs.CopiedBackupsArn
}

// westFile is a stack file for the other region.
func westFile(copies string) string {
	return `secretsprovider: awskms://alias/mosaic-prod-west-state?region=us-west-2
config:
  aws:region: us-west-2
  aws:allowedAccountIds: ["123456789012"]
  mosaic-database:cluster: {name: mosaic-prod-west}
  mosaic-database:app: {namespace: mosaic-prod}
  mosaic-database:migrations: {image: mosaic-life/core-api:1.0.0}
  mosaic-database:restore: {useLatestRestorableTime: true, sourceAutomatedBackupsArn: "` + copies + `"}
`
}

// A drill of a region that fails is reported in an issue of its own.
func TestDrillOfARegionIsReported(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, outputsOnly(t))
	require.NoError(t, os.WriteFile(filepath.Join(b.project, "Pulumi.prod-west.yaml"), []byte(westFile("arn:aws:rds:us-west-2:123456789012:auto-backup:ab-1")), 0o600))
	b.expect(on("aws --region us-west-2 sts get-caller-identity --query Account --output text", "").do("exit 255"),
		findIssue("Restore drills of prod-west", "[]"),
		on("gh issue create --repo acme/database --title", "").with("Restore drills of prod-west", "--body-file", "SCRATCH/issue").do(`cp "$8" "$CALLS/body"`))
	r := b.step("ci/drill-region", "prod-west")
	assert.NotZero(t, r.code)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err, r.stderr)
	assert.Contains(t, string(body), "no login to AWS")
}

// The drill of another region restores what is copied there, reports how old that is, and removes everything. It asks nothing of the first region.
func TestDrillOfARegion(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	copies := copying(t, state)
	b := newBench(t, state)
	file, left := filepath.Join(b.project, "Pulumi.prod-west.yaml"), filepath.Join(b.project, "Pulumi.prod-west-drill.yaml")
	require.NoError(t, os.WriteFile(file, []byte(westFile(copies)), 0o600))
	const aws = "aws --region us-west-2 "
	found := func(status string) call {
		return on(aws+"rds describe-db-instance-automated-backups --db-instance-automated-backups-arn "+copies+" --output json --query DBInstanceAutomatedBackups[0]", "").
			do(`echo '{"Status": "` + status + `", "DBInstanceIdentifier": "mosaic-prod-db", "RestoreWindow": {"LatestTime": "2026-01-31T10:00:00.123000+00:00"}}'`)
	}
	initialise := on("pulumi stack init prod-west-drill --no-select --secrets-provider awskms://alias/mosaic-prod-west-state?region=us-west-2", "").
		do(`exec "$REAL_PULUMI" stack init prod-west-drill --no-select`)
	source := setting("restore.sourceAutomatedBackupsArn").in("prod-west-drill")
	begin := []call{on(aws+"sts get-caller-identity --query Account --output text", "123456789012"), initialise, source}
	edits := edited("prod-west-drill", []string{"restore"}, "restore.sourceAutomatedBackupsArn", copies)
	up := on("pulumi up --stack prod-west-drill --yes --skip-preview", "").do(runPulumi)
	down := []call{on("pulumi destroy --stack prod-west-drill --yes --skip-preview", "").do(runPulumi), on("pulumi stack rm prod-west-drill --yes", "").do(realPulumi)}
	inDrill := func(line, says string) call {
		return on("kubectl --kubeconfig SCRATCH/kubeconfig --namespace mosaic-prod-west-drill "+line, says)
	}

	b.expect(append(append(append(begin, found("Replicating")), edits...), up, outputs.in("prod-west-drill"), cluster[0].in("prod-west-drill"),
		on(aws+"eks update-kubeconfig --name mosaic-prod-west --kubeconfig SCRATCH/kubeconfig", "").do(`: >"$8"`),
		inDrill("logs job/core-api-migration-JOB", "1975ea83b712 (head)"),
		setting("pods").in("prod-west-drill"), inDrill("create -f -", ""), inDrill("wait --for=condition=Ready pod/db-shell-TIME --timeout=120s", ""),
		inDrill("exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "public | memories | 3"))...)
	b.expect(down...)
	r := b.just("yes\n", "db-drill-region", "prod-west")
	require.Zero(t, r.code, r.stderr)
	for _, said := range []string{"# Drill of prod-west: the other region is lost", "recovery time: 0 min", "recovery point: 2026-01-31T10:00:00.123000+00:00", "1975ea83b712", "public | memories | 3"} {
		assert.Contains(t, r.stdout, said)
	}
	assert.Contains(t, r.stderr, "restores the copies of mosaic-prod-db")
	assert.Contains(t, r.stderr, "nothing of the drill is left")
	assert.NoFileExists(t, left)

	// After a restore in the first region, nothing more is copied to the ARN in the file.
	b.again()
	b.expect(append(begin, found("retained"))...)
	b.expect(down...)
	r = b.just("", "db-drill-region", "prod-west", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, copies+" have the status retained")
	assert.Contains(t, r.stderr, "write the output copiedBackupsArn")
	assert.NoFileExists(t, left)

	b.again()
	require.NoError(t, os.WriteFile(file, []byte(strings.Split(westFile(copies), "  mosaic-database:restore")[0]), 0o600))
	b.expect(append(begin[:2:2], source)...)
	b.expect(down...)
	r = b.just("", "db-drill-region", "prod-west", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "does not say which copies to restore")

	b.again()
	b.expect(begin[0].do("echo 'Token has expired' >&2; exit 255"))
	r = b.just("", "db-drill-region", "prod-west", "--yes")
	assert.Contains(t, r.stderr, "Token has expired\n  log in to the account 123456789012")
	b.again()
	r = b.just("", "db-drill-region", "stage")
	assert.Contains(t, r.stderr, "there is no Pulumi.stage.yaml")

	// What an earlier drill left is not this one's to delete.
	require.NoError(t, os.WriteFile(left, nil, 0o600))
	b.expect(begin[0])
	r = b.just("", "db-drill-region", "prod-west", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "Pulumi.prod-west-drill.yaml, of an earlier drill")
	assert.FileExists(t, left)
	require.NoError(t, os.Remove(left))

	require.NoError(t, os.WriteFile(file, []byte(westFile(copies)+"  mosaic-database:tags: {a: {secure: AAAA}}\n"), 0o600))
	b.again()
	b.expect(begin[0])
	r = b.just("", "db-drill-region", "prod-west", "--yes")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "has encrypted values, which no other stack can read: mosaic-database:tags.a")
}
