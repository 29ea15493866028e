package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// performance asks for IOPS and throughput where they may be asked for.
func performance(args *rds.InstanceArgs, db config.Database) {
	iops, throughput := provisioned(db)
	if iops > 0 {
		args.Iops = pulumi.Int(iops)
	}
	if throughput > 0 {
		args.StorageThroughput = pulumi.Int(throughput)
	}
}

// provisioned is the performance to ask for, 0 where it may not be said. From 400 GiB on, gp3 has to be told even
// what it includes: a volume that grows beyond would keep the 3,000 IOPS of a small one, which RDS refuses.
func provisioned(db config.Database) (iops, throughput int) {
	const threshold, includedIops, includedThroughput = 400, 12000, 500
	if db.StorageType == "gp3" && db.AllocatedStorage >= threshold {
		return max(db.Iops, includedIops), max(db.StorageThroughput, includedThroughput)
	}
	return db.Iops, db.StorageThroughput
}
