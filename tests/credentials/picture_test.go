package credentials

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// step is an operation of a rotation, and what docs/how-to/rotation.md says of it; "": the step that is named next goes on.
type step struct{ op, kind, name, says string }

func (s step) is(o simcloud.Operation) bool {
	return o.Op == s.op && o.Type == s.kind && o.Name == s.name
}

// masterRotation is the operations of a rotation, in their order, with credentials: master.
func masterRotation() []step {
	return []step{
		{"create", "random:index/randomPassword:RandomPassword", "mosaic-prod-db-password", ""},
		{"update", live.InstanceType, "mosaic-prod-db", "RDS takes the new password"},
		{"create", live.SecretVersionType, "mosaic/prod/rds/connection", "both secrets get it"},
		{"update", live.ExternalSecretType, "core-api-db", "the operator synchronises, at once, because the ExternalSecret changed"},
	}
}

// alternatingRotation is the same with credentials: alternating.
func alternatingRotation() []step {
	return []step{
		{"create", "random:index/randomPassword:RandomPassword", "mosaic-prod-db-core_api_b-2", ""},
		{"create", live.SecretVersionType, "mosaic/prod/rds/bootstrap", ""},
		{"update", live.ExternalSecretType, "core-api-bootstrap-db", "b2 is generated; the bootstrap's secret gets its verifier, the operator copies that to the cluster"},
		{"create", live.JobType, "core-api-bootstrap", "the bootstrap Job has run"},
		{"create", live.SecretVersionType, "mosaic/prod/rds/connection", "the secrets of connection, migrator and reader are switched"},
		{"update", live.ExternalSecretType, "core-api-db", "the operator synchronises"},
	}
}

// inOrder expects a log to have the steps, one after the other.
func inOrder(t *testing.T, log []simcloud.Operation, steps []step) {
	t.Helper()
	last := -1
	for _, one := range steps {
		at := slices.IndexFunc(log, one.is)
		require.GreaterOrEqual(t, at, 0, "%v is not in the log", one)
		assert.Greater(t, at, last, "%v comes too early", one)
		last = at
	}
}

// pair is a user with a password or, in the database, its verifier.
type pair struct{ user, password string }

// kept is who has what at a moment.
type kept struct {
	database           map[string]string // by user
	connection, secret pair
}

func keptIn(objects func(string) []simcloud.Object) kept {
	k := kept{database: map[string]string{}}
	for _, o := range objects(live.InstanceType) {
		k.database[o.Properties.Text("username")] = o.Properties.Text("password")
	}
	for _, o := range objects(simcloud.Logins) {
		for user := range o.Properties {
			k.database[user] = o.Properties.Text(user)
		}
	}
	for _, o := range objects(live.SecretVersionType) {
		if strings.Contains(o.ID, "rds/connection-") && slices.Contains(o.Properties.Texts("versionStages"), "AWSCURRENT") {
			var content struct{ Username, Password string }
			_ = json.Unmarshal([]byte(o.Properties.Text("secretString")), &content) // the recording is empty where it is no JSON, and the test fails
			k.connection = pair{content.Username, content.Password}
		}
	}
	for _, o := range objects(live.KubeSecretType) {
		if strings.HasSuffix(o.ID, "/core-api-db-secret") {
			user, _ := base64.StdEncoding.DecodeString(o.Properties.Text("data", "DB_USER"))
			password, _ := base64.StdEncoding.DecodeString(o.Properties.Text("data", "DB_PASSWORD"))
			k.secret = pair{string(user), string(password)}
		}
	}
	return k
}

// moment is who has what after a step, and which secrets the database refuses then, by name.
type moment struct {
	says    string
	has     kept
	refused map[string]string
}

