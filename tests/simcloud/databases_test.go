package simcloud

import (
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded are databases that write down what they are told. The address of an instance depends on how long its identifier is.
type recorded struct {
	told    []string
	failure error
}

func (r *recorded) hear(what string, instance Properties, more string) error {
	r.told = append(r.told, what+" "+instance.Text("identifier")+" "+more)
	return r.failure
}

func (r *recorded) Create(instance Properties, origin string) (string, error) {
	return "127.0.0." + strconv.Itoa(len(instance.Text("identifier"))), r.hear("create", instance, origin)
}

func (r *recorded) Modify(old, instance Properties) error {
	return r.hear("modify", instance, old.Text("password")+" "+instance.Text("password"))
}
func (r *recorded) Delete(instance Properties) error { return r.hear("delete", instance, "") }
func (r *recorded) Snapshot(instance Properties, snapshot string) error {
	return r.hear("snapshot", instance, snapshot)
}

func (r *recorded) Accept(instance Properties, _, user, password string) error {
	return r.hear("accept", instance, user+" "+password)
}
func (r *recorded) Bootstrap(instance Properties, _ map[string]string) error {
	return r.hear("bootstrap", instance, "")
}

// TestDatabases: the databases are told of all that happens to an instance, before it is there and before it is gone.
func TestDatabases(t *testing.T) {
	w := newWorld(t)
	w.network()
	databases := &recorded{}
	w.cloud.Databases = databases
	told := func(what ...string) {
		t.Helper()
		assert.Equal(t, what, databases.told)
		databases.told = nil
	}
	last := w.instance.with(Properties{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"})
	id, made := w.aws.must(instanceType, last)
	assert.Equal(t, "127.0.0.14:5432", made.Text("endpoint"))
	told("create mosaic-prod-db ")
	replica, _ := w.aws.must(instanceType, Properties{"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro", "skipFinalSnapshot": true})
	told("create r " + id)
	_, err := w.aws.change(w.cloud, instanceType, id, last, last.with(Properties{"password": "batterystaple"}))
	require.NoError(t, err)
	told("modify mosaic-prod-db correcthorse batterystaple")
	w.aws.must(instanceType, w.instance.with(Properties{
		"identifier": "then", "username": nil, "restoreToPointInTime": map[string]any{"sourceDbInstanceIdentifier": "mosaic-prod-db", "useLatestRestorableTime": true},
	}))
	told("create then " + id)

	secret, _ := w.aws.must(secretType, Properties{"name": "connection"})
	w.aws.must(secretVersionType, Properties{"secretId": secret, "secretString": `{"host":"127.0.0.14","username":"u","password":"p"}`})
	assert.Empty(t, w.cloud.Refused())
	told("accept mosaic-prod-db u p")
	databases.failure = errors.New("FATAL: no")
	assert.Equal(t, map[string]string{"connection": "FATAL: no"}, w.cloud.Refused())
	databases.told = nil

	_, _, err = w.aws.create(instanceType, w.instance.with(Properties{"identifier": "other"}))
	require.ErrorContains(t, err, "creating RDS DB Instance (other): FATAL: no")
	require.ErrorContains(t, w.aws.remove(instanceType, id), "deleting RDS DB Instance (mosaic-prod-db): FATAL: no")
	assert.Len(t, w.cloud.Objects(instanceType), 3)
	told("create other ", "delete mosaic-prod-db ")

	databases.failure = nil
	require.NoError(t, w.cloud.Edit(instanceType, id, func(p Properties) { p["password"] = "of a console" }))
	require.NoError(t, w.cloud.Remove(instanceType, replica))
	require.NoError(t, w.aws.remove(instanceType, id))
	told("modify mosaic-prod-db batterystaple of a console", "delete r ", "delete mosaic-prod-db ", "snapshot mosaic-prod-db last")
	w.aws.must(instanceType, w.instance.with(Properties{"identifier": "back", "username": nil, "snapshotIdentifier": "last", "allocatedStorage": nil}))
	told("create back last")
}
