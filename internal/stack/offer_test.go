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
			IamDatabaseAuthentication: true, MultiAz: true, PerformanceInsightsRetentionDays: 7, MonitoringInterval: 60,
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
		o := newOffer(cfg)
		o.version = &rds.GetEngineVersionResult{VersionActual: "16.11"}
		o.instance.found, o.instance.asked = found, true
		problems, warnings := o.unfit(cfg, zones)
		assert.Empty(t, warnings)
		var all []string
		for _, problem := range problems {
			all = append(all, problem.Key)
		}
		o.instance.holders[0] = &rds.LookupInstanceResult{
			DbInstanceClass: "db.m7g.large", EngineVersion: "16.4", StorageType: "io1", AllocatedStorage: 100, Iops: cfg.Database.Iops,
			MaxAllocatedStorage: 200, MultiAz: true, MonitoringInterval: 60,
		}
		problems, warnings = o.unfit(cfg, zones)
		assert.Empty(t, problems, "the instance has it already")
		assert.Len(t, warnings, len(all))
		return all
	}
	assert.Empty(t, keys(asked(), class()))
	for key, change := range map[string]struct {
		without func(*rds.GetOrderableDbInstanceResult)
		off     func(*config.Database)
	}{
		"iamDatabaseAuthentication": {func(r *rds.GetOrderableDbInstanceResult) { r.SupportsIamDatabaseAuthentication = false }, func(d *config.Database) { d.IamDatabaseAuthentication = false }},
		"multiAz":                   {func(r *rds.GetOrderableDbInstanceResult) { r.MultiAzCapable = false }, func(d *config.Database) { d.MultiAz = false }},
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

// The replicas are asked about by themselves: one more of a class that RDS has no more is refused, and those that there are stay.
func TestWhatReplicasDoNotHave(t *testing.T) {
	cfg := &config.Config{}
	cfg.Database = config.Database{InstanceClass: "db.m7g.large", ReplicaInstanceClass: "db.m7g.large", EngineVersion: "16", ReadReplicas: 2}
	zones := []string{"us-east-1a", "us-east-1b"}
	made := &rds.LookupInstanceResult{DbInstanceClass: "db.m7g.large", EngineVersion: "16.4"}
	o := newOffer(cfg)
	o.version = &rds.GetEngineVersionResult{VersionActual: "16.11"}
	o.instance.asked, o.replicas.asked = true, true
	o.instance.holders[0], o.replicas.holders[0], o.replicas.holders[1] = made, made, made
	problems, warnings := o.unfit(cfg, zones)
	assert.Empty(t, problems)
	assert.Len(t, warnings, 2, "RDS has the class no more")

	o.replicas.holders[1] = nil
	problems, _ = o.unfit(cfg, zones)
	if assert.Len(t, problems, 1) {
		assert.Equal(t, "mosaic-database:database.replicaInstanceClass", problems[0].Key)
	}
	o.replicas.found = &rds.GetOrderableDbInstanceResult{ReadReplicaCapable: true, AvailabilityZones: []string{"us-east-1f"}}
	problems, _ = o.unfit(cfg, zones)
	if assert.Len(t, problems, 1) {
		assert.Contains(t, problems[0].Rule, "in a zone with a subnet of the database; RDS has it in us-east-1f")
	}
	o.instance.holders[0], o.replicas.found = nil, nil
	problems, _ = o.unfit(cfg, zones)
	assert.Len(t, problems, 1, "the instance's own class is told once")
}

// A restore makes another instance beside the active one, another class is asked for by a change, and another storage type asks for size and operations anew.
func TestWhatIsAskedForAnew(t *testing.T) {
	cfg := &config.Config{}
	cfg.Restore.Serving, cfg.Restore.Generation = 1, 2
	cfg.Database = config.Database{InstanceClass: "db.m7g.large", EngineVersion: "16", AllocatedStorage: 100, StorageType: "io1", Iops: 12000}
	there := func() holder {
		return &rds.LookupInstanceResult{DbInstanceClass: "db.m7g.large", EngineVersion: "16.4", StorageType: "io1", AllocatedStorage: 100, Iops: 12000}
	}
	o := newOffer(cfg)
	o.version = &rds.GetEngineVersionResult{VersionActual: "16.11"}
	o.instance.asked = true
	o.instance.found = &rds.GetOrderableDbInstanceResult{MinStorageSize: 101, MaxIopsPerDbInstance: 10000}
	problems := func() []string {
		found, _ := o.unfit(cfg, nil)
		var all []string
		for _, problem := range found {
			all = append(all, problem.Key)
		}
		return all
	}
	sizes := []string{"mosaic-database:database.allocatedStorage", "mosaic-database:database.iops"}
	o.instance.holders[0] = there()
	assert.Equal(t, sizes, problems(), "the second one is not there")
	o.instance.holders[1] = there()
	assert.Empty(t, problems())
	o.instance.holders[1].StorageType = "gp3"
	assert.Equal(t, sizes, problems())
	o.instance.holders[1] = there()
	o.instance.holders[0].DbInstanceClass = "db.m6g.large"
	assert.Equal(t, sizes, problems())
}

// A pinned version that the instance has is no upgrade, nor is a major version of which it has a newer minor one than RDS's default.
func TestAVersionThatTheInstanceHas(t *testing.T) {
	for version, asked := range map[string]bool{"16.13": false, "16": false, "16.1": true, "17": true} {
		cfg := &config.Config{}
		cfg.Database.EngineVersion = version
		o := newOffer(cfg)
		o.version = &rds.GetEngineVersionResult{VersionActual: map[string]string{"16": "16.11", "17": "17.6"}[version]}
		o.instance.holders[0] = &rds.LookupInstanceResult{EngineVersion: "16.13"}
		o.upgrades = []string{"17.9"}
		problems, _ := o.unfit(cfg, nil)
		assert.Equal(t, asked, len(problems) > 0, version)
	}
}
