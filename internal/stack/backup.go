package stack

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// checkBackup looks up the backup that this run restores an instance from, and compares it with the configuration. RDS would
// refuse some mismatches after a quarter of an hour, and silently ignore the configuration for the others.
func checkBackup(ctx *pulumi.Context, cfg *config.Config, before map[string]string, provider pulumi.ProviderResource) error {
	if !lock.Restores(cfg, before) {
		return nil
	}
	var from backup
	var err error
	aurora := cfg.Database.Aurora()
	switch r := cfg.Restore; {
	case r.SnapshotIdentifier != "" && aurora && !strings.Contains(r.SnapshotIdentifier, ":snapshot:"):
		from, err = clusterSnapshot(ctx, r.SnapshotIdentifier, pulumi.Provider(provider))
	case r.SnapshotIdentifier != "":
		from, err = snapshot(ctx, r.SnapshotIdentifier, pulumi.Provider(provider))
	case r.SourceInstanceIdentifier != "" && aurora:
		from, err = clusterBackups(ctx, r.SourceInstanceIdentifier, pulumi.Provider(provider))
	case r.SourceInstanceIdentifier != "":
		from, err = automatedBackups(ctx, r.SourceInstanceIdentifier, pulumi.Provider(provider))
	default:
		return nil // the provider cannot look up the backups of a deleted instance
	}
	if err != nil {
		return err
	}
	return from.unfit(cfg.Database).Err()
}

