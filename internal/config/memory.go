package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// MaxConnections is how many connections an instance of the class allows with the stack's parameters.
func (c *Config) MaxConnections(class instanceclass.Class) int {
	connections := class.MaxConnections(c.Database.Parameters)
	if c.Database.Aurora() && c.Database.MinCapacity < leastForAllConnections {
		return min(connections, fewConnections)
	}
	return connections
}

// With less than 1 ACU for the least, Aurora allows 2,000 connections at most, whatever the parameter says (Aurora User Guide: Maximum
// connections for Aurora Serverless v2).
const leastForAllConnections, fewConnections = 1, 2000

// memory holds the parameters that are about memory to each class of the stack. They are the same for the instance and its
// replicas; a formula is another number on each. Aurora Serverless v2 has all memory that it may scale to, and sizes its buffers itself.
func (l *loader) memory() {
	db := l.config.Database
	if db.Aurora() || !l.sound("database.instanceClass", "database.replicaInstanceClass") {
		return
	}
	l.standbys()
	for _, name := range db.classes() {
		class, _ := instanceclass.Lookup(name)
		if !instanceclass.Listed(name) {
			continue // its memory is at best taken from its name: Doubts
		}
		for _, unfit := range class.Unfit(db.Parameters) {
			key := Key("database.parameters." + unfit.Parameter)
			if !l.wrong[key] {
				l.add(Problem{Key: key, Value: db.Parameters[unfit.Parameter], Rule: unfit.Rule, Fix: unfit.Fix})
			}
		}
	}
}

// standbys asks for replicas that have room for what the instance has: they share its parameters, and a formula comes to less on a smaller
// class.
func (l *loader) standbys() {
	db := l.config.Database
	primary, known := instanceclass.Lookup(db.InstanceClass)
	replica, both := instanceclass.Lookup(db.ReplicaInstanceClass)
	if db.ReadReplicas == 0 || !known || !both {
		return
	}
	for _, short := range replica.AsStandby(primary, db.Parameters) {
		l.conflict(Problem{Key: "database.replicaInstanceClass", Value: db.ReplicaInstanceClass,
			Rule: fmt.Sprintf("as many %s as the instance has, or PostgreSQL stops applying its changes; %d on it, of %d", short.Parameter, short.Has, short.Needs),
			Fix:  fmt.Sprintf("%s; or one number for both under parameters, such as %s: %d", primary.Name, short.Parameter, short.Has)},
			"database.instanceClass", "database.parameters", "database.parameters."+short.Parameter)
	}
}
