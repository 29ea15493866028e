// Package workflows checks the rules for the GitHub workflows, and that all files name the same versions.
package workflows

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

var root = filepath.Join("..", "..")

type step struct {
	Uses, Run, If string
	Env, With     map[string]string
}

type workflowJob struct {
	Permissions map[string]string
	If          string
	Uses        string
	RunsOn      string `yaml:"runs-on"`
	Timeout     int    `yaml:"timeout-minutes"`
	Environment string
	Concurrency map[string]any
	Steps       []step
}

type workflow struct {
	name        string
	On          yaml.Node
	Permissions map[string]string
	Jobs        map[string]workflowJob
	Runs        struct{ Steps []step } // of an action
}

func read(t *testing.T) []workflow {
	t.Helper()
	var files []string
	for _, pattern := range []string{".github/workflows/*.yml", ".github/actions/*/action.yml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		files = append(files, found...)
	}
	var all []workflow
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		w := workflow{name: filepath.ToSlash(strings.TrimPrefix(file, root+string(filepath.Separator)))}
		require.NoError(t, yaml.Unmarshal(text, &w), file)
		all = append(all, w)
	}
	return all
}

func (w workflow) steps() []step {
	all := slices.Clone(w.Runs.Steps)
	for _, j := range w.Jobs {
		all = append(all, j.Steps...)
	}
	return all
}

// Actions are named by commit, with their version in a comment, and there are no others than these.
func TestActionsArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`uses: ([a-z-]+/[a-z-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)$`)
	known := map[string]string{}
	for _, w := range read(t) {
		text, err := os.ReadFile(filepath.Join(root, w.name))
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if !strings.Contains(line, "uses:") || strings.Contains(line, "uses: ./.github/") {
				continue
			}
			found := pinned.FindStringSubmatch(line)
			if !assert.NotNil(t, found, "%s: %s: write the commit and the version", w.name, strings.TrimSpace(line)) {
				continue
			}
			if before := known[found[1]]; before != "" {
				assert.Equal(t, before, found[2]+" "+found[3], "%s: two versions of %s", w.name, found[1])
			}
			known[found[1]] = found[2] + " " + found[3]
		}
	}
	for action := range known {
		assert.Contains(t, []string{"actions/checkout", "actions/setup-go", "actions/cache", "actions/create-github-app-token",
			"actions/upload-artifact", "actions/download-artifact", "actions/deploy-pages", "aws-actions/configure-aws-credentials", "pulumi/actions"}, action, "whom the pipeline trusts")
	}
}

// A step runs a script of the repository, which the tests of the recipes run, too. It contains no expression with data of an event.
func TestStepsAreScripts(t *testing.T) {
	script := regexp.MustCompile(`^(scripts/(?:ci/[a-z-]+|db-deploy)|\.ci/(?:run|vulnerabilities))(?: "\$STACK"| dev prod| prod)?(?: --offline| --yes)?$`)
	used := map[string]bool{}
	for _, w := range read(t) {
		for _, s := range w.steps() {
			if s.Run == "" {
				continue
			}
			found := script.FindStringSubmatch(s.Run)
			if assert.NotNil(t, found, "%s: %q is no script", w.name, s.Run) {
				used[found[1]] = true
				info, err := os.Stat(filepath.Join(root, found[1]))
				require.NoError(t, err)
				assert.NotZero(t, info.Mode()&0o100, "%s cannot be run", found[1])
			}
		}
	}
	scripts, err := filepath.Glob(filepath.Join(root, "scripts", "ci", "*"))
	require.NoError(t, err)
	for _, file := range scripts {
		if name := filepath.Base(file); filepath.Ext(name) == "" {
			assert.True(t, used["scripts/ci/"+name], "no workflow runs scripts/ci/%s", name)
		}
	}
}

