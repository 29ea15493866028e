package database

import (
	"reflect"

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
	var servers []*kept
	for _, one := range b.cfg.Retained() {
		server, err := b.engine(one.Engine).retained(s, one)
		if err != nil {
			return err
		}
		servers = append(servers, server)
		s.retainedIDs = append(s.retainedIDs, server.resourceID)
		if b.cfg.Loads() && one.Identifier == b.cfg.Restore.SourceInstanceIdentifier {
			s.source = server
		}
	}
	for _, server := range servers {
		// A registration that failed ends the run with its own error.
		_, _ = internals.UnsafeAwaitOutput(b.ctx.Context(), server.resource.URN())
	}
	return nil
}

// protects tells whether a retained server is protected.
func (b *builder) protects(one config.Retained) bool {
	return b.cfg.Database.DeletionProtection && !one.Unprotected
}

// madeFrom is what a retained server was made from; only that of the newest is known.
func (b *builder) madeFrom(one config.Retained) config.Restore {
	if one.Newest {
		return b.cfg.Restore
	}
	return config.Restore{}
}

// frozenParameters are the inputs of a parameter group whose changes a retained server ignores.
func frozenParameters() pulumi.ResourceOption {
	return pulumi.IgnoreChanges([]string{"family", "description", "parameters"})
}

func (i instance) retained(s *shared, one config.Retained) (*kept, error) {
	of := i
	if one.Newest {
		of = instance{i.ofNewest()}
	}
	group, err := of.parameterGroup(one.Identifier, frozenParameters())
	if err != nil {
		return nil, err
	}
	args, err := of.writable(s, one.Identifier, group)
	if err != nil {
		return nil, err
	}
	i.origin(args, i.madeFrom(one))
	args.DeletionProtection = pulumi.Bool(i.protects(one))
	made, err := i.register(s, one.Identifier, args, pulumi.Protect(i.protects(one)), pulumi.IgnoreChanges(frozen()))
	if err != nil {
		return nil, err
	}
	server := &kept{resource: made, endpoint: made.Address, username: made.Username, resourceID: made.ResourceId}
	if err := s.awsBackup.Select(made.Arn, one.Identifier); err != nil {
		return nil, err
	}
	if s.copies != nil {
		_, err = i.copyBackups(s, made, one.Identifier, !one.Unprotected)
	}
	return server, err
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
	return except(rds.InstanceArgs{}.ElementType(), following())
}

// except are all inputs of a resource, except those that follow.
func except(inputs reflect.Type, following map[string]string) []string {
	var all []string
	for i := range inputs.NumField() {
		name := inputs.Field(i).Tag.Get("pulumi")
		if _, follows := following[name]; !follows {
			all = append(all, name)
		}
	}
	return all
}
