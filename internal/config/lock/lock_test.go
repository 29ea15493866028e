package lock_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

var location = lock.Location{VpcID: "vpc-1", OIDCIssuer: "https://a"}

func loaded(t *testing.T, content string) *config.Config { return configtest.Load(t, content) }

const base = "mosaic-database:database: {engineVersion: '16'}"

// Every settled value that changes is one problem, with the key, both values and a way out.
func TestSettledValuesMayNotChange(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001"
	for _, test := range []struct{ change, key, value, old, way string }{
		{"mosaic-database:environment: other", "mosaic-database:environment", "other", "prod", "another stack"},
		{"rolePath: /team/", "mosaic-database:rolePath", "/team/", "not set and has to stay so", "remove the line; or bring up another stack"},
		{"aws:region: eu-west-1", "aws:region", "eu-west-1", "us-east-1", "copy a snapshot"},
		{"aws:allowedAccountIds: ['210987654321']", "aws:allowedAccountIds", "210987654321", "123456789012", "share a snapshot"},
		{"mosaic-database:cluster: {name: other}", "mosaic-database:cluster.name", "other", "mosaic-prod", "another stack"},
		{"mosaic-database:database: {name: other}", "mosaic-database:database.name", "other", "mosaic", "additionalApps"},
		{"mosaic-database:database: {username: other}", "mosaic-database:database.username", "other", "mosaicadmin", "CREATE ROLE"},
		{"mosaic-database:database: {kmsKeyId: '" + key + "'}", "mosaic-database:database.kmsKeyId", key, "not set and has to stay so", "copy a snapshot with the other key"},
		{"mosaic-database:database: {availabilityZone: us-east-1b}", "mosaic-database:database.availabilityZone", "us-east-1b", "not set and has to stay so", "restore a snapshot"},
		{"mosaic-database:restore: {snapshotIdentifier: a}", "mosaic-database:restore.snapshotIdentifier", "a", "not set and has to stay so", "the next restore.generation"},
		{"mosaic-database:app: {name: other}", "mosaic-database:app.name", "other", "core-api", "another stack"},
		{"mosaic-database:app: {namespace: other}", "mosaic-database:app.namespace", "other", "mosaic-prod", "another stack"},
		{"mosaic-database:app: {serviceAccount: other}", "mosaic-database:app.serviceAccount", "other", "core-api", "another stack"},
		{"mosaic-database:app: {createNamespace: true}", "mosaic-database:app.createNamespace", "true", "false", "another stack"},
		{"mosaic-database:app: {secretName: other}", "mosaic-database:app.secretName", "other", "core-api-db-secret", "another stack"},
	} {
		before := lock.Values(loaded(t, base), location, nil)
		var found bool
		for _, problem := range lock.Changed(loaded(t, test.change), before) {
			if problem.Key != test.key {
				continue
			}
			found = true
			assert.Equal(t, test.value, problem.Value)
			assert.Contains(t, problem.Rule, test.old+", because")
			assert.Contains(t, problem.Fix, test.way)
		}
		assert.True(t, found, "%s is let through", test.change)
	}
}

func TestWhatIsNotSettledMayChange(t *testing.T) {
	before := lock.Values(loaded(t, base), location, nil)
	for _, change := range []string{
		base,
		"mosaic-database:tier: scale",
		"mosaic-database:database: {instanceClass: db.r7g.large, allocatedStorage: 50, multiAz: true, passwordVersion: 2}",
		"mosaic-database:database: {engineVersion: '16.11', autoMinorVersionUpgrade: false}",
		"mosaic-database:database: {engineVersion: '17', allowMajorVersionUpgrade: true, applyImmediately: true}",
		"mosaic-database:migrations: {image: 'core-api:2'}",
		"mosaic-database:delivery: handover",
	} {
		assert.Empty(t, lock.Changed(loaded(t, change), before), change)
	}
	assert.Empty(t, lock.Changed(loaded(t, "mosaic-database:environment: other"), nil), "before the first run nothing is settled")
	assert.Empty(t, lock.Moved(location, nil))
	assert.Empty(t, lock.Moved(location, before))
	require.Len(t, lock.Moved(lock.Location{VpcID: "vpc-2", OIDCIssuer: "https://a"}, before), 1)
	assert.Contains(t, lock.Moved(lock.Location{VpcID: "vpc-2", OIDCIssuer: "https://a"}, before)[0].Rule, "it has to stay vpc-1,")
	require.Len(t, lock.Moved(lock.Location{VpcID: "vpc-1", OIDCIssuer: "https://b"}, before), 1)
	assert.Contains(t, lock.Moved(lock.Location{VpcID: "vpc-1", OIDCIssuer: "https://b"}, before)[0].Rule, "it has to stay https://a,")
}

