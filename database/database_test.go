package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

func TestFamilyFollowsTheMajorVersion(t *testing.T) {
	for version, want := range map[string]string{"16": "postgres16", "16.11": "postgres16", "17": "postgres17"} {
		assert.Equal(t, want, Family(version))
	}
}

// The first four static parameters and all dynamic ones are examples that the RDS User Guide gives.
func TestApplyMethod(t *testing.T) {
	for parameter, want := range map[string]string{
		"max_connections": "pending-reboot", "shared_buffers": "pending-reboot", "wal_buffers": "pending-reboot",
		"shared_preload_libraries": "pending-reboot", "rds.logical_replication": "pending-reboot",
		"rds.force_ssl": "pending-reboot", "work_mem": "immediate", "statement_timeout": "immediate",
		"random_page_cost": "immediate", "log_connections": "immediate",
	} {
		assert.Equal(t, want, ApplyMethod(parameter), parameter)
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
