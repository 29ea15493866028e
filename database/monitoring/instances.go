package monitoring

import (
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// instance is a monitored instance. Properties of an unknown instance class are 0, and have no alarm.
type instance struct {
	instanceclass.Class
	Identifier     string
	Replica        bool
	AllocatedGiB   int // the configured size; storage autoscaling may have added to it
	MaxConnections int // the parameter max_connections; 0: unknown
}

// watched returns the monitored instances: the active one, then its replicas in the order of their numbers.
func watched(cfg *config.Config) []instance {
	db := cfg.Database
	of := func(class, identifier string) instance {
		known, _ := instanceclass.Lookup(class)
		return instance{Class: known, Identifier: identifier, AllocatedGiB: db.AllocatedStorage, MaxConnections: cfg.MaxConnections(known)}
	}
	all := []instance{of(db.InstanceClass, cfg.Instance())}
	for n := 1; n <= db.ReadReplicas; n++ {
		replica := of(db.ReplicaInstanceClass, cfg.Replica(n))
		replica.Replica = true
		all = append(all, replica)
	}
	return all
}
