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
		group, err := b.parameterGroup(one.Identifier, pulumi.IgnoreChanges([]string{"family", "description", "parameters"}))
		if err != nil {
			return err
		}
		args, err := b.writable(s, one.Identifier, group)
		if err != nil {
			return err
		}
		from := config.Restore{}
		if one.Newest {
			from = b.cfg.Restore
		}
		b.origin(args, from)
		protect := b.cfg.Database.DeletionProtection && !one.Unprotected
		args.DeletionProtection = pulumi.Bool(protect)
		instance, err := b.register(s, one.Identifier, args, pulumi.Protect(protect), pulumi.IgnoreChanges(frozen()))
		if err != nil {
			return err
		}
		instances = append(instances, instance)
	}
	for _, instance := range instances {
		// A registration that failed ends the run with its own error.
		_, _ = internals.UnsafeAwaitOutput(b.ctx.Context(), instance.URN())
	}
	return nil
}

// frozen are the inputs of a retained instance whose changes are ignored: all except those of its deletion, the groups that
// it shares with the active instance, and applyImmediately. A test fails for an input that is neither in this list nor in
// its list of exceptions.
func frozen() []string {
	return append(originInputs(),
		"allocatedStorage", "allowMajorVersionUpgrade", "autoMinorVersionUpgrade", "availabilityZone", "backupRetentionPeriod", "backupWindow",
		"caCertIdentifier", "databaseInsightsMode", "enabledCloudwatchLogsExports", "engineLifecycleSupport", "engineVersion",
		"iamDatabaseAuthenticationEnabled", "instanceClass", "iops", "kmsKeyId", "maintenanceWindow", "maxAllocatedStorage",
		"monitoringInterval", "monitoringRoleArn", "multiAz", "password", "performanceInsightsEnabled",
		"performanceInsightsRetentionPeriod", "port", "storageThroughput", "storageType")
}
