package recipes

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// A rotation is one command: it changes the password in the simulated cloud, and restarts the pods only after the Secret has it. A
// migration creates another Job.
func TestRotationAndMigration(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	password := func() string {
		env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
		require.NoError(t, err)
		defer env.Close()
		secrets := env.Cloud.Objects("kubernetes:core/v1:Secret")
		require.Len(t, secrets, 1)
		text, err := base64.StdEncoding.DecodeString(secrets[0].Properties.Text("data", "DB_PASSWORD"))
		require.NoError(t, err)
		require.NotEmpty(t, text)
		return string(text)
	}
	noChanges := on("pulumi preview --stack prod --expect-no-changes", "").do(runPulumi)
	before := password()

	b := newBench(t, state)
	b.expect(inCluster(noChanges, secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change,
		secret("").do("exit 1"), listed(external("1-a", "")), forcing, listed(external("1-b", "")))...)
	b.expect(restarting()...)
	r := b.just("yes\n", "db-rotate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "the password of prod is rotated, and every pod has the new content")
	after := password()
	assert.NotEqual(t, before, after)
	for _, leaked := range []string{before, after} {
		assert.NotContains(t, r.stdout+r.stderr, leaked)
	}

	// With the same stack file, nothing changes.
	b.again()
	b.expect(outputs, account, setting("migrations.attempt"), raising("migrations.attempt", "2"), change)
	job := outputOf(t, state, "migrationJobName")
	r = b.just("yes\n", "db-migrate", "prod")
	require.Zero(t, r.code, r.stderr)
	assert.NotEqual(t, job, outputOf(t, state, "migrationJobName"))
	assert.Equal(t, after, password())
}

// A rotation that fails halfway, or whose Secret is never updated, restarts no pod and keeps the raised version in the stack file.
func TestRotationThatFails(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	begin := inCluster(secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"))
	done := func(then ...call) []call { return append([]call{change.with("--yes").do("")}, then...) }
	for name, test := range map[string]struct {
		calls []call
		want  string
	}{
		"halfway":                {[]call{halfway}, "just db-rotate prod --with-other-changes"},
		"no new Secret":          {done(append(synchronising("1-b"), secret("old"))...), "has not changed, so core-api was not restarted"},
		"no ExternalSecret":      {done(secret("old"), listed(`{"items":[]}`)), "no ExternalSecret makes the Secret core-api-db-secret"},
		"one that reads once":    {done(secret("old"), listed(external("1-a", `"refreshInterval": "0s",`))), "reads its secret once and never again"},
		"an operator that fails": {done(synchronising("1-a")...), "the operator has not read the secret for chart-db: access denied; core-api was not restarted"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.env = append(b.env, "SECRET_PATIENCE=0")
			b.expect(append(begin[:len(begin):len(begin)], test.calls...)...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.NotZero(t, r.code)
			assert.Contains(t, r.stderr, test.want)
			file, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
			require.NoError(t, err)
			assert.Contains(t, string(file), "passwordVersion: 2")
		})
	}
}

// written is when the Secret got its content; something wrote into its metadata later.
var written = on(kube+"get secret core-api-db-secret --show-managed-fields -o json", "").do(`echo '{"metadata": {"managedFields": [
	{"time": "2026-11-27T10:00:00Z", "fieldsV1": {"f:data": {}}}, {"time": "2026-11-27T09:00:00Z", "fieldsV1": {"f:data": {}}}, {"time": "2026-11-27T12:00:00Z", "fieldsV1": {"f:metadata": {}}}]}}'`)

// pod is a pod that uses a Secret, with a container that runs since a moment of the day.
func pod(name, secret, since string) string {
	return `{"metadata": {"name": "` + name + `"}, "spec": {"containers": [{"envFrom": [{"secretRef": {"name": "` + secret + `"}}]}]},
		"status": {"containerStatuses": [{"state": {"running": {"startedAt": "2026-11-27T` + since + `Z"}}}]}}`
}

// running are the pods of the namespace: these, and some that do not run with what the Secret had before it was written.
func running(more ...string) call {
	pods := append([]string{
		pod("new", "core-api-db-secret", "10:00:00"), pod("other", "other-secret", "08:00:00"),
		`{"metadata": {"name": "ending", "deletionTimestamp": "2026-11-27T10:01:00Z"},` + strings.TrimPrefix(pod("ending", "core-api-db-secret", "08:00:00"), `{"metadata": {"name": "ending"},`),
		strings.Replace(pod("ended", "core-api-db-secret", "08:00:00"), `"running"`, `"terminated"`, 1),
		`{"metadata": {"name": "pending"}, "spec": {"containers": [{"envFrom": [{"secretRef": {"name": "core-api-db-secret"}}]}]}, "status": {}}`,
	}, more...)
	return on(kube+"get pods -o json", "").do("cat <<'JSON'\n" + `{"items": [` + strings.Join(pods, ", ") + "]}\nJSON\n")
}

// A pod that the restart does not reach, because no Deployment made it, keeps the login that the next rotation makes invalid. The recipe names it.
func TestRotationFindsPodsWithTheLoginOfBefore(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	sidecar := strings.NewReplacer("containerStatuses", "initContainerStatuses").Replace(pod("sidecar", "core-api-db-secret", "09:59:58"))
	for name, test := range map[string]struct {
		pods, moment call
		code         int
		want, not    string
	}{
		"none": {pods: running(), moment: written, want: "and every pod has the new content", not: "kubectl delete pod"},
		"two": {pods: running(pod("worker-0", "core-api-db-secret", "09:59:59"), sidecar), moment: written, code: 4,
			want: "the pod worker-0 started before the Secret of core-api was renewed, and still uses the former content; replace it: kubectl delete pod -n mosaic-prod worker-0\n" +
				"db-rotate: the pod sidecar started before", not: "every pod has"},
		"pods that are not listed":  {pods: running().do("echo forbidden >&2; exit 1"), moment: written, code: 4, want: "cannot see which pods of core-api have the new content"},
		"a Secret that is not read": {moment: written.do("echo forbidden >&2; exit 1"), code: 4, want: "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			b.expect(inCluster(secret("old"), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change.with("--yes").do(""))...)
			calls := restarting()
			calls[1] = test.moment
			calls[len(calls)-1] = test.pods
			if test.pods.argv == nil {
				calls = calls[:len(calls)-1]
			}
			b.expect(calls...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.want)
			if test.not != "" {
				assert.NotContains(t, r.stderr, test.not)
			}
			for _, fine := range []string{"new", "other", "ending", "ended", "pending"} {
				assert.NotContains(t, r.stderr, "the pod "+fine+" runs")
			}
		})
	}
}

// TestARotationBeginsWithEveryPodRenewed: with two logins in turn, a pod that missed the last restart has the one whose password would change.
func TestARotationBeginsWithEveryPodRenewed(t *testing.T) {
	need(t)
	t.Parallel()
	alternating := outputs.do(runPulumi + ` | jq '.applicationLogins = ["core_api_a", "core_api_b"]'`)
	begin := append([]call{alternating, account}, cluster...)
	has := func(user string) call {
		url := base64.StdEncoding.EncodeToString([]byte("postgresql://" + user + ":secret@mosaic.example:5432/mosaic"))
		return on(kube+"get secret core-api-db-secret -o json", `{"data": {"DB_URL": "`+url+`"}}`)
	}
	version := setting("database.passwordVersion")
	for name, test := range map[string]struct {
		calls []call
		code  int
		want  string
	}{
		"all renewed": {append([]call{secret("old"), version, has("core_api_a"), written, running(), setting("database.passwordVersion"), raising("database.passwordVersion", "2"), change.with("--yes").do("")},
			restarting()...), 0, "and every pod has the new content"},
		"one left": {[]call{secret("old"), version, has("core_api_a"), written, running(pod("worker-0", "core-api-db-secret", "09:59:59"))}, 3,
			"kubectl delete pod -n mosaic-prod worker-0\ndb-rotate: nothing was rotated"},
		"not seen": {[]call{secret("old"), version, has("core_api_a"), written, running().do("echo forbidden >&2; exit 1")}, 3, "nothing was rotated"},
		// The operator has not read the secret since the rotation before, so every pod has what its Secret has, and that is the login that would change.
		"a Secret that is left": {[]call{secret("old"), version, has("core_api_b")}, 3,
			"the Secret core-api-db-secret does not have core_api_a, the login of version 1"},
		"a Secret that is not read": {[]call{secret("old"), version, has("").do("echo forbidden >&2; exit 1")}, 3, "cannot read the Secret core-api-db-secret"},
		"no Secret":                 {[]call{secret(""), version, version.do("exit 1")}, 3, "nothing was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, outputsOnly(t))
			b.expect(append(begin[:len(begin):len(begin)], test.calls...)...)
			r := b.just("", "db-rotate", "prod", "--yes", "--with-other-changes")
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.want)
		})
	}
}