// Permissions are set for each job and are few. Only the job that comments writes to a pull request, and the one that proposes prices, which
// pushes their branch, too; the one that publishes the site runs GitHub's action and nothing else; there are no long-lived keys.
func TestWorkflowsAreLeastPrivileged(t *testing.T) {
	for _, w := range read(t) {
		if len(w.Jobs) == 0 {
			continue
		}
		for scope, access := range w.Permissions {
			assert.Equal(t, "contents read", scope+" "+access, w.name)
		}
		require.NotNil(t, w.Permissions, "%s: every permission there is", w.name)
		for name, j := range w.Jobs {
			at := w.name + " " + name
			for scope, access := range j.Permissions {
				if slices.Contains([]string{".github/workflows/prices.yml propose", ".github/workflows/rotate.yml record"}, at) && scope == "contents" {
					continue
				}
				assert.Contains(t, []string{"contents read", "id-token write", "issues write", "pull-requests write", "pages write"}, scope+" "+access, at)
			}
			if j.Permissions["pages"] != "" {
				require.Len(t, j.Steps, 1, at)
				assert.Contains(t, j.Steps[0].Uses, "actions/deploy-pages@", at)
			}
			if j.Permissions["pull-requests"] == "write" {
				assert.Empty(t, j.Permissions["id-token"], "%s has both", at)
			}
			if j.Uses == "" {
				assert.Equal(t, "ubuntu-24.04", j.RunsOn, at)
				assert.Positive(t, j.Timeout, "%s has no limit", at)
			}
			for _, s := range j.Steps {
				if strings.HasPrefix(s.Uses, "actions/checkout@") {
					assert.Equal(t, "false", s.With["persist-credentials"], at)
				}
				if strings.HasPrefix(s.Uses, "aws-actions/") {
					assert.Regexp(t, `^\$\{\{ steps\.target\.outputs\.(preview|deploy|drill|rotate)_role \}\}$`, s.With["role-to-assume"], at)
					assert.NotContains(t, s.With, "aws-access-key-id", at)
				}
			}
		}
		text, err := os.ReadFile(filepath.Join(root, w.name))
		require.NoError(t, err)
		// With these events, code of a pull request would run with the rights of main, and could write to its caches.
		assert.NotRegexp(t, `pull_request_target|workflow_run|issue_comment`, string(text), w.name)
		assert.NotContains(t, string(text), "AWS_SECRET", w.name)
	}
}

// A job whose token can push runs nothing of others: on a checkout of its own it takes a file from the job before, which runs the program or
// the tests' tools, and calls git and gh. Hooks, the PATH and the caches of that other job do not reach it.
func TestPushesAreOfJobsThatRunNothingElse(t *testing.T) {
	did := map[string][]string{}
	for _, w := range read(t) {
		for name, j := range w.Jobs {
			if j.Permissions["contents"] != "write" {
				continue
			}
			at := w.name + " " + name
			for i, s := range j.Steps {
				action, _, _ := strings.Cut(s.Uses, "@")
				did[at] = append(did[at], action+s.Run)
				assert.Equal(t, s.Run != "", strings.Contains(fmt.Sprint(s.Env, s.With), "github.token"), "%s, step %d", at, i+1)
			}
			assert.Equal(t, "0", j.Steps[0].With["fetch-depth"], "the commits of a person cannot be told from those of main")
			before := map[string]string{"propose": "prices", "record": "rotate"}[name]
			assert.Equal(t, "${{ !cancelled() && needs."+before+".outputs.changed == 'true' }}", j.If, "also where the job before failed in the end")
		}
	}
	assert.Equal(t, map[string][]string{
		".github/workflows/prices.yml propose": {"actions/checkout", "actions/download-artifact", "scripts/ci/propose"},
		".github/workflows/rotate.yml record":  {"actions/checkout", "actions/download-artifact", "scripts/ci/record prod"},
	}, did)
	for _, name := range []string{"ci/propose", "ci/record", "proposal.sh"} {
		script, err := os.ReadFile(filepath.Join(root, "scripts", name))
		require.NoError(t, err)
		assert.NotRegexp(t, `(?m)^\s*(program|go|scripts/)`, string(script))
	}
}