func TestMajorVersionRisesOnPurposeAndNeverFalls(t *testing.T) {
	sixteen := lock.Values(loaded(t, base), location, nil)
	seventeen := lock.Values(loaded(t, "mosaic-database:database: {engineVersion: '17'}"), location, nil)

	up := lock.Changed(loaded(t, "mosaic-database:database: {engineVersion: '17'}"), sixteen)
	require.Len(t, up, 1)
	assert.Contains(t, up[0].Rule, "a major upgrade from 16")
	assert.Contains(t, up[0].Fix, "allowMajorVersionUpgrade: true")

	assert.Len(t, lock.Changed(loaded(t, "mosaic-database:database: {engineVersion: '17', allowMajorVersionUpgrade: true}"), sixteen), 1,
		"the old parameter group would be deleted while the instance still uses it")

	down := lock.Changed(loaded(t, "mosaic-database:database: {engineVersion: '16', allowMajorVersionUpgrade: true}"), seventeen)
	require.Len(t, down, 1)
	assert.Contains(t, down[0].Rule, "not below 17")
	assert.Contains(t, down[0].Fix, `"17"`)
}

// The objects change hands by way of a handover, in both directions.
func TestOwnershipChangesByHandover(t *testing.T) {
	on := func(delivery string) *config.Config { return loaded(t, "mosaic-database:delivery: "+delivery) }
	for _, step := range [][2]string{{"pulumi", "handover"}, {"handover", "gitops"}, {"gitops", "handover"}, {"handover", "pulumi"}} {
		assert.Empty(t, lock.Changed(on(step[1]), lock.Values(on(step[0]), location, nil)), "%s", step)
	}
	for _, step := range [][2]string{{"pulumi", "gitops"}, {"gitops", "pulumi"}} {
		refused := lock.Changed(on(step[1]), lock.Values(on(step[0]), location, nil))
		require.Len(t, refused, 1, "%s", step)
		assert.Equal(t, step[1], refused[0].Value)
		assert.Contains(t, refused[0].Rule, "from "+step[0]+" only by way of handover")
		assert.Contains(t, refused[0].Fix, step[0]+"; or handover in this run and "+step[1]+" in a later one")
	}
}

// Neither storage nor a pinned minor version goes back; what is not pinned is RDS's own affair.
func TestNothingShrinks(t *testing.T) {
	with := func(fields string) *config.Config { return loaded(t, "mosaic-database:database: {"+fields+"}") }
	const pinned = "autoMinorVersionUpgrade: false, engineVersion: "
	for _, test := range []struct{ was, now, rule, fix string }{
		{"allocatedStorage: 40", "allocatedStorage: 39", "not below 40", "40; or"},
		{"allocatedStorage: 40", "allocatedStorage: 40", "", ""},
		{"allocatedStorage: 40", "allocatedStorage: 41", "", ""},
		{pinned + "'16.10'", pinned + "'16.9'", "not below 16.10", `"16.10"; or`},
		{pinned + "'16.9'", pinned + "'16.10'", "", ""},
		{pinned + "'16.10'", "engineVersion: '16'", "", ""},
		{"engineVersion: '16'", pinned + "'16.9'", "", ""},
	} {
		refused := lock.Changed(with(test.now), lock.Values(with(test.was), location, nil))
		if test.rule == "" {
			assert.Empty(t, refused, "%s → %s", test.was, test.now)
			continue
		}
		require.Len(t, refused, 1, "%s → %s", test.was, test.now)
		assert.Contains(t, refused[0].Rule, test.rule)
		assert.Contains(t, refused[0].Fix, test.fix)
	}
}