// snapshot looks up a snapshot, also one that another account shares, or one of AWS Backup, which RDS finds by its type alone.
func snapshot(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (backup, error) {
	shared, ofBackup := true, "awsbackup"
	args := &rds.LookupSnapshotArgs{DbSnapshotIdentifier: &identifier, IncludeShared: &shared}
	if strings.Contains(identifier, ofBackup+":") {
		args = &rds.LookupSnapshotArgs{DbSnapshotIdentifier: &identifier, SnapshotType: &ofBackup}
	}
	found, err := rds.LookupSnapshot(ctx, args, from)
	if err != nil {
		return backup{}, fmt.Errorf("looking up the snapshot %s of mosaic-database:restore.snapshotIdentifier: %w", identifier, err)
	}
	return backup{
		key: config.Key("restore.snapshotIdentifier"), name: identifier, engine: found.Engine, engineVersion: found.EngineVersion,
		allocatedStorage: found.AllocatedStorage, encrypted: found.Encrypted, kmsKeyID: found.KmsKeyId, status: found.Status, retentionDays: -1,
	}, nil
}

// automatedBackups looks up the instance whose automated backups are restored.
func automatedBackups(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (backup, error) {
	found, err := rds.LookupInstance(ctx, &rds.LookupInstanceArgs{DbInstanceIdentifier: &identifier}, from)
	if err != nil {
		return backup{}, fmt.Errorf("looking up the instance %s of mosaic-database:restore.sourceInstanceIdentifier "+
			"(for a deleted instance, set restore.sourceDbiResourceId instead): %w", identifier, err)
	}
	return backup{
		key: config.Key("restore.sourceInstanceIdentifier"), name: identifier, engine: found.Engine, engineVersion: found.EngineVersion,
		allocatedStorage: found.AllocatedStorage, encrypted: found.StorageEncrypted, kmsKeyID: found.KmsKeyId, retentionDays: found.BackupRetentionPeriod,
	}, nil
}

// clusterSnapshot looks up a snapshot of an Aurora cluster.
func clusterSnapshot(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (backup, error) {
	shared := true
	found, err := rds.LookupClusterSnapshot(ctx, &rds.LookupClusterSnapshotArgs{DbClusterSnapshotIdentifier: &identifier, IncludeShared: &shared}, from)
	if err != nil {
		return backup{}, fmt.Errorf("looking up the cluster snapshot %s of mosaic-database:restore.snapshotIdentifier (of a snapshot of an instance, "+
			"give the ARN): %w", identifier, err)
	}
	return backup{
		key: config.Key("restore.snapshotIdentifier"), name: identifier, engine: found.Engine, engineVersion: found.EngineVersion,
		encrypted: found.StorageEncrypted, kmsKeyID: found.KmsKeyId, status: found.Status, retentionDays: -1,
	}, nil
}

// clusterBackups looks up the cluster whose automated backups are restored.
func clusterBackups(ctx *pulumi.Context, identifier string, from pulumi.InvokeOption) (backup, error) {
	found, err := rds.LookupCluster(ctx, &rds.LookupClusterArgs{ClusterIdentifier: identifier}, from)
	if err != nil {
		return backup{}, fmt.Errorf("looking up the cluster %s of mosaic-database:restore.sourceInstanceIdentifier "+
			"(for a deleted cluster, set restore.sourceDbiResourceId instead): %w", identifier, err)
	}
	return backup{
		key: config.Key("restore.sourceInstanceIdentifier"), name: identifier, engine: found.Engine, engineVersion: found.EngineVersion,
		encrypted: found.StorageEncrypted, kmsKeyID: found.KmsKeyId, retentionDays: found.BackupRetentionPeriod,
	}, nil
}

// backup is a snapshot, or the automated backups of an instance, as AWS describes it.
type backup struct {
	key              string // full key of the configuration that names it
	name             string // identifier
	engine           string // such as postgres
	engineVersion    string // major and minor, such as 16.11
	allocatedStorage int    // GiB
	encrypted        bool
	kmsKeyID         string // ARN of the key
	status           string // of a snapshot; "" otherwise
	retentionDays    int    // of an instance's automated backups; -1 for a snapshot
}

// unfit returns every setting of the configuration that an instance restored from the backup would not have. RDS takes size,
// encryption and key from the backup, and does not restore it with an older engine version.
func (b backup) unfit(d config.Database) schema.Problems {
	from, to := config.ParseVersion(b.engineVersion), config.ParseVersion(d.EngineVersion)
	var problems schema.Problems
	for _, check := range []struct {
		refused bool
		problem schema.Problem
	}{
		{b.engine != "postgres" && b.engine != string(d.Engine), schema.Problem{Key: b.key, Value: b.name, Rule: "a backup of PostgreSQL, not of " + b.engine, Fix: "another one"}},
		{b.status != "" && b.status != "available", schema.Problem{
			Key: b.key, Value: b.name, Rule: "a snapshot that is available, not " + b.status, Fix: "the same one when it is available",
		}},
		{b.retentionDays == 0, schema.Problem{
			Key: b.key, Value: b.name, Rule: "an instance with automated backups; it has none", Fix: "a snapshot instead",
		}},
		{!b.encrypted, schema.Problem{
			Key: b.key, Value: b.name, Rule: "an encrypted backup: RDS would restore this one unencrypted",
			Fix: "an encrypted copy of it: aws rds copy-db-snapshot … --kms-key-id alias/aws/rds",
		}},
		{b.encrypted && d.KmsKeyID != "" && d.KmsKeyID != b.kmsKeyID, schema.Problem{
			Key: config.Key("database.kmsKeyId"), Value: d.KmsKeyID, Rule: "the key of the backup, which the instance keeps",
			Fix: b.kmsKeyID + "; or a copy of the snapshot with the other key",
		}},
		{!d.Aurora() && d.AllocatedStorage < b.allocatedStorage, schema.Problem{
			Key: config.Key("database.allocatedStorage"), Value: strconv.Itoa(d.AllocatedStorage),
			Rule: fmt.Sprintf("not below %d, the size of the backup", b.allocatedStorage), Fix: fmt.Sprintf("%d or more", b.allocatedStorage),
		}},
		{from.Major != to.Major || to.Before(from), schema.Problem{
			Key: config.Key("database.engineVersion"), Value: d.EngineVersion,
			Rule: fmt.Sprintf("the major version of the backup (%s), and no older minor version", b.engineVersion),
			Fix:  fmt.Sprintf("%q; upgrade the major version afterwards, in a run of its own", strconv.Itoa(from.Major)),
		}},
	} {
		if check.refused {
			problems = append(problems, check.problem)
		}
	}
	return problems
}
