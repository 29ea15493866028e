// Package instanceclass is what is known of the instance classes of RDS without asking it, and what the formulas of parameters come
// to on them.
package instanceclass

import (
	"slices"
	"strconv"
	"strings"
)

// Class is what an RDS instance class offers.
type Class struct {
	Name      string  // such as "db.t3.micro"
	VCPU      int     // virtual processors
	MemoryGiB float64 // nominal memory; the database sees a little less
	Baseline  float64 // share of each processor that CPU credits earn; 0: it works at full speed, without credits
}

// Burstable tells whether the class works on CPU credits.
func (c Class) Burstable() bool { return c.Baseline > 0 }

// family is the classes that share a generation. Those that RDS offers with PostgreSQL 16 and later
// are here; which of them a region has, only AWS knows.
type family struct {
	name      string
	gibPerCPU float64 // 0: burstable, with memory by size
	sizes     []string
}

func families() []family {
	burstable := []string{"micro", "small", "medium", "large", "xlarge", "2xlarge"}
	to16 := []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"}
	to24 := append(slices.Clone(to16), "24xlarge")
	to32 := append(slices.Clone(to24), "32xlarge")
	to48 := append(slices.Clone(to24), "48xlarge")
	return []family{
		{"t3", 0, burstable}, {"t4g", 0, burstable},
		{"m5", 4, to24}, {"m5d", 4, to24},
		{"m6g", 4, to16}, {"m6gd", 4, to16},
		{"m6i", 4, to32}, {"m6id", 4, to32}, {"m6in", 4, to32}, {"m6idn", 4, to32},
		{"m7g", 4, to16}, {"m7i", 4, to48}, {"m8g", 4, to48}, {"m8gd", 4, to48},
		{"r5", 8, to24}, {"r5b", 8, to24}, {"r5d", 8, to24},
		{"r6g", 8, to16}, {"r6gd", 8, to16},
		{"r6i", 8, to32}, {"r6id", 8, to32}, {"r6in", 8, to32}, {"r6idn", 8, to32},
		{"r7g", 8, to16}, {"r7i", 8, to48}, {"r8g", 8, to48}, {"r8gd", 8, to48},
		{"x2g", 16, to16},
		{"x2idn", 16, []string{"16xlarge", "24xlarge", "32xlarge"}},
		{"x2iedn", 32, []string{"xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge", "24xlarge", "32xlarge"}},
	}
}

// successors names, for families that do not run PostgreSQL 16, the one to use instead.
func successors() map[string]string {
	return map[string]string{
		"t1": "t4g", "t2": "t4g",
		"m1": "m6g", "m2": "r6g", "m3": "m6g", "m4": "m6g",
		"r3": "r6g", "r4": "r6g", "x1": "x2g", "x1e": "x2iedn",
	}
}

// All is every known instance class that runs PostgreSQL 16 and later, by family, smallest first.
func All() []Class {
	var classes []Class
	for _, f := range families() {
		for _, size := range f.sizes {
			classes = append(classes, f.class(size))
		}
	}
	return classes
}

// Lookup is the class of a name such as "db.t3.micro"; false if it is not known.
func Lookup(name string) (Class, bool) {
	classes := All()
	i := slices.IndexFunc(classes, func(c Class) bool { return c.Name == name })
	if i < 0 {
		return Class{}, false
	}
	return classes[i], true
}

func (f family) class(size string) Class {
	c := Class{Name: "db." + f.name + "." + size, VCPU: 2}
	switch {
	case size == "xlarge":
		c.VCPU = 4
	case strings.HasSuffix(size, "xlarge"):
		times, _ := strconv.Atoi(strings.TrimSuffix(size, "xlarge"))
		c.VCPU = 4 * times
	}
	c.MemoryGiB = f.gibPerCPU * float64(c.VCPU)
	if f.gibPerCPU == 0 {
		c.MemoryGiB = map[string]float64{"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}[size]
		c.Baseline = map[string]float64{"micro": 0.1, "small": 0.2, "medium": 0.2, "large": 0.3, "xlarge": 0.4, "2xlarge": 0.4}[size]
	}
	return c
}

// Successor is the class to use in place of one that does not run PostgreSQL 16; the name itself where there is none.
func Successor(name string) string {
	family, size, _ := strings.Cut(strings.TrimPrefix(name, "db."), ".")
	if successor, ok := successors()[family]; ok {
		family = successor
	}
	return "db." + family + "." + size
}
