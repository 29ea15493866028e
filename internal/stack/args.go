package stack

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/plan"
)

// databaseArgs is the configuration in the database component's terms; tags are those of every resource.
func databaseArgs(cfg *config.Config, site *site, tags map[string]string) *database.Args {
	db, env := cfg.Database, cfg.Environment
	args := &database.Args{
		Name:       naming.Instance(env),
		Identifier: cfg.Instance(),
		Partition:  naming.Partition(cfg.Region),
		Region:     cfg.Region,
		AccountID:  cfg.AccountID,

		BoundaryArn: boundary(cfg),
		Network: database.Network{
			VpcID: site.vpcID, SubnetIDs: site.subnetIDs, IngressCidrs: site.ingressCidrs,
		},
		Engine: database.Engine{
			Version:                   db.EngineVersion,
			AllowMajorVersionUpgrade:  db.AllowMajorVersionUpgrade,
			AutoMinorVersionUpgrade:   db.AutoMinorVersionUpgrade,
			MaintenanceWindow:         db.MaintenanceWindow,
			CaCertIdentifier:          db.CaCertIdentifier,
			IamDatabaseAuthentication: db.IamDatabaseAuthentication,
			Port:                      db.Port,
			DatabaseName:              db.Name,
			Parameters:                db.Parameters,
		},
		Storage: database.Storage{
			Type: db.StorageType, Allocated: db.AllocatedStorage, MaxAllocated: db.MaxAllocatedStorage,
			Iops: db.Iops, Throughput: db.StorageThroughput, KmsKeyID: db.KmsKeyID,
		},
		Backups: database.Backups{
			RetentionDays: db.BackupRetentionDays, Window: db.BackupWindow,
			SkipFinalSnapshot: db.SkipFinalSnapshot, DeleteAutomatedBackups: db.DeleteAutomatedBackups,
		},
		Replicas: database.Replicas{
			Count: db.ReadReplicas, InstanceClass: db.ReplicaInstanceClass, MaxAllocated: db.ReplicaMaxAllocatedStorage,
		},
		Insights: database.Insights{
			RetentionDays: db.PerformanceInsightsRetentionDays, Mode: db.DatabaseInsightsMode,
			MonitoringInterval: db.MonitoringInterval, LogRetentionDays: db.LogRetentionDays,
		},
		Credentials: database.Credentials{
			Username: db.Username, PasswordVersion: db.PasswordVersion, Logins: cfg.Alternating(), MasterPasswordVersion: db.MasterPasswordVersion,
			CredentialsSecret: naming.CredentialsSecret(env), ConnectionSecret: naming.ConnectionSecret(env),
			RecoveryWindowDays: db.SecretRecoveryDays, KmsKeyID: db.SecretKmsKeyID,
			CaBundlePath: cfg.TLS.CaBundlePath, Pooled: cfg.Pooling.Routed(),
		},
		Alarms: database.Alarms{
			Topic: naming.AlertsTopic(env), KmsKeyID: cfg.Alerts.KmsKeyID, Emails: cfg.Alerts.Emails, Dashboard: cfg.Alerts.Dashboard,
			Watched: plan.Watched(cfg), Limits: plan.Limits(cfg),
		},
		Budget:             database.Budget{MonthlyUSD: cfg.Budget.MonthlyUSD, TagKey: databaseTag, TagValue: tags[databaseTag]},
		InstanceClass:      db.InstanceClass,
		MultiAz:            db.MultiAz,
		AvailabilityZone:   db.AvailabilityZone,
		DeletionProtection: db.DeletionProtection,
		ApplyImmediately:   db.ApplyImmediately,
	}
	for _, one := range cfg.Kept() {
		kept := database.Kept{Identifier: one.Identifier, Unprotected: one.Unprotected}
		if one.Newest {
			kept.Restore = origin(cfg)
		}
		args.Kept = append(args.Kept, kept)
	}
	if cfg.Restore.Serving == cfg.Restore.Generation {
		args.Restore = origin(cfg)
	} else {
		args.Exists = true
	}
	return args
}

// origin is what the newest instance is first made from.
func origin(cfg *config.Config) database.Restore {
	return database.Restore{
		SnapshotIdentifier:       cfg.Restore.SnapshotIdentifier,
		SourceInstanceIdentifier: cfg.Restore.SourceInstanceIdentifier,
		SourceDbiResourceID:      cfg.Restore.SourceDbiResourceID,
		PointInTime:              cfg.Restore.PointInTime,
	}
}

// boundary is the policy that bounds every role; "" where none does.
func boundary(cfg *config.Config) string {
	if cfg.PermissionsBoundary == "" {
		return ""
	}
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", naming.Partition(cfg.Region), cfg.AccountID, cfg.PermissionsBoundary)
}
