package lifecycle

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// night is a stack with a run that was killed.
type night struct {
	*desk
	account string // of the AWS login
}

func newNight(t *testing.T, overrides ...engine.Override) *night {
	t.Helper()
	return &night{desk: newDesk(t, live.Start(t, "dev", overrides...)), account: "123456789012"}
}

// killed kills a run while it creates a resource of a type.
func (n *night) killed(kind string) {
	n.T.Helper()
	_, _, err := n.KillAtCreate(func(op simcloud.Operation) bool { return op.Type == kind })
	require.Error(n.T, err)
	require.Contains(n.T, n.MustFail(n.Up(n.T.Context())), "the stack is currently locked")
}

// recover runs db-recover. The aws knows the stack's instance; one that is not there is an error, as the real one says it.
func (n *night) recover(answer string) (string, error) {
	n.T.Helper()
	instance := `echo "An error occurred (DBInstanceNotFound) when calling the DescribeDBInstances operation" >&2; exit 254`
	if there := n.Cloud.Objects(live.InstanceType); len(there) > 0 {
		instance = "echo " + there[0].ID
	}
	n.script("aws", `case "$*" in
		*get-caller-identity*) echo `+n.account+` ;;
		*describe-db-instances*mosaic-dev-db*) `+instance+` ;;
		*"wait db-instance-available --db-instance-identifier mosaic-dev-db") ;;
		*) echo "unexpected: $*" >&2; exit 99 ;;
	esac`)
	return n.recipe("dev", "recover", answer)
}

// TestRecovery: a run is killed while RDS makes the instance. One command finds it and takes it into the state; the next run uses it.
func TestRecovery(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.killed(live.InstanceType)
	id := n.One(live.InstanceType).ID
	said, err := n.recover("yes")
	require.NoError(t, err, said)
	assert.Contains(t, said, "This removes the lock of dev. Are you sure that no run is active")
	assert.Contains(t, said, "db-recover: aws:rds/instance:Instance mosaic-dev-db: exists, and the state has it")
	assert.Contains(t, said, "continue with: just db-deploy dev")
	assert.NotContains(t, said, n.One(live.InstanceType).Properties.Text("password"))
	for _, change := range n.MustUp() {
		assert.NotRegexp(t, "(replace|create|delete) "+live.InstanceType, change)
	}
	assert.Equal(t, id, n.One(live.InstanceType).ID)
	assert.Empty(t, n.MustUp())

	said, err = n.recover("yes")
	require.NoError(t, err, said)
	assert.Contains(t, said, "no operation was interrupted")
}

// TestRecoveryOfACluster: the same of an Aurora cluster, and of its instance. The recipe waits until RDS has made each.
func TestRecoveryOfACluster(t *testing.T) {
	t.Parallel()
	n := newNight(t, engine.Override{Path: "tier", Value: "serverless"}, engine.Override{Path: "database.instanceClass", Value: "db.serverless"})
	names := map[string]string{live.ClusterType: "mosaic-dev-db", live.ClusterInstanceType: "mosaic-dev-db-instance-1"}
	for _, kind := range []string{live.ClusterType, live.ClusterInstanceType} {
		name := names[kind]
		n.script("aws", `echo "$*" >>"$0.calls"
			case "$*" in
			*get-caller-identity*) echo `+n.account+` ;;
			*"describe-db-clusters --db-cluster-identifier mosaic-dev-db "*) echo mosaic-dev-db ;;
			*"describe-db-instances --db-instance-identifier mosaic-dev-db-instance-1 "*) echo mosaic-dev-db-instance-1 ;;
			*"wait db-cluster-available --db-cluster-identifier mosaic-dev-db" | *"wait db-instance-available --db-instance-identifier mosaic-dev-db-instance-1") ;;
			*) echo "unexpected: $*" >&2; exit 99 ;;
		esac`)
		n.killed(kind)
		said, err := n.recipe("dev", "recover", "yes")
		require.NoError(t, err, said)
		assert.Contains(t, said, "waiting until RDS has made "+name)
		assert.Contains(t, said, kind+" "+name+": exists, and the state has it")
	}
	for _, change := range n.MustUp() {
		assert.NotRegexp(t, "(replace|create|delete) aws:rds/cluster", change)
	}
	assert.Empty(t, n.MustUp())
}

// TestRecoveryIsInterrupted: a recovery that is killed in the middle is run again, whether the resource exists or not.
func TestRecoveryIsInterrupted(t *testing.T) {
	t.Parallel()
	for _, exists := range []bool{true, false} {
		n := newNight(t)
		n.killed(live.SubnetGroupType)
		if !exists {
			require.NoError(t, n.Cloud.Remove(live.SubnetGroupType, n.One(live.SubnetGroupType).ID))
		}
		n.killing("refresh", "before")
		said, err := n.recover("yes")
		require.Error(t, err, said)
		said, err = n.recover("yes")
		require.NoError(t, err, said)
		if exists {
			assert.Contains(t, said, "aws:rds/subnetGroup:SubnetGroup mosaic-dev-db: exists, and the state has it")
		} else {
			assert.Contains(t, said, "aws:rds/subnetGroup:SubnetGroup mosaic-dev-db: is not there; the next up makes it")
		}
		n.MustUp()
		n.One(live.SubnetGroupType)
		assert.Empty(t, n.MustUp())
	}
}

// TestRecoveryIsRefused: without a yes, and with the login of another account, the lock stays and the state is as it was.
func TestRecoveryIsRefused(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.killed(live.InstanceType)
	before, err := n.Export(t.Context())
	require.NoError(t, err)
	said, err := n.recover("no")
	require.Error(t, err)
	assert.Contains(t, said, "stopped here: the answer was not yes")
	n.account = "999999999999"
	said, err = n.recover("yes")
	require.Error(t, err)
	assert.Contains(t, said, "the AWS login is of account 999999999999, and the stack dev belongs to 123456789012")
	after, err := n.Export(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.Contains(t, n.MustFail(n.Up(t.Context())), "the stack is currently locked")
}
