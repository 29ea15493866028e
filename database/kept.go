package database

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// kept registers the instances that do not serve. They stay as they are while the others change; only what decides
// how they are deleted follows the arguments. They have no replicas and no alarms.
func (b *builder) kept(shared *settings, password pulumi.StringOutput) error {
	for _, one := range b.args.Kept {
		group, err := b.parameterGroup(one.Identifier, pulumi.IgnoreChanges([]string{"family", "description", "parameters"}))
		if err != nil {
			return err
		}
		s := *shared
		s.parameterGroup = group.Name
		args, err := b.writable(&s, one.Identifier, one.Restore, password)
		if err != nil {
			return err
		}
		protect := b.args.DeletionProtection && !one.Unprotected
		args.DeletionProtection = pulumi.Bool(protect)
		_, err = b.register(&s, one.Identifier, args, pulumi.Protect(protect), pulumi.IgnoreChanges(frozen()))
		if err != nil {
			return err
		}
	}
	return nil
}

// frozen are the inputs of an instance that do not follow the arguments while it is kept: all but those of its
// deletion, the groups that it shares with the others, and the way in which changes are made.
func frozen() []string {
	return append(originProperties(),
		"allocatedStorage", "allowMajorVersionUpgrade", "autoMinorVersionUpgrade", "availabilityZone", "backupRetentionPeriod", "backupWindow",
		"caCertIdentifier", "databaseInsightsMode", "enabledCloudwatchLogsExports", "engineLifecycleSupport", "engineVersion",
		"iamDatabaseAuthenticationEnabled", "instanceClass", "iops", "kmsKeyId", "maintenanceWindow", "maxAllocatedStorage",
		"monitoringInterval", "monitoringRoleArn", "multiAz", "password", "performanceInsightsEnabled",
		"performanceInsightsRetentionPeriod", "port", "storageThroughput", "storageType")
}
