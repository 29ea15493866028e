package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	previewCall = on("pulumi preview --stack prod --diff --non-interactive --color never --event-log SCRATCH/events", "").do(runPulumi)
	costCall    = on("go run ./tests/sandbox cost prod --base SCRATCH/base --format markdown", "| line | a month |")
)

// handed is an output of a step.
func (b *bench) handed(name string) string {
	b.t.Helper()
	_, after, found := strings.Cut(b.content("output"), name+"<<")
	require.True(b.t, found, "no output %s", name)
	end, text, _ := strings.Cut(after, "\n")
	text, _, found = strings.Cut(text, end+"\n")
	require.True(b.t, found, "the output %s has no end", name)
	return text
}

// report is the report of a preview, which the summary of the run has, too.
func (b *bench) report() string {
	b.t.Helper()
	assert.Equal(b.t, b.content("summary"), b.handed("report"))
	return b.handed("report")
}

// The report of a preview on the real engine: the count, the cost, every property that changes.
func TestPreviewStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, deployed(t))
	b.merged(func(text string) string { return strings.Replace(text, "tier: mvp", "tier: small", 1) })
	before := stateFiles(t, b.state)
	b.expect(previewCall, costCall)
	r := b.step("ci/preview", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, before, stateFiles(t, b.state), "the preview role may not write")
	report := b.report()
	assert.Regexp(t, `^### prod: \d+ to update, \d+ unchanged\n(?s:.*)\n\n\| line \| a month \|\n\n<details>`, report)
	shown := regexp.MustCompile(`Resources:\n    ~ (\d+ to update)\n    (\d+ unchanged)\n`).FindStringSubmatch(report)
	require.NotNil(t, shown)
	assert.Contains(t, report, "### prod: "+shown[1]+", "+shown[2]+"\n", "the CLI's own count")
	assert.Contains(t, report, `"db.t3.micro" => "db.t3.small"`)
	assert.Regexp(t, `\n> \*\*warning\*\*: the stack costs \d\d\.\d\d USD a month, over mosaic-database:budget\.monthlyUsd \(25\.00\)\n`, report)
	assert.NotContains(t, report, "StackReference", "no change")
	assert.NotContains(t, b.git("worktree", "list"), "/base")
	assert.Empty(t, b.git("status", "--porcelain"))

	// A refusal comes first in the report, and the step fails. If the cost cannot be estimated, the report says so.
	b.again()
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, "  mosaic-database:database: {allocatedStorage: 10}\n"...), 0o600))
	b.expect(previewCall, costCall.do("echo 'no such price' >&2; exit 1"))
	require.NoError(t, os.Remove(b.file("output")))
	require.NoError(t, os.Remove(b.file("summary")))
	r = b.step("ci/preview", "prod")
	assert.NotZero(t, r.code)
	report = b.report()
	assert.Regexp(t, "^### prod: refused\n\n````text\nerror: ", report)
	assert.Contains(t, report, "mosaic-database:database.allocatedStorage")
	assert.Contains(t, report, "The cost cannot be estimated:\n\n````text\nno such price\n")
}

