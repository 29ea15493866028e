package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/plan"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
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
	for _, one := range cfg.Retained() {
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

// client is one application, in the terms of both its configurations.
type client struct {
	name, namespace, serviceAccount, secretName string
	reloadOnChange                              bool
	secretStore                                 string
	qualifier                                   string // of its objects' Pulumi names
	protect                                     bool
	ownsSchema                                  bool
}

// clients are the application that owns the schema, and then the others by name.
func clients(cfg *config.Config) []client {
	all := []client{{
		name: cfg.App.Name, namespace: cfg.App.Namespace, serviceAccount: cfg.App.ServiceAccount, secretName: cfg.App.SecretName,
		reloadOnChange: cfg.App.ReloadOnChange,
		secretStore:    naming.SecretStore, protect: cfg.Database.DeletionProtection, ownsSchema: true,
	}}
	for _, app := range cfg.AdditionalApps {
		all = append(all, client{
			name: app.Name, namespace: app.Namespace, serviceAccount: app.ServiceAccount, secretName: app.SecretName,
			reloadOnChange: app.ReloadOnChange, secretStore: naming.AdditionalSecretStore(app.Name), qualifier: app.Name + "/",
			protect: cfg.Database.DeletionProtection && app.DeletionProtection,
		})
	}
	return all
}

// roleArgs lets an application's service account read the database's secrets; with logins of its own, only the one of
// them.
func roleArgs(cfg *config.Config, app client, site *site, db *database.Instance) *irsa.Args {
	args := serviceAccountRole(cfg, site, naming.SecretsRole(cfg.Environment, app.name), app.namespace, app.serviceAccount)
	args.SecretArns = pulumi.StringArray{db.CredentialsSecretArn, db.ConnectionSecretArn}
	if cfg.Alternating() {
		args.SecretArns = pulumi.StringArray{db.ConnectionSecretArn}
	}
	return args
}

// serviceAccountRole is the role of a service account, but for the secrets.
func serviceAccountRole(cfg *config.Config, site *site, name, namespace, serviceAccount string) *irsa.Args {
	return &irsa.Args{
		Name:            name,
		Region:          cfg.Region,
		Namespace:       namespace,
		ServiceAccount:  serviceAccount,
		OidcIssuer:      site.oidcIssuer,
		OidcProviderArn: site.oidcProviderArn,
		KmsKeyArn:       cfg.Database.SecretKmsKeyID,
		BoundaryArn:     boundary(cfg),
	}
}

// boundary is the policy that bounds every role; "" where none does.
func boundary(cfg *config.Config) string {
	if cfg.PermissionsBoundary == "" {
		return ""
	}
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", naming.Partition(cfg.Region), cfg.AccountID, cfg.PermissionsBoundary)
}

// accessArgs brings the connection secret to an application's namespace.
func accessArgs(cfg *config.Config, app client, site *site, connection pulumi.StringInput, role *irsa.Role) *k8s.Args {
	args := &k8s.Args{
		App:            app.name,
		Namespace:      app.namespace,
		Qualifier:      app.qualifier,
		ServiceAccount: app.serviceAccount,
		RoleArn:        role.RoleArn,
		RoleReady:      []pulumi.Resource{role.Permissions},
		Region:         cfg.Region,
		Source: k8s.Source{
			SecretStore:   app.secretStore,
			RemoteSecret:  naming.ConnectionSecret(cfg.Environment),
			RemoteVersion: connection,
			SecretName:    app.secretName,
			Pooled:        cfg.Pooling.Routed(),
		},
	}
	if m := cfg.Migrations; m.Enabled && app.ownsSchema {
		args.Migration = &k8s.Migration{
			Image:           m.Image,
			Command:         m.Command,
			Database:        cfg.Instance() + "/" + cfg.Database.Name,
			Attempt:         m.Attempt,
			DeadlineSeconds: m.DeadlineSeconds,
			BackoffLimit:    m.BackoffLimit,
			CPU:             m.CPU,
			Memory:          m.Memory,
			DatabaseCidrs:   site.databaseCidrs,
			DatabasePort:    cfg.Database.Port,
			CaBundle:        k8s.CaBundle{Path: cfg.TLS.CaBundlePath, ConfigMap: cfg.TLS.CaBundleConfigMap},

			LockTimeoutSeconds:      m.LockTimeoutSeconds,
			StatementTimeoutSeconds: m.StatementTimeoutSeconds,
		}
	}
	return args
}
