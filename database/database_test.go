package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// PostgreSQL 18 has no boolean log_connections any more.
func TestTheProgramsOwnParametersAreRightInEveryFamily(t *testing.T) {
	for _, of := range []config.Engine{config.PostgreSQL, config.AuroraPostgreSQL} {
		for _, version := range []string{"16", "17", "18", "19"} {
			cfg := &config.Config{Database: config.Database{Engine: of, EngineVersion: version}}
			catalogue, values := cfg.Catalogue(), Parameters(cfg)
			for name, value := range values {
				p, known := catalogue.Lookup(name)
				require.True(t, known, "%s in %s", name, version)
				assert.Equal(t, value, p.Normal(value), "%s in %s: as RDS stores it", name, version)
				assert.Nil(t, p.Check(value), "%s: %s in %s", name, value, version)
				assert.Nil(t, catalogue.Refused(name), "%s in %s", name, version)
				assert.Equal(t, parameters.Settable, p.Modifiable, "%s in %s", name, version)
			}
			assert.Equal(t, map[string]string{"16": "1", "17": "1", "18": "all", "19": "all"}[version], values["log_connections"])
		}
	}
}

func TestCheckNamesEveryProblem(t *testing.T) {
	valid := Args{Network: config.Network{VpcID: "vpc-1", SubnetIDs: []string{"a", "b"}, IngressCidrs: []string{"10.0.0.0/16"}}}
	require.NoError(t, valid.check())
	err := (&Args{Network: config.Network{SubnetIDs: []string{"a"}}}).check()
	for _, want := range []string{"VpcID is empty", "SubnetIDs has 1 entries", "IngressSecurityGroupIDs are empty"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestProvisionedPerformance(t *testing.T) {
	for name, test := range map[string]struct {
		db               config.Database
		iops, throughput int
	}{
		"small gp3 takes no values":    {config.Database{StorageType: "gp3", AllocatedStorage: 399}, 0, 0},
		"large gp3 needs the included": {config.Database{StorageType: "gp3", AllocatedStorage: 400}, 12000, 500},
		"large gp3 with more":          {config.Database{StorageType: "gp3", AllocatedStorage: 400, Iops: 16000, StorageThroughput: 1000}, 16000, 1000},
		"io1 as configured":            {config.Database{StorageType: "io1", AllocatedStorage: 400, Iops: 5000}, 5000, 0},
	} {
		iops, throughput := provisioned(test.db)
		assert.Equal(t, test.iops, iops, name)
		assert.Equal(t, test.throughput, throughput, name)
	}
}
