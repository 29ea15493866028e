package monitoring

import (
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// instance is a monitored instance. Properties of an unknown instance class are 0, and have no alarm.
type instance struct {
	instanceclass.Class
	Identifier     string
	Replica        bool // of an RDS instance; which instance of a cluster reads, changes
	Aurora         bool
	Pauses         bool // when nobody is connected
	Slots          bool // it may have replication slots, of its replicas or of logical replication
	AllocatedGiB   int  // the configured size; storage autoscaling may have added to it
	MaxConnections int  // the parameter max_connections; 0: unknown
}

// watched returns the monitored instances: the active one, then its replicas in the order of their numbers; or those of the cluster.
func watched(cfg *config.Config) []instance {
	db := cfg.Database
	of := func(known instanceclass.Class, identifier string) instance {
		return instance{Class: known, Identifier: identifier, AllocatedGiB: db.AllocatedStorage, MaxConnections: cfg.MaxConnections(known)}
	}
	class, _ := db.Class()
	replicas, _ := db.ReplicaClass()
	var all []instance
	if db.Aurora() {
		for _, identifier := range cfg.ClusterInstances() {
			one := of(class, identifier)
			one.Aurora, one.Pauses = true, db.Pauses()
			all = append(all, one)
		}
		return all
	}
	primary := of(class, cfg.Instance())
	primary.Slots = db.ReadReplicas > 0 || cfg.LogicalDecoding()
	all = append(all, primary)
	for n := 1; n <= db.ReadReplicas; n++ {
		replica := of(replicas, cfg.Replica(n))
		replica.Replica = true
		all = append(all, replica)
	}
	return all
}
