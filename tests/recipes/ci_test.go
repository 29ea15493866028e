package recipes

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

const runAddress = "https://github.com/acme/database/actions/runs/7"

// newCI is a bench with the environment of a workflow step.
func newCI(t *testing.T, state string) *bench {
	t.Helper()
	b := newBench(t, state)
	b.env = append(b.env, "GITHUB_REPOSITORY=acme/database", "GITHUB_RUN_ID=7", "GITHUB_STEP_SUMMARY="+b.file("summary"),
		"GITHUB_OUTPUT="+b.file("output"), "GH_TOKEN=simulated")
	return b
}

// file is the path of a file of GitHub, beside the project.
func (b *bench) file(name string) string { return filepath.Join(filepath.Dir(b.project), name) }

func (b *bench) content(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.file(name))
	require.NoError(b.t, err)
	return string(text)
}

// step runs a script of the workflows. It expects exactly the calls that were added.
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

// merged makes two commits of the project, the second one with a changed stack file.
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

// Each script of the workflows has a test with its name.
func TestEveryStepIsRun(t *testing.T) {
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var text strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		text.Write(content)
	}
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "ci", "*"))
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, script := range scripts {
		if filepath.Ext(script) == "" {
			assert.Regexp(t, `\.step\("ci/`+filepath.Base(script)+`"`, text.String())
		}
	}
}

func TestTargetStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	target, err := pipeline.ReadTarget(root, "prod")
	require.NoError(t, err)
	r := b.step("ci/target", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Equal(t, target.Lines(), r.stdout)
	assert.Equal(t, target.Lines(), b.content("output"))
	assert.Contains(t, b.content("output"), "\npreview_role=arn:aws:iam::123456789012:role/mosaic-prod-pipeline-preview\n")

	r = b.step("ci/target", "stage")
	assert.NotZero(t, r.code)
	assert.Contains(t, r.stderr, "Pulumi.stage.yaml")
}

func findIssue(title string, found string) call {
	c := on("gh issue list --repo acme/database --state open --search", "").do("echo '" + found + "'")
	return c.with(`in:title "`+title+`"`, "--json", "number,title")
}

// Drift is reported in one issue, which is closed when there is none. The state is that of the real engine.
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
		on("gh issue create --repo acme/database --title", "").with("Drift of prod", "--body-file", "SCRATCH/issue").do(`cp "${@: -1}" "$CALLS/body"`))
	r = b.step("ci/drift", "prod")
	assert.NotZero(t, r.code)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Contains(t, string(body), runAddress)
	assert.Contains(t, string(body), "threshold")
	assert.Equal(t, string(body), b.content("summary"))

	found := `[{"number": 5, "title": "Drift of prod"}]`
	b.again()
	b.expect(look.do("printf 'error: no access %s\\n' {1..20000}; exit 255"), findIssue("Drift of prod", found), keep("gh issue comment 5 --repo acme/database --body-file SCRATCH/issue"))
	r = b.step("ci/drift", "prod")
	assert.NotZero(t, r.code)

	body, err = os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Less(t, utf8.RuneCount(body), 65536, "what GitHub takes")
	assert.Contains(t, string(body), "\n````\n\n… shortened by ")

	b.again()
	b.expect(look.do("exit 0"), findIssue("Drift of prod", found), keep("gh issue comment 5 --repo acme/database --body-file SCRATCH/issue"),
		on("gh issue close 5 --repo acme/database", ""))
	r = b.step("ci/drift", "prod")
	require.Zero(t, r.code, r.stderr)
}

// The report of a drill, or why there is none, is added to the issue of all drills.
func TestDrillStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, deployed(t))
	up := on("pulumi up --stack prod-drill --yes --skip-preview", "").do("exit 1")
	b.expect(drilled(up)...)
	b.expect(on("pulumi destroy --stack prod-drill --yes --skip-preview", ""), on("pulumi stack rm prod-drill --yes", "").do(realPulumi))
	b.expect(findIssue("Restore drills of prod", `[{"number": 6, "title": "Restore drills of prod"}]`),
		on("gh issue comment 6 --repo acme/database --body-file SCRATCH/issue", "").do(`cp "${@: -1}" "$CALLS/body"`))
	r := b.step("ci/drill", "prod")
	assert.NotZero(t, r.code)
	body, err := os.ReadFile(filepath.Join(b.calls, "body"))
	require.NoError(t, err)
	assert.Regexp(t, "^# Restore drill of prod: failed\n", string(body))
	assert.Contains(t, string(body), "the run that restores mosaic-prod-db from its backups did not finish")
	assert.Contains(t, string(body), runAddress)
}

// stateFiles are the files of the engine's state, in a folder of the engine.
func stateFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	state := filepath.Join(folder, "state")
	require.NoError(t, filepath.WalkDir(state, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) != ".attrs" { // written by the file backend only
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
	// A run removes its lock at the end, so the state has none.
	written := append(stateFiles(t, state), ".pulumi/locks/organization/mosaic-database/prod/0a1b2c3d.json")
	require.Greater(t, len(written), 3, "%v", written)
	for _, key := range written {
		assert.True(t, may("preview", "s3:GetObject", key), "the preview role may not read %s", key)
		if key == ".pulumi/meta.yaml" {
			continue // a user creates it with the first login
		}
		for _, action := range []string{"s3:PutObject", "s3:DeleteObject"} {
			assert.True(t, may("deploy-database", action, key), "%s of %s", action, key)
			assert.False(t, may("deploy-database", action, strings.ReplaceAll(key, "prod", "dev")), "%s of dev's %s", action, key)
			assert.False(t, may("deploy-database", action, strings.ReplaceAll(key, "prod", "prod-drill")), "%s of the drill's %s", action, key)
		}
	}
}
