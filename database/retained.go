package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// retained registers the retained instances: earlier or later generations of the database that no client uses. Changes of
// the configuration do not reach them, except those that decide how they are deleted. They have no replicas and no alarms.
//
// It returns when they are registered. Secrets and alarms of the state depend on the instance that was active in the last
// run, and a run with --target keeps them so. If they were registered at the same time as this instance, Pulumi could write
// them before it, into a state that it does not read again (pulumi/pulumi#20852).
func (b *builder) retained(s *shared) error {
	var instances []*rds.Instance
	for _, one := range b.cfg.Retained() {
		of, from := b, config.Restore{}
		if one.Newest {
			of, from = b.ofNewest(), b.cfg.Restore
		}
		group, err := of.parameterGroup(one.Identifier, pulumi.IgnoreChanges([]string{"family", "description", "parameters"}))
		if err != nil {
			return err
		}
		args, err := of.writable(s, one.Identifier, group)
		if err != nil {
			return err
		}
		b.origin(args, from)
		protect := b.cfg.Database.DeletionProtection && !one.Unprotected
		args.DeletionProtection = pulumi.Bool(protect)
		instance, err := b.register(s, one.Identifier, args, pulumi.Protect(protect), pulumi.IgnoreChanges(frozen()))
		if err != nil {
			return err
		}
		instances = append(instances, instance)
		if s.copies != nil {
			if _, err := b.copyBackups(s, instance, one.Identifier, !one.Unprotected); err != nil {
				return err
			}
		}
	}
	for _, instance := range instances {
		// A registration that failed ends the run with its own error.
		_, _ = internals.UnsafeAwaitOutput(b.ctx.Context(), instance.URN())
	}
	return nil
}

// ofNewest registers what the newest instance has: its engine version may be another than that of the active one.
func (b *builder) ofNewest() *builder {
	newest := *b
	newest.cfg = b.cfg.Newest()
	return &newest
}

// following are the inputs of a retained instance whose changes reach it, with the reason.
func following() map[string]string {
	return map[string]string{
		"identifier": "identity of the instance", "engine": "always postgres", "storageEncrypted": "always true", "publiclyAccessible": "always false",
		"copyTagsToSnapshot":     "always true",
		"tags":                   "the stack's, as those of every resource",
		"vpcSecurityGroupIds":    "shared with the other instances",
		"dbSubnetGroupName":      "shared with the other instances",
		"parameterGroupName":     "its own group, whose parameters are frozen",
		"applyImmediately":       "when RDS makes changes",
		"deletionProtection":     "how it is deleted",
		"skipFinalSnapshot":      "how it is deleted",
		"deleteAutomatedBackups": "how it is deleted", "finalSnapshotIdentifier": "how it is deleted",
	}
}

// frozen are the inputs of a retained instance whose changes are ignored: all that an instance can have, except those that follow.
func frozen() []string {
	var all []string
	inputs, following := rds.InstanceArgs{}.ElementType(), following()
	for i := range inputs.NumField() {
		name := inputs.Field(i).Tag.Get("pulumi")
		if _, follows := following[name]; !follows {
			all = append(all, name)
		}
	}
	return all
}