// A secret belongs to an environment that only main may use, because the workflow files of any branch can read secrets of the repository.
func TestSecretsAreBehindEnvironments(t *testing.T) {
	secret := regexp.MustCompile(`secrets\.[A-Za-z_]+`)
	found := 0
	for _, w := range read(t) {
		text, err := os.ReadFile(filepath.Join(root, w.name))
		require.NoError(t, err)
		inSteps := 0
		for name, j := range w.Jobs {
			for _, s := range j.Steps {
				used := secret.FindAllString(fmt.Sprint(s.With, s.Env), -1)
				inSteps += len(used)
				if len(used) > 0 {
					assert.Equal(t, "${{ inputs.stack }}", j.Environment, "%s %s: %v", w.name, name, used)
				}
			}
		}
		assert.Len(t, secret.FindAllString(string(text), -1), inSteps, "%s: a secret outside of a step", w.name)
		found += inSteps
	}
	assert.Equal(t, 1, found)
}

// Right before an up, steps refuse a commit that is not the head of main, and changes that were not approved. A preview of such a commit
// is refused before it gets credentials.
func TestUpsAreHeldToTheirApproval(t *testing.T) {
	found := 0
	for _, w := range read(t) {
		for _, j := range w.Jobs {
			var runs []string
			for _, s := range j.Steps {
				runs = append(runs, s.Run)
				switch s.Run {
				case `scripts/db-deploy "$STACK" --yes`:
					require.GreaterOrEqual(t, len(runs), 3, w.name)
					assert.Equal(t, []string{"scripts/ci/head", `scripts/ci/approved "$STACK"`, s.Run}, runs[len(runs)-3:], w.name)
					found++
				case `scripts/ci/approved "$STACK"`:
					assert.Equal(t, "${{ needs.preview.outputs.steps }}", s.Env["APPROVED"], w.name)
					found++
				case `scripts/ci/preview "$STACK"`:
					at := slices.Index(runs, "scripts/ci/head")
					require.GreaterOrEqual(t, at, 0, w.name)
					assert.Equal(t, "github.event_name != 'pull_request'", j.Steps[at].If, w.name)
					for _, before := range j.Steps[:at] {
						assert.NotContains(t, before.Uses, "credentials", w.name)
					}
					found++
				}
			}
		}
	}
	assert.Equal(t, 3, found)
}

// The jobs deploy, drill and rotate run in an environment, which the trust policies of their roles require.
func TestRolesAreBehindEnvironments(t *testing.T) {
	found := 0
	for _, w := range read(t) {
		for name, j := range w.Jobs {
			for _, s := range j.Steps {
				role := s.With["role-to-assume"]
				switch {
				case strings.Contains(role, "deploy_role"):
					assert.Equal(t, "${{ inputs.stack }}", j.Environment, "%s %s", w.name, name)
					assert.Equal(t, "up-${{ inputs.stack }}", j.Concurrency["group"])
				case strings.Contains(role, "drill_role"):
					of := map[string]string{"drill": "prod", "region": "${{ vars.REGION_STACK }}"}[name]
					assert.Equal(t, of+"-drill", j.Environment, "%s %s", w.name, name)
				case strings.Contains(role, "rotate_role"):
					assert.Equal(t, "prod-rotation", j.Environment, "%s %s", w.name, name)
				case strings.Contains(role, "preview_role") && w.name == ".github/workflows/preview-stack.yml":
					assert.Equal(t, "${{ github.event_name == 'pull_request' && contains(vars.APPROVED_PREVIEWS, inputs.stack) && "+
						"format('{0}-preview', inputs.stack) || '' }}", j.Environment, "main has its own subject in the trust policy")
				case strings.Contains(role, "preview_role"):
					assert.Empty(t, j.Environment, "%s %s: the trust policy is for main", w.name, name)
				default:
					continue
				}
				found++
			}
		}
	}
	assert.Equal(t, 6, found)
}
