package database

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

const (
	firstCopy = "6h" // the provider waits for the first one, which takes as long as the database is large
	lastCopy  = "2h"
)

// copies are the copies of the backups in another region.
type copies struct {
	region pulumi.ResourceOption // the provider of that region
	keyArn pulumi.StringInput    // of the key that encrypts them
}

// copies returns how the backups are copied to another region; nil: they are not.
func (b *builder) copies() (*copies, error) {
	if b.copyRegion == nil {
		return nil, nil //nolint:nilnil // without a region there are none
	}
	c := &copies{region: pulumi.Provider(b.copyRegion), keyArn: pulumi.String(b.cfg.Backups.CopyKmsKeyID)}
	if !b.cfg.Backups.MakesKey() {
		return c, nil
	}
	name := naming.CopiesKey(b.cfg.Environment)
	key, err := kms.NewKey(b.ctx, name, &kms.KeyArgs{
		Description:       pulumi.Sprintf("Copies of the backups of %s, and what is restored from them", b.name),
		EnableKeyRotation: pulumi.Bool(true),
		// It stays when the stack forgets it: without it, nobody could read the copies that RDS retains, nor a database that was restored from them.
	}, b.parent, c.region, pulumi.RetainOnDelete(true))
	if err != nil {
		return nil, fmt.Errorf("registering the key %s: %w", name, err)
	}
	if _, err := kms.NewAlias(b.ctx, name, &kms.AliasArgs{Name: pulumi.Sprintf("alias/%s", name), TargetKeyId: key.KeyId}, b.parent, c.region); err != nil {
		return nil, fmt.Errorf("registering the alias of the key %s: %w", name, err)
	}
	c.keyArn = key.Arn
	return c, nil
}

// copyBackups registers the copies of an instance's automated backups. Each instance has its own, the retained ones too, so that a restore
// ends none; protected as the instance is. The provider waits until RDS has copied the first backup.
func (b *builder) copyBackups(s *shared, instance *rds.Instance, identifier string, protected bool) (*rds.InstanceAutomatedBackupsReplication, error) {
	protect := protected && b.cfg.Database.DeletionProtection && !b.cfg.Backups.CopyUnprotected
	name := naming.Copies(identifier, b.cfg.Backups.CopyToRegion)
	replication, err := rds.NewInstanceAutomatedBackupsReplication(b.ctx, name, &rds.InstanceAutomatedBackupsReplicationArgs{
		SourceDbInstanceArn: instance.Arn,
		KmsKeyId:            s.copies.keyArn.ToStringOutput().ToStringPtrOutput(),
		RetentionPeriod:     pulumi.Int(b.cfg.Backups.CopyRetentionDays),
	}, b.parent, s.copies.region, pulumi.Protect(protect), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: firstCopy, Delete: lastCopy}))
	if err != nil {
		return nil, fmt.Errorf("registering the copies %s: %w", name, err)
	}
	return replication, nil
}

// copiesKey is the ARN of the key of what is copied to another region; nil: nothing is.
func (s *shared) copiesKey() pulumi.StringInput {
	if s.copies == nil {
		return nil
	}
	return s.copies.keyArn
}