// Without credentials, the preview is for a simulated cloud in which the base commit is deployed.
func TestOfflinePreviewStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.merged(func(text string) string { return strings.Replace(text, "tier: mvp", "tier: small", 1) })
	up := on("go run ./tests/sandbox up prod", "").do(`grep -q 'tier: mvp' Pulumi.prod.yaml && mkdir -p .sandbox/prod && echo before >.sandbox/prod/cloud`)
	shown := on("go run ./tests/sandbox preview prod --diff --event-log SCRATCH/events", "").do(`grep -q 'tier: small' Pulumi.prod.yaml && [[ $(<.sandbox/prod/cloud) == before ]] &&
		echo '{"summaryEvent": {"resourceChanges": {"same": 24, "update": 1}}}' >"$7"`)
	b.expect(up, shown, costCall)
	r := b.step("ci/preview", "prod", "--offline")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, b.report(), "### prod: 1 to update, 24 unchanged\n")
	assert.Contains(t, b.report(), "in a simulated cloud")

	// The base commit cannot be deployed.
	b.again()
	b.expect(up.do("exit 1"), shown.do(`echo '{"diagnosticEvent": {"severity": "error", "prefix": "error: ", "message": "no"}}' >"$7"; exit 1`), costCall)
	require.NoError(t, os.Remove(b.file("output")))
	require.NoError(t, os.Remove(b.file("summary")))
	r = b.step("ci/preview", "prod", "--offline")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the base commit cannot be deployed")
	assert.Contains(t, b.report(), "### prod: refused\n\n````text\nerror: no\n")

	// A first commit has no base.
	b.again()
	b.git("checkout", "--quiet", "--orphan", "first")
	b.git("commit", "--quiet", "-m", "first")
	b.expect(shown.do(`echo '{"summaryEvent": {}}' >"$7"`), on("go run ./tests/sandbox cost prod --format markdown", "| line |"))
	require.NoError(t, os.Remove(b.file("output")))
	require.NoError(t, os.Remove(b.file("summary")))
	r = b.step("ci/preview", "prod", "--offline")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, b.report(), "### prod: nothing to do\n")
}

// The pipeline writes one comment, and leaves other comments alone.
func TestCommentStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.env = append(b.env, "PULL_REQUEST=12", "COMMIT=0123456789abcdef0123456789abcdef01234567", "REPORT_dev=### dev: nothing to do")
	list := on("gh api --paginate repos/acme/database/issues/12/comments?per_page=100", "")
	keep := `cp "${5#body=@}" "$CALLS/body"`
	b.expect(list.do(`echo '[{"id": 1, "user": {"login": "somebody"}, "body": "<!-- mosaic-database: preview --> not ours"}]'`),
		on("gh api --method POST repos/acme/database/issues/12/comments --field body=@SCRATCH/body --silent", "").do(strings.Replace(keep, "5", "6", 1)))
	r := b.step("ci/comment", "dev", "prod")
	require.Zero(t, r.code, r.stderr)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Equal(t, "<!-- mosaic-database: preview -->\n## What this changes\n\n### dev: nothing to do\n\n"+
		"### prod: no preview was made, see the run\n\n[The run]("+runAddress+"), of commit 0123456789ab.\n", string(body))

	b.again()
	own, err := json.Marshal([]any{map[string]any{"id": 34, "user": map[string]any{"login": "github-actions[bot]"}, "body": string(body)}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(b.calls, "own"), own, 0o600))
	b.expect(list.do(`cat "$CALLS/own"; echo '[]'`), // a second page
		on("gh api --method PATCH repos/acme/database/issues/comments/34 --field body=@SCRATCH/body --silent", "").do(strings.Replace(keep, "5", "6", 1)))
	r = b.step("ci/comment", "dev", "prod")
	require.Zero(t, r.code, r.stderr)
}

// The output is shortened to what an environment variable can contain. The summary of the run has the full report.
func TestPreviewStepOfALongReport(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.merged(func(text string) string { return strings.Replace(text, "tier: mvp", "tier: small", 1) })
	long := previewCall.do(`for i in {1..9000}; do printf '  warning: Nummer %s 🔒🔒🔒🔒🔒🔒🔒🔒\n' $i; done; printf '\n\x60\x60\x60\x60\n'
		{ for i in {1..9000}; do printf '{"diagnosticEvent": {"severity": "warning", "message": "Nummer %s 🔒🔒🔒🔒🔒🔒🔒🔒"}}\n' $i; done; echo '{"summaryEvent": {}}'; } >"${@: -1}"`)
	b.expect(long, costCall)
	r := b.step("ci/preview", "prod")
	require.Zero(t, r.code, r.stderr)
	report := b.handed("report")
	assert.Less(t, len("REPORT_prod=")+len(report), 128<<10)
	assert.Contains(t, report, "… shortened by ")
	assert.Contains(t, report, "[the run]("+runAddress+")")
	assert.Less(t, len(b.content("summary")), 1<<20)
	assert.Greater(t, len(b.content("summary")), 900_000, "the page of the run has room for more")
	assert.True(t, utf8.ValidString(report))
}