// Another application may come; it stays as it is, and goes only after it was unprotected in a run of its own.
func TestAdditionalAppsAreSettled(t *testing.T) {
	with := func(apps string) *config.Config { return loaded(t, "mosaic-database:additionalApps: {"+apps+"}") }
	const worker = "worker: {namespace: jobs}"
	for _, test := range []struct{ was, now, key, fix string }{
		{"", worker, "", ""},
		{worker, worker + ", another: {}", "", ""},
		{worker, "another: {}, " + worker, "", ""},
		{worker, "", "additionalApps.worker", "deletionProtection: false there in this run"},
		{worker, "worker: {}", "additionalApps.worker.namespace", "jobs; or"},
		{worker, "worker: {namespace: jobs, serviceAccount: other}", "additionalApps.worker.serviceAccount", "worker; or"},
		{worker, "worker: {namespace: jobs, secretName: other}", "additionalApps.worker.secretName", "worker-db-secret; or"},
		{worker, "worker: {namespace: jobs, deletionProtection: false, reloadOnChange: false}", "", ""},
		{"worker: {namespace: jobs, deletionProtection: false}", "", "", ""},
	} {
		refused := lock.Changed(with(test.now), lock.Values(with(test.was), location, nil))
		if test.key == "" {
			assert.Empty(t, refused, "%s → %s", test.was, test.now)
			continue
		}
		require.Len(t, refused, 1, "%s → %s", test.was, test.now)
		assert.Equal(t, "mosaic-database:"+test.key, refused[0].Key)
		assert.Contains(t, refused[0].Fix, test.fix)
	}
}

// What RDS leaves to the maintenance window, or a run with --target left out, is not there yet; what came by itself is no change.
func TestReached(t *testing.T) {
	for name, test := range map[string]struct {
		version, wantVersion string
		has                  string
		storage, gib, want   int
		grown                string
	}{
		"all of it":                    {version: "16", has: "16.11", wantVersion: "16", storage: 20, gib: 20, want: 20},
		"not the storage":              {version: "16", has: "16.11", wantVersion: "16", storage: 50, gib: 20, want: 20},
		"not the major version":        {version: "17", has: "16.11", wantVersion: "16.11", storage: 20, gib: 20, want: 20},
		"not the minor version":        {version: "16.12", has: "16.11", wantVersion: "16.11", storage: 20, gib: 20, want: 20},
		"grown, and a newer minor":     {version: "16.11", has: "16.12", wantVersion: "16.11", storage: 20, gib: 45, want: 20, grown: "45"},
		"not known what the cloud has": {version: "17", has: "", wantVersion: "17", storage: 50, gib: 0, want: 50},
	} {
		asked := map[string]string{config.Key("database.engineVersion"): test.version, config.Key("database.allocatedStorage"): strconv.Itoa(test.storage), "other": "kept"}
		got := lock.Reached(asked, test.has, test.gib)
		want := map[string]string{config.Key("database.engineVersion"): test.wantVersion, config.Key("database.allocatedStorage"): strconv.Itoa(test.want), "other": "kept"}
		if test.grown != "" {
			want[config.Key("database.allocatedStorage, grown")] = test.grown
		}
		assert.Equal(t, want, got, name)
		assert.Equal(t, test.version, asked[config.Key("database.engineVersion")], "the argument stays as it is")
	}
}

// RDS refuses to shrink, in the middle of a run: storage that has grown by itself is asked for before it stops to grow.
func TestAutoscalingIsSwitchedOffWithWhatHasGrown(t *testing.T) {
	before := lock.Reached(lock.Values(loaded(t, ""), location, nil), "16.11", 45)
	for _, allowed := range []string{"", database("maxAllocatedStorage: 200"), database("maxAllocatedStorage: 0, allocatedStorage: 45")} {
		assert.Empty(t, lock.Changed(loaded(t, allowed), before), allowed)
	}
	problems := lock.Changed(loaded(t, database("maxAllocatedStorage: 0")), before)
	require.Len(t, problems, 1)
	assert.Equal(t, "mosaic-database:database.allocatedStorage", problems[0].Key)
	assert.Contains(t, problems[0].Rule, "not below the 45 that it has grown to")
	assert.Equal(t, "45", problems[0].Fix)
}

func database(fields string) string { return "mosaic-database:database: {" + fields + "}" }

