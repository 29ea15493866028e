package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

func TestTheClassOfATierIsKnown(t *testing.T) {
	for _, tier := range config.Tiers() {
		_, known := instanceclass.Lookup(tier.InstanceClass)
		assert.Equal(t, tier.Engine == config.PostgreSQL, known, tier.Name)
	}
}

// Where the instances scale, it is what the ceiling has: 2 GiB for each ACU.
func TestClassOfACluster(t *testing.T) {
	db := configtest.Load(t, "mosaic-database:tier: serverless\nmosaic-database:database: {maxCapacity: 16, readReplicas: 1}").Database
	class, known := db.Class()
	replica, _ := db.ReplicaClass()
	assert.True(t, known)
	assert.Equal(t, instanceclass.Class{Name: "db.serverless", VCPU: 4, MemoryGiB: 32}, class)
	assert.Equal(t, class, replica)
}

// By RDS's formula on the nominal memory, unless the stack says otherwise.
func TestMaxConnections(t *testing.T) {
	large, _ := instanceclass.Lookup("db.t3.large")
	assert.Equal(t, 901, configtest.Load(t, "").MaxConnections(large))
	assert.Equal(t, 300, configtest.Load(t, "mosaic-database:database: {parameters: {max_connections: 300}}").MaxConnections(large))
	aurora := configtest.Load(t, "mosaic-database:tier: serverless\nmosaic-database:database: {minCapacity: 0.5, maxCapacity: 32}")
	assert.Equal(t, 2000, aurora.MaxConnections(instanceclass.Serverless(32)), "a floor below 1 ACU allows no more")
	aurora = configtest.Load(t, "mosaic-database:tier: serverless\nmosaic-database:database: {minCapacity: 1, maxCapacity: 32}")
	assert.Equal(t, 5000, aurora.MaxConnections(instanceclass.Serverless(32)))
	biggest, _ := instanceclass.Lookup("db.r8g.48xlarge")
	assert.Equal(t, 5000, configtest.Load(t, "").MaxConnections(biggest))
}
