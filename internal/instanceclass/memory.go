package instanceclass

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

const (
	gib, mib = 1 << 30, 1 << 20

	maxConnections = "max_connections"
	sharedBuffers  = "shared_buffers"
	walBuffers     = "wal_buffers"
	// What RDS has in its default parameter groups.
	defaultMaxConnections = "LEAST({DBInstanceClassMemory/9531392},5000)"
	defaultSharedBuffers  = "{DBInstanceClassMemory/32768}"

	// What an instance needs before it takes a connection: a connection takes about 1,800 bytes and 270 for each of 64 locks
	// (PostgreSQL's documentation of kernel resources). The rest is the operating system's and RDS's own: beyond this share, it
	// would not start.
	bytesPerConnection = 1800 + 270*64
	shareAtStart       = 0.8
)

// units are the parameters by which PostgreSQL takes memory, with the bytes of their unit in a parameter group. effective_cache_size takes
// none: it is what the planner expects.
func units() map[string]float64 {
	const kB, blocks = 1 << 10, 8 << 10
	return map[string]float64{
		sharedBuffers: blocks, walBuffers: blocks, "temp_buffers": blocks,
		"work_mem": kB, "maintenance_work_mem": kB, "autovacuum_work_mem": kB, "logical_decoding_work_mem": kB,
	}
}

// AboutMemory tells whether a parameter is held to the memory of a class.
func AboutMemory(parameter string) bool {
	return units()[parameter] != 0 || parameter == maxConnections
}

// MaxConnections is how many connections an instance of the class allows: as the parameters say, or by the formula of RDS's default
// parameter group on the nominal memory; 0 where the formula is wrong. Instances were seen to have 5 to 12 % fewer than that,
// because the memory that the formula sees is less.
func (c Class) MaxConnections(parameters map[string]string) int {
	n, err := Evaluate(cmp.Or(parameters[maxConnections], defaultMaxConnections), c)
	if err != nil {
		return 0
	}
	return int(n)
}

// Unfit is a parameter that does not fit a class.
type Unfit struct {
	Parameter string
	Rule      string // what has to hold
	Fix       string // what to write instead
}

// Unfit are the parameters that do not fit the memory of the class: each by itself, and where those fit, what is taken together when
// the instance starts.
func (c Class) Unfit(parameters map[string]string) []Unfit {
	var all []Unfit
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if unfit := c.amount(name, parameters[name]); unfit != nil {
			all = append(all, *unfit)
		}
	}
	if all == nil {
		return c.start(parameters)
	}
	return all
}

// amount holds one parameter to the memory; nil if it is right, or no amount. What is no number and no formula, the catalogue of parameters
// refuses.
func (c Class) amount(name, value string) *Unfit {
	unit, isMemory := units()[name]
	if !isMemory && name != maxConnections {
		return nil
	}
	n, err := Evaluate(value, c)
	switch {
	case err != nil:
		return nil
	case isMemory && n*unit > c.MemoryGiB*gib:
		return &Unfit{
			Parameter: name, Fix: "one such as " + c.Example(name),
			Rule: fmt.Sprintf("at most the %g GiB of %s; it comes to %.1f GiB, in units of %g kB", c.MemoryGiB, c.Name, n*unit/gib, unit/(1<<10)),
		}
	case name == maxConnections && (n < 6 || n > 262143):
		return &Unfit{
			Parameter: name, Rule: fmt.Sprintf("from 6 to 262143; on %s it comes to %.0f", c.Name, n),
			Fix: "a whole number from 6 to 262143, or another formula",
		}
	}
	return nil
}

// Example is a value of a parameter about memory that fits: a quarter of the memory for what is shared, a hundredth for what each session takes.
func (c Class) Example(name string) string {
	unit, share := units()[name], map[string]float64{sharedBuffers: 4}[name]
	switch {
	case unit == 0:
		return defaultMaxConnections
	case share == 0:
		share = 100
	}
	return fmt.Sprintf("%.0f, or {DBInstanceClassMemory/%.0f}", c.MemoryGiB*gib/unit/share, unit*share)
}

// start holds together what is taken when the instance starts.
func (c Class) start(parameters map[string]string) []Unfit {
	memory := c.MemoryGiB * gib
	buffers, _ := Evaluate(cmp.Or(parameters[sharedBuffers], defaultSharedBuffers), c) // amount has read it
	wal, _ := Evaluate(cmp.Or(parameters[walBuffers], "0"), c)
	connections := c.MaxConnections(parameters)
	taken := buffers*units()[sharedBuffers] + max(0, wal)*units()[walBuffers] + float64(connections)*bytesPerConnection
	if taken <= shareAtStart*memory {
		return nil
	}
	at := sharedBuffers
	if parameters[at] == "" {
		at = maxConnections
	}
	unfit := Unfit{
		Parameter: at,
		Rule: fmt.Sprintf("shared_buffers, wal_buffers and %d connections together at most %.0f %% of the memory of %s, %.0f MiB; they come to %.0f MiB, with which the instance would not start",
			connections, shareAtStart*100, c.Name, shareAtStart*memory/mib, taken/mib),
		Fix: "less, or remove the line for RDS's own value; or a larger instanceClass",
	}
	return []Unfit{unfit}
}