// With alternating credentials the number of the password rises one by one; in every other case it is free.
func TestAlternatingLoginsTakeTurns(t *testing.T) {
	alternating := func(n int) string { return database("credentials: alternating, passwordVersion: " + strconv.Itoa(n)) }
	before := lock.Values(loaded(t, alternating(3)), location, nil)
	for _, allowed := range []string{alternating(3), alternating(4), database("passwordVersion: 1"), database("passwordVersion: 9")} {
		assert.Empty(t, lock.Changed(loaded(t, allowed), before), allowed)
	}
	for _, refused := range []int{1, 2, 5} {
		problems := lock.Changed(loaded(t, alternating(refused)), before)
		require.Len(t, problems, 1, refused)
		assert.Equal(t, "mosaic-database:database.passwordVersion", problems[0].Key)
		assert.Contains(t, problems[0].Rule, "3 or one more")
		assert.Contains(t, problems[0].Fix, "4; and the next number in a later run")
	}
	master := lock.Values(loaded(t, database("passwordVersion: 7")), location, nil)
	assert.Empty(t, lock.Changed(loaded(t, alternating(2)), master), "on the way in, no client has one of the two")
	delete(before, config.Key("database.credentials"))
	assert.Empty(t, lock.Changed(loaded(t, alternating(9)), before), "of a run before there were any")
}

// Pods make tokens until they restart, so the server takes them in the run that gives them passwords.
func TestTokensAreTakenUntilPodsHavePasswords(t *testing.T) {
	before := lock.Values(loaded(t, database("credentials: iam")), location, nil)
	for _, other := range []string{"alternating", "master"} {
		problems := lock.Changed(loaded(t, database("credentials: "+other+", iamDatabaseAuthentication: false")), before)
		require.Len(t, problems, 1)
		assert.Equal(t, "mosaic-database:database.iamDatabaseAuthentication", problems[0].Key)
		assert.Contains(t, problems[0].Rule, "in the run that leaves credentials iam")
		left := loaded(t, database("credentials: "+other))
		require.Empty(t, lock.Changed(left, before))
		assert.Empty(t, lock.Changed(loaded(t, database("credentials: "+other+", iamDatabaseAuthentication: false")), lock.Values(left, location, before)))
	}
}

// Tokens have no number: one that changes would be taken for a rotation.
func TestTokensKeepTheNumber(t *testing.T) {
	byToken := func(n int) string { return database("credentials: iam, passwordVersion: " + strconv.Itoa(n)) }
	for _, was := range []string{byToken(3), database("passwordVersion: 3"), database("credentials: alternating, passwordVersion: 3")} {
		before := lock.Values(loaded(t, was), location, nil)
		assert.Empty(t, lock.Changed(loaded(t, byToken(3)), before), was)
		problems := lock.Changed(loaded(t, byToken(4)), before)
		require.Len(t, problems, 1, was)
		assert.Contains(t, problems[0].Rule, "still 3: no login has a password")
		assert.Contains(t, problems[0].Fix, "3; to change the master user's password, raise masterPasswordVersion")
	}
	assert.Empty(t, lock.Changed(loaded(t, byToken(4)), nil), "before the first run")
	assert.Empty(t, lock.Changed(loaded(t, database("credentials: alternating, passwordVersion: 9")), lock.Values(loaded(t, byToken(3)), location, nil)))
}