// rotated records a rotation: the moment before each step is the one after the step before it, which it waits for.
func rotated(l *live.Stack, steps []step) []moment {
	l.T.Helper()
	var moments []moment
	var refused map[string]string
	says, next := "before", 0
	l.Cloud.Watch(func(_ simcloud.Operation, now map[string]string) { refused = now })
	l.Cloud.Inspect(func(op simcloud.Operation, objects func(string) []simcloud.Object) {
		if next == len(steps) || !steps[next].is(op) {
			return
		}
		if says != "" {
			moments = append(moments, moment{says, keptIn(objects), refused})
		}
		says, next = steps[next].says, next+1
	})
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	l.Cloud.Inspect(nil)
	l.Cloud.Watch(nil)
	require.Equal(l.T, len(steps), next)
	last := moment{says, keptIn(l.Cloud.Objects), l.Cloud.Refused()}
	restarted := last
	restarted.says = "the pods restart"
	return append(moments, last, restarted)
}

// refuses tells whether the database refuses the Secret of the pods or a secret of Secrets Manager.
func (m moment) refuses(name string) bool {
	for refused := range m.refused {
		if strings.HasSuffix(refused, name) {
			return true
		}
	}
	return false
}

// TestPictureOfARotation records what the table of docs/how-to/rotation.md says, and draws it. Pods keep the Secret that was there when they began.
func TestPictureOfARotation(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	var drawn []pictures.Moment
	recorded := rotated(l, masterRotation())
	first, user := recorded[0].has, "mosaicadmin"
	word := func(password string) string {
		return map[bool]string{true: "old", false: "new"}[password == first.secret.password]
	}
	for i, m := range recorded {
		pods := first.secret
		row := []string{m.says, word(m.has.database[user]), word(m.has.connection.password), word(m.has.secret.password)}
		if i == len(recorded)-1 {
			pods, row[3] = m.has.secret, row[3]+", and they use it"
		}
		golden.Docs("docs/how-to/rotation.md").HasRow(t, row)
		held := func(password string, refused bool) pictures.Held {
			return pictures.Held{Value: word(password), Changed: password != first.secret.password, Refused: refused}
		}
		drawn = append(drawn, pictures.Moment{Step: m.says, Lanes: []pictures.Held{
			held(m.has.database[user], false), held(m.has.connection.password, m.refuses("rds/connection")),
			held(m.has.secret.password, m.refuses("core-api-db-secret")), held(pods.password, pods.password != m.has.database[user]),
		}})
	}
	pictures.Check(t, "rotation-master", pictures.Rotation("A rotation with credentials: master", []string{"the database", "connection secret", "pods' Secret", "the pods"}, drawn))
}

// TestPictureOfAlternatingLogins does the same with two logins.
func TestPictureOfAlternatingLogins(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "database.readOnlyLogin", Value: "true"})
	var drawn []pictures.Moment
	recorded := rotated(l, alternatingRotation())
	first, b := recorded[0].has, "core_api_b"
	use := func(p pair) string { return map[string]string{"core_api_a": "a1", b: "b2"}[p.user] }
	for i, m := range recorded {
		assert.Equal(t, first.database["core_api_a"], m.has.database["core_api_a"], m.says)
		assert.Empty(t, m.refused, m.says)
		pods, withB := first.secret, "its previous password"
		if m.has.database[b] != first.database[b] {
			withB = "b2"
		}
		if i == len(recorded)-1 {
			pods = m.has.secret
		}
		golden.Docs("docs/how-to/rotation.md").HasRow(t, []string{m.says, "a1", withB, use(m.has.connection), use(pods)})
		held := func(value string, refused bool) pictures.Held {
			return pictures.Held{Value: value, Changed: value == "b2", Refused: refused}
		}
		drawn = append(drawn, pictures.Moment{Step: m.says, Lanes: []pictures.Held{
			held("a1", false), held(withB, false), held(use(m.has.connection), m.refuses("rds/connection")),
			held(use(m.has.secret), m.refuses("core-api-db-secret")), held(use(pods), use(pods) == "b2" && withB != "b2"),
		}})
	}
	pictures.Check(t, "rotation-alternating", pictures.Rotation("A rotation with credentials: alternating",
		[]string{"login a", "login b", "connection secret", "pods' Secret", "the pods"}, drawn))
}
