package database

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// replicas registers the read replicas. They are numbered, so a changed count adds or removes the last ones and leaves the
// others alone. They are not protected: they hold only copies of the primary's data, and nobody should have to switch off
// the protection of the primary to remove a replica.
func (b *builder) replicas(s *shared, group *rds.ParameterGroup, primary *rds.Instance) ([]*rds.Instance, error) {
	db := b.cfg.Database
	instances := make([]*rds.Instance, 0, db.ReadReplicas)
	for n := 1; n <= db.ReadReplicas; n++ {
		identifier := b.cfg.Replica(n)
		args := b.common(s, identifier, group)
		args.ReplicateSourceDb = primary.Identifier
		args.InstanceClass = pulumi.String(db.ReplicaInstanceClass)
		args.MaxAllocatedStorage = ceiling(db.ReplicaMaxAllocatedStorage)
		// RDS takes no final snapshot of a replica.
		args.SkipFinalSnapshot = pulumi.Bool(true)
		args.BackupRetentionPeriod = pulumi.Int(0)
		replica, err := b.register(s, identifier, args)
		if err != nil {
			return nil, err
		}
		instances = append(instances, replica)
	}
	return instances, nil
}
