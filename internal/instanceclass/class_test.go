package instanceclass

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// Sizes as AWS publishes them, and the share of a processor that CPU credits earn.
func TestClassesHaveTheSizesThatAwsPublishes(t *testing.T) {
	for _, want := range []Class{
		{"db.t3.micro", 2, 1, 0.1},
		{"db.t4g.small", 2, 2, 0.2},
		{"db.t3.medium", 2, 4, 0.2},
		{"db.t3.large", 2, 8, 0.3},
		{"db.t3.xlarge", 4, 16, 0.4},
		{"db.t4g.2xlarge", 8, 32, 0.4},
		{"db.m6g.large", 2, 8, 0},
		{"db.m5.24xlarge", 96, 384, 0},
		{"db.r6g.xlarge", 4, 32, 0},
		{"db.r8g.48xlarge", 192, 1536, 0},
		{"db.x2g.16xlarge", 64, 1024, 0},
		{"db.x2iedn.xlarge", 4, 128, 0},
	} {
		got, ok := Lookup(want.Name)
		assert.True(t, ok, want.Name)
		assert.Equal(t, want, got)
	}
	for _, absent := range []string{"db.t2.micro", "db.t5g.large", "db.t3.8xlarge", "db.x2idn.large", "db.x9.large", "db.c6gd.large", "m6g.large", "t3.micro", "db.t3", "db.m8i.nano", ""} {
		_, ok := Lookup(absent)
		assert.False(t, ok, absent)
	}
}

// Of families that are newer than the table, the name says the size.
func TestNewFamiliesHaveTheSizesOfTheirNames(t *testing.T) {
	for _, want := range []Class{{"db.m8i.large", 2, 8, 0}, {"db.r9gd.4xlarge", 16, 128, 0}, {"db.m6g.24xlarge", 96, 384, 0}} {
		got, ok := Lookup(want.Name)
		assert.True(t, ok, want.Name)
		assert.Equal(t, want, got)
		assert.False(t, Listed(want.Name), want.Name)
	}
}

func TestClassesAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range All() {
		assert.False(t, seen[c.Name], c.Name)
		seen[c.Name] = true
		if !c.Burstable() {
			perCPU := map[byte]float64{'m': 4, 'r': 8, 'x': 16}[c.Name[len("db.")]]
			if strings.HasPrefix(c.Name, "db.x2iedn.") {
				perCPU = 32
			}
			assert.Equal(t, perCPU, c.MemoryGiB/float64(c.VCPU), c.Name)
		}
	}
}

// The units of the parameters about memory are those of the catalogues, in every family.
func TestUnitsAreTheCatalogues(t *testing.T) {
	for _, family := range parameters.Families() {
		for name, bytes := range units() {
			p, known := parameters.Of(family).Lookup(name)
			assert.True(t, known && p.DataType == parameters.Integer, "%s in %s", name, family)
			assert.InDelta(t, bytes, p.Bytes(), 0, "%s in %s is in units of %s", name, family, p.Unit)
		}
	}
}