// TestTheCheckTellsTheAgesOfThePasswords: each login with its age, the inactive ones last. The state has the times, so no secret is read.
func TestTheCheckTellsTheAgesOfThePasswords(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	made := func(name, created string) string {
		return `{"type": "random:index/randomPassword:RandomPassword", "urn": "urn:pulumi:prod::p::parent$random:index/randomPassword:RandomPassword::mosaic-prod-db-` + name + `"` + created + `}`
	}
	ago := func(days int) string {
		return `, "created": "` + time.Now().AddDate(0, 0, -days).Add(-time.Minute).UTC().Format("2006-01-02T15:04:05.000000Z") + `"`
	}
	for name, test := range map[string]struct {
		resources []string
		want      string
	}{
		"master": {[]string{made("password", ago(91))}, "the master user 91 days; after 90 days Security Hub asks for another (SecretsManager.4)\n"},
		"alternating": {[]string{made("password", ""), made("core_api_a-9", ago(40)), made("core_api_b-10", ago(1)), made("core_api_migrator_b-10", ago(0)), made("core_api_migrator_a-9", ago(100)),
			`{"type": "random:index/randomId:RandomId", "urn": "a::mosaic-prod-db-core_api_a-9-salt"}`, made("core_api_a-7", `, "delete": true`)},
			"core_api_b 1 day, core_api_migrator_b 0 days, the master user an unknown time, core_api_a 40 days (inactive), core_api_migrator_a 100 days (inactive)\n"},
		"none": {nil, "none is in the state\n"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			calls := links(t, state)
			calls[len(calls)-1] = exported.do("cat <<'JSON'\n" + `{"deployment": {"resources": [` + strings.Join(test.resources, ", ") + "]}}\nJSON\n")
			b.expect(inCluster(calls...)...)
			r := b.just("", "db-check", "prod")
			assert.Zero(t, r.code, r.stdout+r.stderr)
			assert.Contains(t, r.stdout, "\n-       ages of the passwords: "+test.want)
		})
	}
}

// TestTheCheckReadsTheAgesOfARealState: of a stack that the engine has deployed a moment ago.
func TestTheCheckReadsTheAgesOfARealState(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, deployed(t))
	calls := links(t, b.state)
	calls[len(calls)-1] = exported.do(realPulumi)
	b.expect(inCluster(calls...)...)
	r := b.just("", "db-check", "prod")
	assert.Zero(t, r.code, r.stdout+r.stderr)
	assert.Contains(t, r.stdout, "\n-       ages of the passwords: the master user 0 days\n")
}
