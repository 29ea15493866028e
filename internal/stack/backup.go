package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// checkBackup looks up the backup that this run restores an instance from, and compares it with the configuration. RDS would
// refuse some mismatches after a quarter of an hour, and silently ignore the configuration for the others.
func checkBackup(ctx *pulumi.Context, cfg *config.Config, before map[string]string, provider pulumi.ProviderResource) error {
	if !lock.Restores(cfg, before) {
		return nil
	}
	var backup config.Backup
	var err error
	switch r := cfg.Restore; {
	case r.SnapshotIdentifier != "":
		backup, err = snapshot(ctx, r.SnapshotIdentifier, pulumi.Provider(provider))
	case r.SourceInstanceIdentifier != "":
		backup, err = automatedBackups(ctx, r.SourceInstanceIdentifier, pulumi.Provider(provider))
	default:
		return nil // the provider cannot look up the backups of a deleted instance
	}
	if err != nil {
		return err
	}
	return cfg.Misfit(backup).Err()
}

// snapshot looks up a snapshot, also one that another account shares.
func snapshot(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (config.Backup, error) {
	shared := true
	found, err := rds.LookupSnapshot(ctx, &rds.LookupSnapshotArgs{DbSnapshotIdentifier: &identifier, IncludeShared: &shared}, from)
	if err != nil {
		return config.Backup{}, fmt.Errorf("looking up the snapshot %s of mosaic-database:restore.snapshotIdentifier: %w", identifier, err)
	}
	return config.Backup{
		Key: config.Namespace + ":restore.snapshotIdentifier", Name: identifier, Engine: found.Engine, EngineVersion: found.EngineVersion,
		AllocatedStorage: found.AllocatedStorage, Encrypted: found.Encrypted, KmsKeyID: found.KmsKeyId, Status: found.Status, RetentionDays: -1,
	}, nil
}

// automatedBackups looks up the instance whose automated backups are restored.
func automatedBackups(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (config.Backup, error) {
	found, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return config.Backup{}, fmt.Errorf("looking up the instance %s of mosaic-database:restore.sourceInstanceIdentifier "+
			"(for a deleted instance, set restore.sourceDbiResourceId instead): %w", identifier, err)
	}
	return config.Backup{
		Key: config.Namespace + ":restore.sourceInstanceIdentifier", Name: identifier, Engine: found.Engine, EngineVersion: found.EngineVersion,
		AllocatedStorage: found.AllocatedStorage, Encrypted: found.StorageEncrypted, KmsKeyID: found.KmsKeyId, RetentionDays: found.BackupRetentionPeriod,
	}, nil
}
