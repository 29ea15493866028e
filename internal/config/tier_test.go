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
		assert.True(t, known, tier.Name)
	}
}

// By RDS's formula on the nominal memory, unless the stack says otherwise.
func TestMaxConnections(t *testing.T) {
	large, _ := instanceclass.Lookup("db.t3.large")
	assert.Equal(t, 901, configtest.Load(t, "").MaxConnections(large))
	assert.Equal(t, 300, configtest.Load(t, "mosaic-database:database: {parameters: {max_connections: 300}}").MaxConnections(large))
	biggest, _ := instanceclass.Lookup("db.r8g.48xlarge")
	assert.Equal(t, 5000, configtest.Load(t, "").MaxConnections(biggest))
}
