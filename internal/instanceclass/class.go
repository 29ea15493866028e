// Package instanceclass is what is known of the instance classes of RDS without asking it, and what the formulas of parameters come
// to on them.
package instanceclass

import (
	"cmp"
	"maps"
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

// family is the classes that share a generation. Those that RDS offered with PostgreSQL 16 when this was written
// are here; which there are in a region today, only AWS knows.
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

// All is every instance class of the table, by family, smallest first.
func All() []Class {
	var classes []Class
	for _, f := range families() {
		for _, size := range f.sizes {
			classes = append(classes, f.class(size))
		}
	}
	return classes
}

// Listed tells whether the table has a class.
func Listed(name string) bool {
	_, listed := inTable(name)
	return listed
}

func inTable(name string) (Class, bool) {
	classes := All()
	if i := slices.IndexFunc(classes, func(c Class) bool { return c.Name == name }); i >= 0 {
		return classes[i], true
	}
	return Class{}, false
}

// Lookup is the class of a name such as "db.t3.micro"; false if its size is not known. Those that are not in the table have the size that
// their name says: AWS gives a general purpose class (m) 4 GiB for each processor, and one for memory (r) 8.
func Lookup(name string) (Class, bool) {
	if class, listed := inTable(name); listed {
		return class, true
	}
	generation, size, _ := strings.Cut(strings.TrimPrefix(name, "db."), ".")
	var perCPU float64
	switch {
	case strings.HasPrefix(generation, "m"):
		perCPU = 4
	case strings.HasPrefix(generation, "r"):
		perCPU = 8
	}
	if !strings.HasPrefix(name, "db.") || perCPU == 0 || !strings.HasSuffix(size, "large") {
		return Class{}, false
	}
	return family{name: generation, gibPerCPU: perCPU}.class(size), true
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

// OutdatedFamilies is the families that do not run PostgreSQL 16, sorted.
func OutdatedFamilies() []string { return slices.Sorted(maps.Keys(successors())) }

// Outdated tells whether a class is of a family that does not run PostgreSQL 16.
func Outdated(name string) bool {
	family, _, _ := strings.Cut(strings.TrimPrefix(name, "db."), ".")
	return successors()[family] != ""
}

// Successor is the class to use in place of one that does not run PostgreSQL 16; the name itself, with its prefix, where there is none.
func Successor(name string) string {
	family, size, _ := strings.Cut(strings.TrimPrefix(name, "db."), ".")
	return "db." + cmp.Or(successors()[family], family) + "." + size
}
