package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// db-recover on a stack in which nothing is interrupted. What it does after a kill is in package lifecycle.
func TestRecoverRecipe(t *testing.T) {
	need(t)
	t.Parallel()
	calls := []call{outputs, account,
		on("pulumi cancel --yes --stack prod", "").do(realPulumi),
		on("pulumi stack export --stack prod", "").do(realPulumi),
		on("pulumi preview --stack prod", "").do(runPulumi)}
	b := newBench(t, deployed(t))
	b.expect(calls...)
	r := b.just("yes\n", "db-recover", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "db-recover: no operation was interrupted")
	assert.Contains(t, r.stderr, "db-recover: no operation of prod is interrupted any more; continue with: just db-deploy prod")

	b.again()
	b.expect(calls...)
	r = b.just("", "db-recover", "prod", "--yes")
	require.Zero(t, r.code, r.stderr)
	assert.NotContains(t, r.stderr, "[yes/no]")

	b.again()
	b.expect(outputs, account)
	r = b.just("no\n", "db-recover", "prod")
	assert.Equal(t, 3, r.code)
	assert.Contains(t, r.stderr, "stopped here: the answer was not yes")
}
