package lifecycle

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestScreens compares docs/start/screens.md with what Pulumi prints: unchanged resources are not shown, a preview fits on half a screen, an up
// with its outputs on one, and a refusal is only its report.
func TestScreens(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	same, err := l.Preview(t.Context(), optpreview.Diff())
	require.NoError(t, err)
	up, err := l.Up(t.Context())
	require.NoError(t, err)
	l.MustSet("tier", "small")
	changed, err := l.Preview(t.Context())
	require.NoError(t, err)
	l.MustSet("tier", "huge")
	refused, err := l.Preview(t.Context(), optpreview.Diff())
	require.Error(t, err)

	assert.LessOrEqual(t, strings.Count(same.Stdout, "\n"), 30, same.Stdout)
	assert.LessOrEqual(t, strings.Count(up.Stdout, "\n"), 66, up.Stdout)
	assert.NotContains(t, same.Stdout, "securityGroupId", "an output that does not change")
	assert.True(t, strings.HasPrefix(refused.Stderr, "error: the configuration has 1 problem; nothing was changed:\n"), refused.Stderr)
	assert.NotContains(t, refused.Stdout, "utputs:")
	var page strings.Builder
	chance := regexp.MustCompile(`\b(?:[0-9a-f]{4,12}-){4}[0-9a-f]{12}|[0-9a-f]{17}|[0-9A-Z]{26}|(?m)\n*^Duration: .*$`)
	for _, screen := range []struct {
		title, command string
		shown          *engine.Result
	}{
		{"Nothing changes", "pulumi preview --diff", same},
		{"Another tier", "pulumi config set --path mosaic-database:tier small && pulumi preview", changed},
		{"A mistake", "pulumi config set --path mosaic-database:tier huge && pulumi preview --diff", refused},
		{"An up of a stack that does not change", "pulumi up --skip-preview", up},
	} {
		text := inOrder(chance.ReplaceAllString(screen.shown.Stdout, "…")) + "\n" + screen.shown.Stderr
		for _, hidden := range []string{"StackReference", "__lastRun", "network.vpcId"} {
			assert.NotContains(t, text, hidden, screen.title)
		}
		page.WriteString("### " + screen.title + "\n\n```sh\n" + screen.command + "\n```\n\n```text\n" + strings.TrimSpace(text) + "\n```\n\n")
	}
	golden.Docs("docs/start/screens.md").Check(t, strings.TrimSuffix(page.String(), "\n"))
}

// inOrder is what Pulumi prints, without progress, and with the resources sorted by name, because Pulumi prints them in the order in which
// they end.
func inOrder(text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.Contains(line, " running ") })
	resource := func(line string) bool { return strings.HasPrefix(line, " ~  ") }
	if first := slices.IndexFunc(lines, resource); first >= 0 {
		count := slices.IndexFunc(lines[first:], func(line string) bool { return !resource(line) })
		slices.Sort(lines[first : first+count])
	}
	return strings.Join(lines, "\n")
}

// TestTheProgramInItsProcess runs main.go as Pulumi does: compiled, in a process of its own.
func TestTheProgramInItsProcess(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "program")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-C", live.Root(t), "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	l := live.StartWith(t, engine.Options{Stack: "prod", Binary: binary})
	l.MustSet("tier", "huge")
	result, err := l.Preview(t.Context(), optpreview.Diff())
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(result.Stderr, "error: the configuration has 1 problem; nothing was changed:\n"), result.Stderr)
	assert.True(t, strings.HasSuffix(strings.TrimSpace(result.Stderr), "write: one of mvp, small, medium, ha, scale, serverless"), result.Stderr)
	assert.Empty(t, l.Cloud.Log())

	l.MustSet("tier", "mvp")
	l.MustUp()
	assert.Empty(t, l.MustUp())
}
