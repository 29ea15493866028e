package stack

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// backupFits looks at the backup that this run makes an instance from. RDS would refuse a part of what does not fit
// after a quarter of an hour, and take the rest over without a word.
func backupFits(ctx *pulumi.Context, cfg *config.Config, before map[string]string, provider pulumi.ProviderResource) error {
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
		return nil // the provider has no way to look at the backups of an instance that is gone
	}
	if err != nil {
		return err
	}
	return cfg.Misfit(backup).Err()
}

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

func automatedBackups(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (config.Backup, error) {
	found, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return config.Backup{}, fmt.Errorf("looking up the instance %s of mosaic-database:restore.sourceInstanceIdentifier "+
			"(of one that was deleted, give restore.sourceDbiResourceId instead): %w", identifier, err)
	}
	return config.Backup{
		Key: config.Namespace + ":restore.sourceInstanceIdentifier", Name: identifier, Engine: found.Engine, EngineVersion: found.EngineVersion,
		AllocatedStorage: found.AllocatedStorage, Encrypted: found.StorageEncrypted, KmsKeyID: found.KmsKeyId, RetentionDays: found.BackupRetentionPeriod,
	}, nil
}
