package recipes

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const runAddress = "https://github.com/acme/database/actions/runs/7"

// newCI is a bench as a workflow's step has it.
func newCI(t *testing.T, state string) *bench {
	t.Helper()
	b := newBench(t, state)
	b.env = append(b.env, "GITHUB_REPOSITORY=acme/database", "GITHUB_RUN_ID=7", "GITHUB_STEP_SUMMARY="+b.file("summary"),
		"GITHUB_OUTPUT="+b.file("output"), "GH_TOKEN=simulated")
	return b
}

// file is a file of GitHub's beside the project.
func (b *bench) file(name string) string { return filepath.Join(filepath.Dir(b.project), name) }

func (b *bench) content(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.file(name))
	require.NoError(b.t, err)
	return string(text)
}

// step runs a script of the workflows, and expects all the calls and no other.
func (b *bench) step(args ...string) ran {
	b.t.Helper()
	cmd := b.prepared(exec.Command(filepath.Join("scripts", args[0]), args[1:]...))
	return b.finish(cmd, cmd.Run)
}

// git runs git in the project.
func (b *bench) git(args ...string) string {
	b.t.Helper()
	cmd := b.prepared(exec.Command(tools.At(b.t, tools.Git), args...))
	out, err := cmd.CombinedOutput()
	require.NoError(b.t, err, string(out))
	return strings.TrimSpace(string(out))
}

// merged makes two commits of the project: the one before, and one with a changed stack file.
func (b *bench) merged(changed func(string) string) {
	b.t.Helper()
	b.git("init", "--quiet", "--initial-branch=main")
	require.NoError(b.t, os.WriteFile(filepath.Join(b.project, ".gitignore"), []byte("/.sandbox/\n/bin/\n"), 0o600))
	b.git("add", ".")
	b.git("commit", "--quiet", "-m", "before")
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(b.t, err)
	require.NotEqual(b.t, string(text), changed(string(text)))
	require.NoError(b.t, os.WriteFile(file, []byte(changed(string(text))), 0o600))
	b.git("commit", "--quiet", "-am", "after")
}

// Each script of the workflows has a test here by its name.
func TestEveryStepIsRun(t *testing.T) {
	text, err := os.ReadFile("ci_test.go")
	require.NoError(t, err)
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "ci", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, script := range scripts {
		if filepath.Ext(script) == "" {
			assert.Regexp(t, `\.step\("ci/`+filepath.Base(script)+`"`, string(text))
		}
	}
}

func TestSiteStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	site, err := pipeline.ReadSite(root, "prod")
	require.NoError(t, err)
	b.expect(on("go run ./internal/pipeline/site prod", "").do("printf '%s' '" + site.Lines() + "'"))
	r := b.step("ci/site", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, site.Lines(), b.content("output"))
	assert.Contains(t, b.content("output"), "\npreview_role=arn:aws:iam::123456789012:role/mosaic-prod-pipeline-preview\n")
}

var (
	previewCall = on("pulumi preview --stack prod --diff --non-interactive --color never", "").do(runPulumi)
	costCall    = on("go run ./tests/sandbox cost prod --base SCRATCH/base --format markdown", "| line | a month |")
)

// report is what a step hands over to the next job.
func (b *bench) report() string {
	b.t.Helper()
	found := regexp.MustCompile(`(?s)^report<<(END-\d+)\n(.*)\n(END-\d+)\n$`).FindStringSubmatch(b.content("output"))
	require.Len(b.t, found, 4, b.content("output"))
	require.Equal(b.t, found[1], found[3])
	assert.Equal(b.t, strings.TrimSpace(b.content("summary")), strings.TrimSpace(found[2]))
	return found[2]
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
	assert.Contains(t, report, `"db.t3.micro" => "db.t3.small"`)
	assert.Contains(t, report, "\n> **warning**: the stack costs 31.55 USD a month, over mosaic-database:budget.monthlyUsd (25.00)\n")
	assert.NotContains(t, report, "StackReference", "no change")
	assert.NotContains(t, b.git("worktree", "list"), "/base")
	assert.Empty(t, b.git("status", "--porcelain"))

	// A refusal is what the reader sees first, and the step fails; a cost that cannot be told says so.
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
	assert.Contains(t, report, "The cost cannot be told:\n\n````text\nno such price\n")
}