// What pods and the operator use is let go of in two runs: the first keeps it, and says so in the record that the second is held to.
func TestWhatIsReplacedIsReleasedFirst(t *testing.T) {
	const store, cluster = "secretsServiceAccount: reader", "clusterSecretStore: aws"
	with := func(app, more string) *config.Config {
		return loaded(t, base+"\nmosaic-database:app: {"+app+"}\n"+more)
	}
	record := func(app, more string) map[string]string { return lock.Values(with(app, more), location, nil) }
	const worker = "mosaic-database:additionalApps: {worker: {%s}}"
	for _, test := range []struct{ was, now, key, rule string }{
		{"", store, "app.secretsServiceAccount", "which would lose its role"},
		{"", store + ", releasing: true", "", ""},
		{store + ", releasing: true", store + ", releasing: true", "", ""},
		{store + ", releasing: true", store, "", ""},
		{store, store, "", ""},
		{store, "secretsServiceAccount: other", "", ""},
		{store, "", "app.secretsServiceAccount", "not in place of reader with delivery: pulumi"},
		{store + ", releasing: true", "", "", ""},
		{store, store + ", releasing: true", "app.releasing", "and would take it"},
		{store, "secretsServiceAccount: other, releasing: true", "app.releasing", "and would take it"},
		{"", cluster, "app.clusterSecretStore", "deleted while the ExternalSecret still uses it"},
		{"", cluster + ", releasing: true", "", ""},
		{cluster + ", releasing: true", cluster, "", ""},
		{cluster, "", "", ""},
		{cluster, store, "app.secretsServiceAccount", "which would lose its role"},
	} {
		for _, of := range []struct{ was, now, path string }{
			{"mosaic-database:app: {" + test.was + "}", "mosaic-database:app: {" + test.now + "}", "app."},
			{fmt.Sprintf(worker, test.was), fmt.Sprintf(worker, test.now), "additionalApps.worker."},
		} {
			refused := lock.Changed(loaded(t, of.now), lock.Values(loaded(t, of.was), location, nil))
			if test.key == "" {
				assert.Empty(t, refused, "%s → %s", of.was, of.now)
				continue
			}
			require.Len(t, refused, 1, "%s → %s", of.was, of.now)
			assert.Equal(t, config.Key(of.path+strings.TrimPrefix(test.key, "app.")), refused[0].Key)
			assert.Contains(t, refused[0].Rule, test.rule)
		}
	}
	assert.Len(t, lock.Changed(with(cluster, ""), record(store, "")), 2, "the role moves, and the store is deleted")
	assert.Empty(t, lock.Changed(with("", "mosaic-database:delivery: handover"), record(store, "")), "a handover takes what is there")
	alternating := "mosaic-database:database: {engineVersion: '16', credentials: alternating}\nmosaic-database:app: {%s}"
	back := lock.Changed(loaded(t, fmt.Sprintf(alternating, "")), lock.Values(loaded(t, fmt.Sprintf(alternating, store)), location, nil))
	require.Len(t, back, 1)
	assert.Contains(t, back[0].Fix, "; first write, in an earlier run: database.credentials: master", "which refuses a handover")
	gitops := "mosaic-database:delivery: gitops"
	assert.Empty(t, lock.Changed(with("", gitops), record(store, gitops)), "the chart's ServiceAccount is the chart's")
	assert.Empty(t, lock.Changed(with(cluster, gitops), record("", gitops)), "the chart's store is the chart's")
	assert.Len(t, lock.Changed(with(store, gitops), record("", gitops)), 1, "the role is this program's")
	first := lock.Changed(with(store+", releasing: true", ""), nil)
	require.Len(t, first, 1, "the first run would take a ServiceAccount that is the application's")
	assert.Contains(t, first[0].Rule, "does not have the ServiceAccount core-api")
	assert.Empty(t, lock.Changed(with(store, ""), nil))
	assert.Empty(t, lock.Changed(loaded(t, fmt.Sprintf(worker, store)), record("", "")), "another application may begin with it")
}

// TestAManagedMaster: RDS keeps the key of its secret, and takes over no password beside replicas that are still there.
func TestAManagedMaster(t *testing.T) {
	const one, two = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001", "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002"
	stack := func(fields string) *config.Config {
		return loaded(t, "mosaic-database:database: {engineVersion: '16', credentials: alternating, "+fields+"}")
	}
	for _, test := range []struct{ from, to, fix string }{
		{"manageMasterUserPassword: true", "manageMasterUserPassword: true, secretKmsKeyId: '" + one + "'", "nothing: remove the line; or manageMasterUserPassword: false beside it"},
		{"manageMasterUserPassword: true, secretKmsKeyId: '" + one + "'", "manageMasterUserPassword: true, secretKmsKeyId: '" + two + "'", one + "; or manageMasterUserPassword: false"},
		{"manageMasterUserPassword: true, secretKmsKeyId: '" + one + "'", "secretKmsKeyId: '" + two + "'", ""},
		{"secretKmsKeyId: '" + one + "'", "manageMasterUserPassword: true, secretKmsKeyId: '" + two + "'", ""},
		{"backupRetentionDays: 7, readReplicas: 2", "manageMasterUserPassword: true", "false; and true in a later run"},
		{"backupRetentionDays: 7, readReplicas: 2", "backupRetentionDays: 7", ""},
	} {
		problems := lock.Changed(stack(test.to), lock.Values(stack(test.from), location, nil))
		if test.fix == "" {
			assert.Empty(t, problems, "%s to %s", test.from, test.to)
			continue
		}
		require.Len(t, problems, 1, "%s to %s", test.from, test.to)
		assert.Contains(t, problems[0].Fix, test.fix)
	}
}
