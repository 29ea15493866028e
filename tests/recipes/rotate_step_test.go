package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const rotationBranch = "mosaic-database/rotation-prod"

// rotated are the calls of a rotation by the workflow.
func rotated() []call {
	return append(inCluster(on("pulumi preview --stack prod --expect-no-changes", ""), secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"),
		change.with("--yes").do("")), restarting()...)
}

// committed puts the project, with a stack file that has these credentials, into a repository with an origin.
func (b *bench) committed(credentials string) {
	b.t.Helper()
	file := filepath.Join(b.project, "Pulumi.prod.yaml")
	text, err := os.ReadFile(file)
	require.NoError(b.t, err)
	text = append(text, []byte("  mosaic-database:database:\n    credentials: "+credentials+"\n")...)
	require.NoError(b.t, os.WriteFile(file, text, 0o600))
	b.pushed()
}

// A month's rotation: it raises the number in the stack file, which is handed over to the job that may push, and closes the issue that a rotation
// before has opened. Where something is left, the issue says what, and the number is handed over all the same if the up has begun.
func TestRotateStep(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	const title = "Rotation of prod"
	open := `[{"number": 9, "title": "` + title + `"}]`
	body := func(line string) call { return on(line, "").do(`cp "${@: -1}" "$CALLS/body"`) }
	behind := rotated()
	behind[len(behind)-1] = running(pod("worker-0", "core-api-db-secret", "09:59:59"))
	waiting := inCluster(on("pulumi preview --stack prod --expect-no-changes", "").do("echo 'changes were expected to be none'; exit 1"))
	create := call{argv: append(on("gh issue create --repo acme/database --title", "").argv, title, "--body-file", "SCRATCH/issue"), reply: `cp "${@: -1}" "$CALLS/body"`}
	for name, test := range map[string]struct {
		credentials string
		calls       []call
		code        int
		handed      bool
		issue, said string
	}{
		"rotated": {credentials: "alternating", handed: true, issue: "Rotated, and every pod has the new login: " + runAddress, calls: append(rotated(),
			findIssue(title, open), body("gh issue comment 9 --repo acme/database --body-file SCRATCH/issue"), on("gh issue close 9 --repo acme/database", ""))},
		"a pod that is left": {credentials: "alternating", code: 4, handed: true, issue: "the pod worker-0 started before the Secret of core-api was renewed",
			calls: append(behind, findIssue(title, "[]"), create)},
		"something else that waits": {credentials: "alternating", code: 3, issue: "something else would change too",
			calls: append(waiting, findIssue(title, open), body("gh issue comment 9 --repo acme/database --body-file SCRATCH/issue"))},
		"an up that fails": {credentials: "alternating", code: 1, handed: true, issue: "the rotation stopped halfway",
			calls: append(inCluster(on("pulumi preview --stack prod --expect-no-changes", ""), secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), halfway),
				findIssue(title, "[]"), create)},
		"iam":    {credentials: "iam", said: "credentials are iam: no client has a password, and nothing was rotated"},
		"master": {credentials: "master", said: "credentials are not alternating: nothing was rotated"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, state)
			b.committed(test.credentials)
			b.expect(test.calls...)
			r := b.step("ci/rotate", "prod")
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.said)
			patch := b.content("rotation/changes.patch")
			assert.Equal(t, test.handed, strings.Contains(patch, "+++ b/Pulumi.prod.yaml\n"), patch)
			outputs, err := os.ReadFile(b.file("output"))
			assert.Equal(t, test.handed, err == nil && string(outputs) == "changed=true\n", string(outputs))
			if test.issue == "" {
				assert.Contains(t, b.content("summary"), map[string]string{
					"master": "A person runs `just db-rotate prod`", "iam": "clients log in by tokens and have no password",
				}[test.credentials])
				return
			}
			text, err := os.ReadFile(filepath.Join(b.calls, "body"))
			require.NoError(t, err)
			assert.Contains(t, string(text), test.issue)
			assert.Contains(t, string(text), runAddress)
		})
	}
}

// The number goes to main; where main takes no push of a workflow, into a pull request. Of the job before, the job takes the stack file alone.
func TestRecordStep(t *testing.T) {
	need(t)
	t.Parallel()
	pulls := on("gh pr list --repo acme/database --head "+rotationBranch+" --state open --json url,isCrossRepository --jq", "").
		with(`map(select(.isCrossRepository | not))[0].url // ""`)
	protected := func(b *bench) {
		hook := filepath.Join(b.file("origin.git"), "hooks", "update")
		require.NoError(b.t, os.MkdirAll(filepath.Dir(hook), 0o700))
		require.NoError(b.t, os.WriteFile(hook, []byte("#!/bin/sh\n[ \"$1\" != refs/heads/main ] || { echo 'main is protected' >&2; exit 1; }\n"), 0o700))
	}
	raised := func(b *bench) {
		file := filepath.Join(b.project, "Pulumi.prod.yaml")
		text, err := os.ReadFile(file)
		require.NoError(b.t, err)
		require.NoError(b.t, os.WriteFile(file, append(text, []byte("    passwordVersion: 2\n")...), 0o600))
	}
	for name, test := range map[string]struct {
		before func(b *bench)
		calls  func(b *bench) []call
		code   int
		main   string // subject of its last commit
		said   string
	}{
		"to main": {before: raised, main: "The logins of prod are rotated", said: "the new database.passwordVersion is on main"},
		"to a pull request": {before: func(b *bench) { raised(b); protected(b) }, main: "before", said: "main accepts no push from this job: remote: main is protected",
			calls: func(b *bench) []call {
				return []call{pulls, on("gh pr create --repo acme/database --head "+rotationBranch+" --base main --title", "").
					with("The logins of prod are rotated", "--body-file", b.file("proposal.md")).do("echo " + address)}
			}},
		"another file": {before: func(b *bench) {
			raised(b)
			require.NoError(b.t, os.WriteFile(b.inProject("Pulumi.dev.yaml"), nil, 0o600))
		}, main: "before", code: 1, said: "the patch may change the stack file, and nothing else"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, t.TempDir())
			b.committed("alternating")
			test.before(b)
			b.git("add", "--all")
			require.NoError(t, os.MkdirAll(b.file("rotation"), 0o700))
			require.NoError(t, os.WriteFile(b.file("rotation/changes.patch"), []byte(b.git("diff", "--cached", "--binary", "--no-renames")+"\n"), 0o600))
			b.checkout()
			if test.calls != nil {
				b.expect(test.calls(b)...)
			}
			r := b.step("ci/record", "prod")
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.said)
			origin := b.file("origin.git")
			assert.Equal(t, test.main, b.git("-C", origin, "log", "-1", "--format=%s", "main"))
			if test.calls != nil {
				assert.Contains(t, b.git("-C", origin, "diff", "main", rotationBranch), "+    passwordVersion: 2")
				assert.Contains(t, b.content("proposal.md"), "Until it is on main, every preview of prod fails")
			}
		})
	}
}
