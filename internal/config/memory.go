package config

import "github.com/mosaic-stories/mosaic-database/internal/instanceclass"

// MaxConnections is how many connections an instance of the class allows with the stack's parameters.
func (c *Config) MaxConnections(class instanceclass.Class) int {
	return class.MaxConnections(c.Database.Parameters)
}

// memory holds the parameters that are about memory to each class of the stack. They are the same for the instance and its
// replicas; a formula is another number on each.
func (l *loader) memory() {
	db := l.config.Database
	if !l.sound("database.instanceClass", "database.replicaInstanceClass") {
		return
	}
	for _, name := range db.classes() {
		class, known := instanceclass.Lookup(name)
		if !known {
			continue
		}
		for _, unfit := range class.Unfit(db.Parameters) {
			key := Key("database.parameters." + unfit.Parameter)
			if !l.wrong[key] {
				l.add(Problem{Key: key, Value: db.Parameters[unfit.Parameter], Rule: unfit.Rule, Fix: unfit.Fix})
			}
		}
	}
}
