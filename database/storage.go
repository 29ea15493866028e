package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// setPerformance sets the inputs iops and storageThroughput where RDS accepts them.
func setPerformance(args *rds.InstanceArgs, db config.Database) {
	iops, throughput := provisioned(db)
	if iops > 0 {
		args.Iops = pulumi.Int(iops)
	}
	if throughput > 0 {
		args.StorageThroughput = pulumi.Int(throughput)
	}
}

// ceiling returns the input of a ceiling of storage autoscaling; none switches it off, as 0 does in the provider.
func ceiling(gib int) pulumi.IntPtrInput {
	if gib == 0 {
		return nil
	}
	return pulumi.Int(gib)
}

// provisioned returns the IOPS and the throughput in MiB/s to ask for; 0 where the input must not be set. A gp3 volume of
// 400 GiB or more needs both, even for the included performance: without them, a smaller volume that grows to this size
// would keep its 3,000 IOPS, which RDS refuses.
func provisioned(db config.Database) (iops, throughput int) {
	const threshold, includedIops, includedThroughput = 400, 12000, 500
	if db.StorageType == "gp3" && db.AllocatedStorage >= threshold {
		return max(db.Iops, includedIops), max(db.StorageThroughput, includedThroughput)
	}
	return db.Iops, db.StorageThroughput
}