// Without credentials: the simulated cloud is brought to the commit before, and the preview goes on from there.
func TestOfflinePreviewStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.merged(func(text string) string { return strings.Replace(text, "tier: mvp", "tier: small", 1) })
	up := on("go run ./tests/sandbox up prod", "").do(`grep -q 'tier: mvp' Pulumi.prod.yaml && mkdir -p .sandbox/prod && echo before >.sandbox/prod/cloud`)
	shown := on("go run ./tests/sandbox preview prod --diff", "").do(`grep -q 'tier: small' Pulumi.prod.yaml && [[ $(<.sandbox/prod/cloud) == before ]] &&
		printf 'Resources:\n    ~ 1 to update\n    24 unchanged\n\nsandbox: preview prod succeeded\n'`)
	b.expect(up, shown, costCall)
	r := b.step("ci/preview", "prod", "--offline")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, b.report(), "### prod: 1 to update, 24 unchanged\n")
	assert.Contains(t, b.report(), "in a simulated cloud")

	// The commit before does not come up.
	b.again()
	b.expect(up.do("exit 1"), shown.do("printf 'Previewing\n  error: no\nResources:\n    1 unchanged\n'; exit 1"), costCall)
	require.NoError(t, os.Remove(b.file("output")))
	require.NoError(t, os.Remove(b.file("summary")))
	r = b.step("ci/preview", "prod", "--offline")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "the commit before does not come up")
	assert.Contains(t, b.report(), "### prod: refused\n\n````text\n  error: no\n")

	// A first commit has nothing before it.
	b.again()
	b.git("checkout", "--quiet", "--orphan", "first")
	b.git("commit", "--quiet", "-m", "first")
	b.expect(shown.do("echo nothing"), on("go run ./tests/sandbox cost prod --format markdown", "| line |"))
	require.NoError(t, os.Remove(b.file("output")))
	require.NoError(t, os.Remove(b.file("summary")))
	r = b.step("ci/preview", "prod", "--offline")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, b.report(), "### prod: nothing to do\n")
}

// One comment, of the pipeline's own, whatever else is said on the pull request.
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
	b.env = append(b.env, "REPORT_prod="+strings.Repeat("long ", 20000))
	b.expect(list.do(`cat "$CALLS/own"; echo '[]'`), // a second page
		on("gh api --method PATCH repos/acme/database/issues/comments/34 --field body=@SCRATCH/body --silent", "").do(strings.Replace(keep, "5", "6", 1)))
	r = b.step("ci/comment", "dev", "prod")
	require.Zero(t, r.code, r.stderr)
	body, err = os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Less(t, len(body), 65536)
	assert.Contains(t, string(body), "… and more: [the run]("+runAddress+")")
}

func findIssue(title string, found string) call {
	c := on("gh issue list --repo acme/database --state open --search", "").do("echo '" + found + "'")
	return c.with(`in:title "`+title+`"`, "--json", "number,title")
}

// What differs from the real engine's state becomes one issue, which is closed when nothing does.
func TestDriftStep(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	look := on("pulumi preview --stack prod --refresh --expect-no-changes --diff --non-interactive --color never", "").do(runPulumi)
	keep := func(line string) call { return on(line, "").do(`cp "${@: -1}" "$CALLS/body"`) }

	b := newCI(t, state)
	b.expect(look, findIssue("Drift of prod", "[]"))
	r := b.step("ci/drift", "prod")
	require.Zero(t, r.code, r.stderr)

	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	alarms := env.Cloud.Objects("aws:cloudwatch/metricAlarm:MetricAlarm")
	require.NotEmpty(t, alarms)
	require.NoError(t, env.Cloud.Edit(alarms[0].Kind, alarms[0].ID, func(p simcloud.Properties) { p["threshold"] = 99.0 }))
	env.Close()

	b.again()
	b.expect(look, findIssue("Drift of prod", `[{"number": 4, "title": "Drift of prod and more"}]`),
		on("gh issue create --repo acme/database --title", "").with("Drift of prod", "--body-file", "SCRATCH/body").do(`cp "${@: -1}" "$CALLS/body"`))
	r = b.step("ci/drift", "prod")
	assert.NotZero(t, r.code)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Contains(t, string(body), runAddress)
	assert.Contains(t, string(body), "threshold")
	assert.Equal(t, string(body), b.content("summary"))

	found := `[{"number": 5, "title": "Drift of prod"}]`
	b.again()
	b.expect(look.do("echo 'error: no access'; exit 255"), findIssue("Drift of prod", found), keep("gh issue comment 5 --repo acme/database --body-file SCRATCH/body"))
	r = b.step("ci/drift", "prod")
	assert.NotZero(t, r.code)

	b.again()
	b.expect(look.do("exit 0"), findIssue("Drift of prod", found), keep("gh issue comment 5 --repo acme/database --body-file SCRATCH/body"),
		on("gh issue close 5 --repo acme/database", ""))
	r = b.step("ci/drift", "prod")
	require.Zero(t, r.code, r.stderr)
}

