package monitoring

import (
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// instance is an instance that is watched. What is not known of its class is 0, and not watched.
type instance struct {
	instanceclass.Class
	Identifier     string
	Replica        bool
	AllocatedGiB   int // configured; storage autoscaling may have given it more
	MaxConnections int
}

// watched are the active instance and its replicas, in their order.
func watched(cfg *config.Config) []instance {
	db := cfg.Database
	of := func(class, identifier string) instance {
		known, _ := instanceclass.Lookup(class)
		return instance{Class: known, Identifier: identifier, AllocatedGiB: db.AllocatedStorage, MaxConnections: cfg.MaxConnections(known)}
	}
	all := []instance{of(db.InstanceClass, cfg.Instance())}
	for n := 1; n <= db.ReadReplicas; n++ {
		replica := of(db.ReplicaInstanceClass, naming.Replica(cfg.Instance(), n))
		replica.Replica = true
		all = append(all, replica)
	}
	return all
}
