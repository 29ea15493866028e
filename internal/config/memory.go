package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
)

// memoryUnits are the parameters that are amounts of memory, with the bytes of their unit in a parameter group.
func memoryUnits() map[string]float64 {
	const kB, blocks = 1 << 10, 8 << 10
	return map[string]float64{
		"shared_buffers": blocks, "effective_cache_size": blocks, "wal_buffers": blocks, "temp_buffers": blocks,
		"work_mem": kB, "maintenance_work_mem": kB, "autovacuum_work_mem": kB, "logical_decoding_work_mem": kB,
	}
}

// What an instance needs before it takes a connection. RDS sets a quarter of the memory as shared_buffers. A connection
// takes about 1,800 bytes and 270 for each of 64 locks (PostgreSQL's documentation of kernel resources). The rest is the
// operating system's and RDS's own: beyond this share, it would not start.
const (
	defaultSharedBuffers = "{DBInstanceClassMemory/32768}"
	bytesPerConnection   = 1800 + 270*64
	shareAtStart         = 0.8
)

// MaxConnections is how many connections an instance of the class allows: as the stack's parameters say, or by the
// formula of RDS's default parameter group on the nominal memory. Instances were seen to have 5 to 12 % fewer than that,
// because the memory that the formula sees is less.
func (c *Config) MaxConnections(class instanceclass.Class) int {
	const byDefault = "LEAST({DBInstanceClassMemory/9531392},5000)"
	n, err := instanceclass.Evaluate(orDefault(c.Database.Parameters["max_connections"], byDefault), class)
	if err != nil {
		return 0 // the configuration was refused
	}
	return int(n)
}

func orDefault(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// memory holds the parameters that are about memory to each class of the stack. They are the same for the instance and
// its replicas; a formula is another number on each.
func (l *loader) memory() {
	db := l.config.Database
	if !l.sound("database.instanceClass", "database.replicaInstanceClass") {
		return
	}
	names := []string{db.InstanceClass}
	if db.ReadReplicas > 0 && db.ReplicaInstanceClass != db.InstanceClass {
		names = append(names, db.ReplicaInstanceClass)
	}
	for _, name := range names {
		class, known := instanceclass.Lookup(name)
		if !known {
			continue
		}
		if fits := l.amounts(class); fits {
			l.start(class)
		}
	}
}

// amounts holds each parameter by itself to the memory; false if one does not fit.
func (l *loader) amounts(class instanceclass.Class) bool {
	parameters := l.config.Database.Parameters
	units, fits := memoryUnits(), true
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		unit, isMemory := units[name]
		if !isMemory && name != "max_connections" {
			continue
		}
		value := parameters[name]
		problem := Problem{Key: Key("database.parameters." + name), Value: value}
		if l.wrong[problem.Key] {
			fits = false
			continue
		}
		n, err := instanceclass.Evaluate(value, class)
		switch {
		case err != nil:
			problem.Rule = "a whole number without a unit, or a formula: " + err.Error()
			problem.Fix = "one such as " + example(name, unit, class)
		case isMemory && n*unit > class.MemoryGiB*(1<<30):
			problem.Rule = fmt.Sprintf("at most the %g GiB of %s; it comes to %.1f GiB, in units of %g kB", class.MemoryGiB, class.Name, n*unit/(1<<30), unit/(1<<10))
			problem.Fix = "one such as " + example(name, unit, class)
		case name == "max_connections" && (n < 6 || n > 262143):
			problem.Rule = fmt.Sprintf("from 6 to 262143; on %s it comes to %.0f", class.Name, n)
			problem.Fix = "a whole number from 6 to 262143, or another formula"
		default:
			continue
		}
		fits = false
		l.add(problem)
	}
	return fits
}

// example is a value that fits: a quarter of the memory for what is shared, a hundredth for what each session takes.
func example(name string, unit float64, class instanceclass.Class) string {
	share := map[string]float64{"shared_buffers": 4, "effective_cache_size": 2}[name]
	switch {
	case unit == 0:
		return "LEAST({DBInstanceClassMemory/9531392},5000)"
	case share == 0:
		share = 100
	}
	return fmt.Sprintf("%.0f, or {DBInstanceClassMemory/%.0f}", class.MemoryGiB*(1<<30)/unit/share, unit*share)
}

// start holds together what is taken when the instance starts.
func (l *loader) start(class instanceclass.Class) {
	parameters := l.config.Database.Parameters
	units := memoryUnits()
	memory := class.MemoryGiB * (1 << 30)
	buffers, _ := instanceclass.Evaluate(orDefault(parameters["shared_buffers"], defaultSharedBuffers), class) // amounts has read it
	wal, _ := instanceclass.Evaluate(orDefault(parameters["wal_buffers"], "0"), class)
	connections := l.config.MaxConnections(class)
	taken := buffers*units["shared_buffers"] + max(0, wal)*units["wal_buffers"] + float64(connections)*bytesPerConnection
	if taken <= shareAtStart*memory {
		return
	}
	at := "shared_buffers"
	if parameters[at] == "" {
		at = "max_connections"
	}
	const mib = 1 << 20
	l.add(Problem{
		Key: Key("database.parameters." + at), Value: parameters[at],
		Rule: fmt.Sprintf("shared_buffers, wal_buffers and %d connections together at most %.0f %% of the memory of %s, %.0f MiB; they come to %.0f MiB, with which the instance would not start",
			connections, shareAtStart*100, class.Name, shareAtStart*memory/mib, taken/mib),
		Fix: "less, or remove the line for RDS's own value; or a larger instanceClass",
	})
}
