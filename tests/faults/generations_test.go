//go:build prove

package faults

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// replicatedInstance makes the instance for logical replication fail, then kills the run that makes it: the active one is untouched, and what was
// made is used.
func replicatedInstance(t *testing.T) []string {
	l := live.Started(t, "dev")
	l.MustSet(`database.parameters["rds.logical_replication"]`, "1")
	l.MustSet("database.parameters.max_slot_wal_keep_size", "5120")
	l.MustUp()
	first := l.One(live.InstanceType)
	second := func(op simcloud.Operation) bool { return op.Type == live.InstanceType && op.Name == "mosaic-dev-db-2" }
	for _, pair := range strings.Fields("generation=2 serving=1 logicalReplication=running engineVersion=17") {
		key, value, _ := strings.Cut(pair, "=")
		l.MustSet("restore."+key, value)
	}

	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Op == "create" && second(op) {
			return errors.New("InsufficientDBInstanceCapacity")
		}
		return nil
	})
	why := seen(t, l.MustFail(l.Up(t.Context())), "InsufficientDBInstanceCapacity")
	l.Cloud.Fail(nil)
	assert.Equal(t, []simcloud.Object{first}, l.Cloud.Objects(live.InstanceType), "the active one is as it was")

	before := l.Cloud.Objects("")
	_, _, err := l.KillAtCreate(second)
	require.Error(t, err)
	l.CLI("cancel", "--yes")
	made := added(before, l.Cloud.Objects(""), live.InstanceType)
	require.True(t, recovers(l, made))
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, "(replace|create|delete) "+live.InstanceType, change)
	}
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	all := l.Cloud.Objects(live.InstanceType)
	at := slices.IndexFunc(all, func(o simcloud.Object) bool { return o.ID == first.ID })
	require.Len(t, all, 2)
	assert.Equal(t, first.Properties.Text("resourceId"), all[at].Properties.Text("resourceId"))
	return []string{why + "; killed: as above", "`up`; `just db-recover dev`, `up`", "each instance exists once, and the active one is unchanged"}
}

// filledInstance makes the Job of a dump fail, then kills the run that makes it anew: secrets and pods are with the active instance until the other
// one has everything.
func filledInstance(t *testing.T) []string {
	l := live.Started(t, "dev")
	host := l.KubeSecret("DB_HOST")
	for _, pair := range strings.Fields("generation=2 dumpAndLoad=true sourceInstanceIdentifier=mosaic-dev-db") {
		key, value, _ := strings.Cut(pair, "=")
		l.MustSet("restore."+key, value)
	}
	l.Cloud.JobResult = func(image string) error {
		if strings.HasPrefix(image, "postgres:") {
			return errors.New("the two databases differ after the load")
		}
		return nil
	}
	why := seen(t, l.MustFail(l.Up(t.Context())), "the two databases differ after the load")
	l.Cloud.JobResult = nil
	before := l.Cloud.Objects("")
	_, _, err := l.KillAtCreate(func(op simcloud.Operation) bool { return op.Type == live.JobType && strings.Contains(op.Name, "load") })
	require.Error(t, err)
	l.CLI("cancel", "--yes")
	assert.Equal(t, host, l.KubeSecret("DB_HOST"))
	assert.Empty(t, l.Cloud.Refused())
	require.True(t, recovers(l, added(before, l.Cloud.Objects(""), live.JobType)))
	l.MustUp()
	assert.NotEqual(t, host, l.KubeSecret("DB_HOST"))
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	return []string{why + "; killed: as above", "`up`; `just db-recover dev`, `up`", "clients stay with the former instance until the new one has everything"}
}
