package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// db-disown empties the state and touches nothing else: the cloud has what it had, and the state that it leaves in a file is the way back.
func TestDisown(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	b := newBench(t, state)
	before := objects(t, state, "")
	password := objects(t, state, "aws:rds/instance:Instance")[0].Properties.Text("password")
	export := on("pulumi stack export --stack prod --file SCRATCH/state", "").do(realPulumi)
	b.expect(outputs, export)
	r := b.just("no\n", "db-disown", "prod")
	assert.Equal(t, 3, r.code)
	assert.Contains(t, r.stderr, "go on costing about")
	assert.Empty(t, r.stdout)
	assert.Contains(t, pulumiCLI(t, b, "stack", "--stack", "prod"), "aws:rds/instance:Instance")

	b.again()
	b.expect(outputs, export, on("pulumi state delete --all --force --yes --stack prod", "").do(realPulumi))
	r = b.just("yes\n", "db-disown", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stdout, "aws:rds/instance:Instance\tdb-")
	assert.Contains(t, r.stdout, "kubernetes:external-secrets.io/v1:ExternalSecret\tmosaic-prod/core-api-db\n")
	assert.NotContains(t, r.stdout, "random:")
	assert.NotContains(t, r.stdout+r.stderr, password)
	assert.Contains(t, r.stderr, "instances: mosaic-prod-db\n")
	assert.Contains(t, r.stderr, "in the secret arn:aws:secretsmanager:")
	assert.NotContains(t, pulumiCLI(t, b, "stack", "--stack", "prod"), "aws:rds/instance:Instance")
	assert.Equal(t, before, objects(t, state, ""))

	left, err := filepath.Glob(filepath.Join(b.project, "prod-*.state.json"))
	require.NoError(t, err)
	require.Len(t, left, 1)
	text, err := os.ReadFile(left[0])
	require.NoError(t, err)
	assert.NotContains(t, string(text), password)
	info, err := os.Stat(left[0])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	b.again()
	b.expect(outputs, export)
	r = b.just("yes\n", "db-disown", "prod")
	assert.Contains(t, r.stderr, "there is nothing to forget")

	pulumiCLI(t, b, "stack", "import", "--stack", "prod", "--file", left[0])
	b.again()
	b.expect(outputs, on("pulumi preview --stack prod --diff", "").do(strings.Replace(runPulumi, `"$@"`, `"$@" --expect-no-changes`, 1)))
	r = b.just("", "db-diff", "prod")
	require.Zero(t, r.code, r.stderr)
}