// The drill's report, or why there is none, is added to the issue of all drills.
func TestDrillStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, deployed(t))
	up := on("pulumi up --stack prod-drill --yes --skip-preview", "").do("exit 1")
	b.expect(drilled(up)...)
	b.expect(on("pulumi destroy --stack prod-drill --yes --skip-preview", ""), on("pulumi stack rm prod-drill --yes", "").do(realPulumi))
	b.expect(findIssue("Restore drills of prod", `[{"number": 6, "title": "Restore drills of prod"}]`),
		on("gh issue comment 6 --repo acme/database --body-file SCRATCH/body", "").do(`cp "${@: -1}" "$CALLS/body"`))
	r := b.step("ci/drill", "prod")
	assert.NotZero(t, r.code)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Regexp(t, "^# Restore drill of prod: failed\n", string(body))
	assert.Contains(t, string(body), "the backups of mosaic-prod-db do not bring it back")
	assert.Contains(t, string(body), runAddress)
}

// gitOpsOrigin is a GitOps repository with a folder for prod.
func gitOpsOrigin(t *testing.T, b *bench) string {
	t.Helper()
	origin, checkout := filepath.Join(t.TempDir(), "origin.git"), filepath.Join(t.TempDir(), "checkout")
	b.git("init", "--quiet", "--bare", "--initial-branch=main", origin)
	b.git("clone", "--quiet", origin, checkout)
	require.NoError(t, os.MkdirAll(filepath.Join(checkout, "environments", "prod"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(checkout, "environments", "prod", "values.yaml"), []byte("replicas: 2\n"), 0o600))
	b.git("-C", checkout, "add", ".")
	b.git("-C", checkout, "commit", "--quiet", "-m", "before")
	b.git("-C", checkout, "push", "--quiet", "origin", "main")
	b.env = append(b.env, "GITOPS_DIR="+checkout)
	return origin
}

// The values of the chart, in one pull request of the GitOps repository.
func TestGitOpsStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, outputsOnly(t))
	origin := gitOpsOrigin(t, b)
	b.env = append(b.env, "GITOPS_REPOSITORY=acme/gitops", "ORIGIN="+origin)
	clone := on("gh repo clone acme/gitops SCRATCH/gitops -- --quiet --depth 1", "").do(`git clone --quiet --depth 1 "file://$ORIGIN" "$4"`)
	list := on("gh pr list --repo acme/gitops --head mosaic-database/prod --state open --json url --jq", "").with(".[0].url // empty")
	create := on("gh pr create --repo acme/gitops --head mosaic-database/prod --base main --title", "").with("Values of the database of prod", "--body",
		"What the stack `prod` of mosaic-database hands over: "+runAddress).do("echo https://example.com/pull/1")

	b.expect(outputs, clone, list.do(":"), create)
	r := b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "https://example.com/pull/1")
	changed := b.git("-C", origin, "diff", "--name-only", "main", "mosaic-database/prod")
	assert.Equal(t, "environments/prod/values.database.yaml", changed)

	b.again()
	b.expect(outputs, clone, list.do("echo https://example.com/pull/1"))
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)

	b.again()
	b.git("-C", origin, "update-ref", "refs/heads/main", "refs/heads/mosaic-database/prod")
	b.expect(outputs, clone)
	r = b.step("ci/gitops", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "is up to date")
}

// stateFiles are the files of the engine's state, in a folder of the engine.
func stateFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	state := filepath.Join(folder, "state")
	require.NoError(t, filepath.WalkDir(state, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) != ".attrs" { // the file backend's own
			name, err := filepath.Rel(state, path)
			require.NoError(t, err)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	}))
	return files
}

// The deploy role may write every file of the stack's state that the real CLI writes, and no other stack's; the preview
// role may read them.
func TestStateIsWithinThePolicies(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	may := func(policy, action, key string) bool {
		for _, statement := range pipeline.Policies()[policy].Statement {
			for _, resource := range statement.Resource {
				pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.ReplaceAll(resource, "ENVIRONMENT", "prod")), `\*`, ".*")
				if slices.Contains(statement.Action, action) && regexp.MustCompile("^"+pattern+"$").MatchString("arn:PARTITION:s3:::STATE_BUCKET/"+key) {
					return true
				}
			}
		}
		return false
	}
	// A lock is taken away at the end of a run.
	written := append(stateFiles(t, state), ".pulumi/locks/organization/mosaic-database/prod/0a1b2c3d.json")
	require.Greater(t, len(written), 3, "%v", written)
	for _, key := range written {
		assert.True(t, may("preview", "s3:GetObject", key), "the preview role may not read %s", key)
		if key == ".pulumi/meta.yaml" {
			continue // made by the first login, a person's
		}
		for _, action := range []string{"s3:PutObject", "s3:DeleteObject"} {
			assert.True(t, may("deploy-database", action, key), "%s of %s", action, key)
			assert.False(t, may("deploy-database", action, strings.ReplaceAll(key, "prod", "dev")), "%s of dev's %s", action, key)
			assert.False(t, may("deploy-database", action, strings.ReplaceAll(key, "prod", "prod-drill")), "%s of the drill's %s", action, key)
		}
	}
}
