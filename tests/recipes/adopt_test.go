package recipes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The options of db-adopt, each of which needs a value. What the recipe does with them is in package lifecycle.
func TestAdoptRecipe(t *testing.T) {
	need(t)
	t.Parallel()
	empty := on(strings.Join(outputs.argv, " "), "{}")
	b := newBench(t, outputsOnly(t))
	b.expect(empty, account, empty,
		on("aws --region us-east-1 rds describe-db-instances --db-instance-identifier legacy --query DBInstances[0] --output json", "").
			do(`echo "An error occurred (DBInstanceNotFound)" >&2; exit 254`))
	r := b.just("", "db-adopt", "prod", "--yes", "--instance=legacy", "--secret=theirs")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "db-adopt: there is no instance legacy in us-east-1")

	b.again()
	for _, wrong := range []string{"--instance", "--instance=", "--colour=red"} {
		r = b.just("", "db-adopt", "prod", wrong)
		assert.Equal(t, 2, r.code)
		assert.Contains(t, r.stderr, "db-adopt: the option "+wrong+" does not fit; usage: just db-adopt [env] [--yes] [--instance=NAME] [--cloudformation-stack=NAME] [--secret=NAME]")
	}
}
