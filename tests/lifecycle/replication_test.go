package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// set sets several values of the stack file.
func set(l *live.Stack, values ...string) {
	l.T.Helper()
	for pair := range slices.Chunk(values, 2) {
		l.MustSet(pair[0], pair[len(pair)-1])
	}
}

// replicates are the parameters that docs/how-to/upgrades.md asks for. In a key, a dot of a name is in quotes.
func replicates(l *live.Stack) {
	l.T.Helper()
	set(l, `database.parameters["rds.logical_replication"]`, "1", "database.parameters.max_slot_wal_keep_size", "5120")
}

// TestLogicalReplication makes an empty instance of a newer version beside the active one, which stays as it is; then the newest becomes the
// active one, and the test goes back and forth.
func TestLogicalReplication(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	replicates(l)
	l.MustUp()
	original := instanceNamed(l, "mosaic-prod-db")

	set(l, "restore.generation", "2", "restore.serving", "1", "restore.logicalReplication", "running", "restore.engineVersion", "17")
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, `(Instance|ParameterGroup|SecretVersion|ExternalSecret|Job)::mosaic-prod-db$`, change)
	}
	assert.Empty(t, l.MustPreview())
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"), "the active one is untouched")
	newest := instanceNamed(l, "mosaic-prod-db-2")
	require.NotNil(t, newest)
	assert.Equal(t, "17", newest.Text("engineVersion"))
	assert.Equal(t, "mosaic", newest.Text("dbName"), "an empty database of the same name")
	assert.Equal(t, original.Text("password"), newest.Text("password"), "the recipes log in to both with one password")
	assert.True(t, l.ResourcesByLabel()[live.InstanceType+"::mosaic-prod-db-2"].Protect)
	families := map[string]string{}
	for _, group := range l.Cloud.Objects("aws:rds/parameterGroup:ParameterGroup") {
		families[group.Properties.Text("name")] = group.Properties.Text("family")
	}
	assert.Equal(t, "postgres17", families[newest.Text("parameterGroupName")])
	assert.Equal(t, "postgres16", families[original.Text("parameterGroupName")])
	between := l.One("aws:ec2/securityGroup:SecurityGroup").Properties
	assert.Contains(t, fmt.Sprint(between["egress"]), "self:true", "one instance is the client of the other")

	// Neither a migration nor a switch by hand.
	l.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "carries rows and no DDL")
	l.MustSet("migrations.image", "mosaic-life/core-api:1.0.0")
	l.MustSet("restore.serving", "2")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "just db-switch makes the newest the active one")

	// What just db-switch writes; without its moment, nobody has compared the two.
	l.MustUnset("restore.serving")
	l.MustSet("restore.logicalReplication", "complete")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "running until just db-switch has compared the two")
	l.MustSet("restore.switchedAt", "2026-01-31T10:00:00Z")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	expectActive(l, "mosaic-prod-db-2")
	assert.Equal(t, "17", instanceNamed(l, "mosaic-prod-db-2").Text("engineVersion"))
	assert.Equal(t, original, instanceNamed(l, "mosaic-prod-db"))
	assert.Equal(t, newest.Text("resourceId"), instanceNamed(l, "mosaic-prod-db-2").Text("resourceId"))

	l.MustSet("restore.serving", "1")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "it has to stay 2 until just db-switch moves the clients: what they have written since would be left behind")
	l.MustSet("restore.switchedAt", "2026-01-31T11:00:00Z")
	l.MustUp()
	expectActive(l, "mosaic-prod-db")
	assert.Equal(t, "16", instanceNamed(l, "mosaic-prod-db").Text("engineVersion"), "going back needs no other line")
	l.MustUnset("restore.serving")
	l.MustSet("restore.switchedAt", "2026-01-31T12:00:00Z")
	l.MustUp()
	expectActive(l, "mosaic-prod-db-2")

	l.MustSet("database.engineVersion", "17")
	l.MustUnset("restore.engineVersion")
	assert.Empty(t, l.MustPreview(), "the same version by the key that stays")
	l.NoLeak(original.Text("password"))
}

// TestAVersionThatRDSHasNot: what the newest instance asks for is held to what RDS has, before anything is made.
func TestAVersionThatRDSHasNot(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod", engine.Override{Path: "database.maxAllocatedStorage", Value: "100"})
	replicates(l)
	l.MustUp()
	before := l.Inventory()
	l.Cloud.Withdrawn = []string{"19"}
	set(l, "restore.generation", "2", "restore.serving", "1", "restore.logicalReplication", "running", "restore.engineVersion", "19")
	said := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, said, "restore.engineVersion: 19")
	assert.Contains(t, said, "a version that RDS has in us-east-1")
	assert.Equal(t, before, l.Inventory())
	assert.False(t, strings.Contains(said, "database.engineVersion: 16"), "the active one has what it has")
}
