package recipes

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The databases of previews are listed with whether their namespace is there, and those without one are dropped after a question, as the master user.
func TestPreviewDatabases(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	with := outputs.do(`(` + runPulumi + `) | jq '.previews = {login: "core_api_previews"}'`)
	namespaces := on(kube+"get namespaces -o json", "").do(`echo '{"items": [{"metadata": {"name": "preview-pr-1"}}, {"metadata": {"name": "mosaic-prod"}}]}'`)
	back := on(kube+"get namespaces -o json", "").do(`echo '{"items": [{"metadata": {"name": "preview-pr-1"}}, {"metadata": {"name": "preview-pr-2"}}]}'`)
	inPreviews := func(databases string) []call {
		pod := createPod.do(`jq -e '.spec.containers[0].env | map(select(.name == "PREVIEWS"))[0].value == "core_api_previews"'`)
		return []call{with, account, cluster[0], cluster[1], setting("database.credentials"), setting("pods"), pod, waitPod,
			on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do("grep -q pg_database_size && cat <<'JSON'\n" + databases + "\nJSON\n"),
			namespaces} // after the databases: a preview that begins meanwhile has its namespace first
	}
	const both = `{"database": "preview_pr_1", "bytes": 8388608, "sessions": 3}` + "\n" + `{"database": "preview_pr_2", "bytes": 7340032, "sessions": 0}`
	drop := on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc --set ON_ERROR_STOP=1 --file -", "").do(`grep -qx 'DROP DATABASE "preview_pr_2" WITH (FORCE);'`)
	for name, test := range map[string]struct {
		args, answer string
		calls        []call
		code         int
		stdout, said string
	}{
		"listed":      {args: "", calls: append(inPreviews(both), deletePod), stdout: "preview_pr_1: 8 MiB, 3 sessions\npreview_pr_2: 7 MiB, 0 sessions, its namespace is gone\n"},
		"for scripts": {args: "--json", calls: append(inPreviews(""), deletePod), stdout: "[]\n"},
		"none":        {args: "--drop", calls: append(inPreviews(""), deletePod), stdout: "no preview has a database\n", said: "nothing was dropped"},
		"dropped": {args: "--drop", answer: "yes\n", calls: append(inPreviews(both), namespaces, drop, deletePod), said: "dropped preview_pr_2",
			stdout: "preview_pr_1: 8 MiB, 3 sessions\npreview_pr_2: 7 MiB, 0 sessions, its namespace is gone\n"},
		"back before the answer": {args: "--drop", answer: "yes\n", calls: append(inPreviews(both), back, deletePod), said: "kept preview_pr_2: its namespace is there again"},
		"not dropped":            {args: "--drop", answer: "no\n", calls: append(inPreviews(both), deletePod), code: 3, said: "stopped here: the answer was not yes"},
		"no previews":            {calls: []call{outputs, account}, code: 1, said: "the stack prod has no previews: previews.namespaces is not set"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(test.calls...)
			args := []string{"db-previews", "prod"}
			if test.args != "" {
				args = append(args, test.args)
			}
			r := b.just(test.answer, args...)
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.said)
			if test.stdout != "" {
				assert.Equal(t, test.stdout, r.stdout)
			}
		})
	}
}
