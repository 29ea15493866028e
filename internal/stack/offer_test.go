package stack

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// What a class has not, is refused where the configuration asks for it, and only there.
func TestWhatAClassDoesNotHave(t *testing.T) {
	asked := func() *config.Config {
		cfg := &config.Config{Region: "us-east-1"}
		cfg.Database = config.Database{
			InstanceClass: "db.m7g.large", EngineVersion: "16", AllocatedStorage: 100, MaxAllocatedStorage: 200, StorageType: "io1", Iops: 3000,
			IamDatabaseAuthentication: true, MultiAz: true, ReadReplicas: 1, PerformanceInsightsRetentionDays: 7, MonitoringInterval: 60,
		}
		return cfg
	}
	class := func() *rds.GetOrderableDbInstanceResult {
		return &rds.GetOrderableDbInstanceResult{
			AvailabilityZones: []string{"us-east-1a", "us-east-1b"}, SupportsIamDatabaseAuthentication: true, MultiAzCapable: true, ReadReplicaCapable: true,
			SupportsPerformanceInsights: true, SupportsEnhancedMonitoring: true, SupportsStorageAutoscaling: true,
			MinStorageSize: 100, MaxStorageSize: 65536, MinIopsPerDbInstance: 1000, MaxIopsPerDbInstance: 256000, MinIopsPerGib: 0.5, MaxIopsPerGib: 50,
		}
	}
	zones := []string{"us-east-1a", "us-east-1b", "us-east-1c"}
	keys := func(cfg *config.Config, found *rds.GetOrderableDbInstanceResult) []string {
		o := &offer{
			version:  &rds.GetEngineVersionResult{VersionActual: "16.11"},
			instance: &option{key: config.Key("database.instanceClass"), class: cfg.Database.InstanceClass, found: found},
		}
		problems, warnings := o.unfit(cfg, nil, zones)
		assert.Empty(t, warnings)
		var all []string
		for _, problem := range problems {
			all = append(all, problem.Key)
		}
		return all
	}
	assert.Empty(t, keys(asked(), class()))
	for key, change := range map[string]struct {
		without func(*rds.GetOrderableDbInstanceResult)
		off     func(*config.Database)
	}{
		"iamDatabaseAuthentication": {func(r *rds.GetOrderableDbInstanceResult) { r.SupportsIamDatabaseAuthentication = false }, func(d *config.Database) { d.IamDatabaseAuthentication = false }},
		"multiAz":                   {func(r *rds.GetOrderableDbInstanceResult) { r.MultiAzCapable = false }, func(d *config.Database) { d.MultiAz = false }},
		"readReplicas":              {func(r *rds.GetOrderableDbInstanceResult) { r.ReadReplicaCapable = false }, func(d *config.Database) { d.ReadReplicas = 0 }},
		"performanceInsightsRetentionDays": {
			func(r *rds.GetOrderableDbInstanceResult) { r.SupportsPerformanceInsights = false },
			func(d *config.Database) { d.PerformanceInsightsRetentionDays = 0 },
		},
		"monitoringInterval":  {func(r *rds.GetOrderableDbInstanceResult) { r.SupportsEnhancedMonitoring = false }, func(d *config.Database) { d.MonitoringInterval = 0 }},
		"maxAllocatedStorage": {func(r *rds.GetOrderableDbInstanceResult) { r.SupportsStorageAutoscaling = false }, func(d *config.Database) { d.MaxAllocatedStorage = 0 }},
		"allocatedStorage":    {func(r *rds.GetOrderableDbInstanceResult) { r.MaxStorageSize = 99 }, func(d *config.Database) { d.AllocatedStorage, d.Iops = 99, 0 }},
		"iops":                {func(r *rds.GetOrderableDbInstanceResult) { r.MaxIopsPerGib = 29 }, func(d *config.Database) { d.Iops = 2900 }},
		"instanceClass":       {func(r *rds.GetOrderableDbInstanceResult) { r.AvailabilityZones = zones[2:] }, func(d *config.Database) { d.MultiAz = false }},
	} {
		cfg, lacking := asked(), class()
		change.without(lacking)
		assert.Equal(t, []string{config.Key("database." + key)}, keys(cfg, lacking), key)
		change.off(&cfg.Database)
		if key == "allocatedStorage" {
			lacking.MinStorageSize = 20
		}
		assert.Empty(t, keys(cfg, lacking), key)
	}
}
