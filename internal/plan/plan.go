// Package plan is what a configuration comes to before anything is made of it: what will be watched and what will be
// billed. It needs no Pulumi, so that a pull request can be told in seconds.
package plan

import (
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/health"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/rds"
)

// Watched are the instances that alarms and dashboard are about: the one that serves, then its replicas.
func Watched(cfg *config.Config) []health.Instance {
	db := cfg.Database
	all := []health.Instance{{Class: class(cfg, db.InstanceClass), Identifier: cfg.Instance(), AllocatedGiB: db.AllocatedStorage}}
	for n := 1; n <= db.ReadReplicas; n++ {
		all = append(all, health.Instance{
			Class: class(cfg, db.ReplicaInstanceClass), Identifier: naming.Replica(cfg.Instance(), n), Replica: true,
			AllocatedGiB: db.AllocatedStorage,
		})
	}
	return all
}

// Limits is where trouble begins.
func Limits(cfg *config.Config) health.Limits {
	a := cfg.Alerts
	return health.Limits{
		CPUPercent: a.CPUPercent, FreeStoragePercent: a.FreeStoragePercent, FreeMemoryPercent: a.FreeMemoryPercent,
		ConnectionsPercent: a.ConnectionsPercent, ReplicaLagSeconds: a.ReplicaLagSeconds, DiskQueueDepth: a.DiskQueueDepth,
	}
}

// class is what an instance class can do, with the connections that the stack's parameters give it.
func class(cfg *config.Config, name string) health.Class {
	known, _ := rds.LookupClass(name)
	return health.Class{
		MemoryGiB: known.MemoryGiB, VCPU: known.VCPU, Burstable: known.Burstable(), MaxConnections: cfg.MaxConnections(known),
	}
}

// Report is what the configuration will cost, line by line.
func Report(cfg *config.Config, stack string) (cost.Report, error) {
	estimate, err := cost.Monthly(Usage(cfg))
	return cost.Report{Stack: stack, Region: cfg.Region, Estimate: estimate, Budget: cfg.Budget.MonthlyUSD}, err
}

// Usage is what the configuration will be billed for.
func Usage(cfg *config.Config) cost.Usage {
	db := cfg.Database
	usage := cost.Usage{
		Region:             cfg.Region,
		Instance:           instance(db.InstanceClass),
		MultiAz:            db.MultiAz,
		Replicas:           db.ReadReplicas,
		Replica:            instance(db.ReplicaInstanceClass),
		Kept:               len(cfg.Retained()),
		StorageType:        db.StorageType,
		AllocatedStorage:   db.AllocatedStorage,
		Iops:               db.Iops,
		StorageThroughput:  db.StorageThroughput,
		BackupDays:         db.BackupRetentionDays,
		BackupGiB:          cfg.Budget.ExpectedBackupGiB,
		Secrets:            len(cfg.Secrets()),
		SecretReaders:      1 + len(cfg.AdditionalApps),
		LogGiB:             cfg.Budget.ExpectedLogGiB,
		LogDays:            db.LogRetentionDays,
		InsightsRetention:  db.PerformanceInsightsRetentionDays,
		InsightsMode:       db.DatabaseInsightsMode,
		MonitoringInterval: db.MonitoringInterval,
	}
	if cfg.Pooling.Enabled {
		usage.SecretReaders++
	}
	if cfg.Alerts.Dashboard {
		usage.Dashboards = 1
	}
	if len(cfg.Alerts.Emails) == 0 {
		return usage
	}
	if cfg.Alerts.KmsKeyID == "" {
		usage.Keys = 1
	}
	for _, watched := range Watched(cfg) {
		usage.Alarms += len(health.Alarms(watched, Limits(cfg)))
	}
	return usage
}

func instance(name string) cost.Instance {
	known, _ := rds.LookupClass(name)
	return cost.Instance{Class: name, VCPU: known.VCPU, Baseline: known.Baseline}
}
