package parameters_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

func TestEveryCatalogueIsWhole(t *testing.T) {
	require.Equal(t, []string{"postgres16", "postgres17", "postgres18"}, parameters.Families())
	for _, family := range parameters.Families() {
		c := parameters.Of(family)
		assert.Equal(t, family, c.Family)
		assert.NotEmpty(t, c.Source, family)
		_, err := time.Parse(time.DateOnly, c.Date)
		assert.NoError(t, err, family)
		assert.Greater(t, len(c.Parameters), 400, family)
		assert.True(t, slices.IsSortedFunc(c.Parameters, func(a, b parameters.Parameter) int { return strings.Compare(a.Name, b.Name) }), "%s: Lookup searches in sorted names", family)
		for i, p := range c.Parameters {
			at := family + ": " + p.Name
			assert.Equal(t, strings.ToLower(p.Name), p.Name, "%s: RDS writes names in lower case", at)
			assert.False(t, i > 0 && c.Parameters[i-1].Name == p.Name, "%s is there twice", at)
			assert.Contains(t, []string{parameters.Integer, parameters.Float, parameters.Boolean, parameters.Text, parameters.List}, p.DataType, at)
			assert.Contains(t, []string{parameters.Static, parameters.Dynamic}, p.ApplyType, at)
			assert.Contains(t, []parameters.Modifiable{parameters.Settable, parameters.Fixed, parameters.Unknown}, p.Modifiable, at)
			assert.Contains(t, []string{"", "B", "kB", "8kB", "MB", "ms", "s", "min"}, p.Unit, at)
			number := p.DataType == parameters.Integer || p.DataType == parameters.Float
			assert.True(t, number || p.Unit == "", "%s: a unit is a number's", at)
			assert.Equal(t, number && p.AllowedValues != "", p.Range() != "", "%s: %s", at, p.AllowedValues)
			if p.Default != "" {
				assert.Nil(t, p.Check(p.Normal(p.Default)), "%s: its default, %s, is right", at, p.Default)
			}
		}
	}
}

func TestALaterFamilyHasTheNewestCatalogue(t *testing.T) {
	c, newest := parameters.Of("postgres99"), parameters.Of("postgres18")
	assert.Equal(t, newest.Parameters, c.Parameters)
	assert.Equal(t, "postgres99", c.Family)
	assert.Equal(t, "the catalogue of postgres18", c.Source)
	assert.False(t, c.Complete)
	assert.Nil(t, c.Refused("work_mem"))
	assert.Nil(t, c.Refused("parameter_of_99"), "it may be new")
	assert.Equal(t, "immediate", c.ApplyMethod("work_mem", "8192"))
}

func TestFamilyFollowsTheMajorVersion(t *testing.T) {
	for version, want := range map[string]string{"16": "postgres16", "16.11": "postgres16", "17": "postgres17", "18.1": "postgres18"} {
		assert.Equal(t, want, parameters.Family("postgres", version))
	}
}

// The first four static parameters and the first three dynamic ones are examples that the RDS User Guide gives.
func TestApplyMethod(t *testing.T) {
	for line, want := range map[string]string{
		"max_connections=100": "pending-reboot", "shared_buffers=32768": "pending-reboot", "wal_buffers=2048": "pending-reboot",
		"shared_preload_libraries=pg_stat_statements": "pending-reboot", "rds.logical_replication=1": "pending-reboot",
		"track_activity_query_size=4096": "pending-reboot", "pglogical.use_spi=1": "pending-reboot", "cron.database_name=app": "pending-reboot",
		"work_mem=8192": "immediate", "statement_timeout=0": "immediate", "random_page_cost=1.1": "immediate", "log_connections=1": "immediate", "temp_file_limit=-1": "pending-reboot",
		"pg_stat_statements.track=all": "immediate", "auto_explain.log_min_duration=500": "immediate", "pgaudit.log=ddl": "immediate",
		"rds.force_ssl=1": "pending-reboot", // its default
		"no.such=1":       "pending-reboot",
	} {
		name, value, _ := strings.Cut(line, "=")
		for _, family := range parameters.Families() {
			assert.Equal(t, want, parameters.Of(family).ApplyMethod(name, value), "%s in %s", line, family)
		}
	}
	assert.Equal(t, "pending-reboot", parameters.Of("postgres17").ApplyMethod("autovacuum_max_workers", "3"))
	assert.Equal(t, "immediate", parameters.Of("postgres18").ApplyMethod("autovacuum_max_workers", "3"), "PostgreSQL 18 has made it dynamic")
}

// A catalogue from RDS itself has everything, so a name that it lacks is refused; one from documentation may lack what RDS has.
func TestUnknownNames(t *testing.T) {
	c := parameters.Of("postgres17")
	require.False(t, c.Complete, "with one from RDS, this test takes another family")
	assert.Nil(t, c.Refused("log_min_duration_statment"))
	assert.Equal(t, "log_min_duration_statement", c.Nearest("log_min_duration_statment"))
	c.Complete = true
	fault := c.Refused("log_min_duration_statment")
	require.NotNil(t, fault)
	assert.Equal(t, "log_min_duration_statement", fault.Fix)
	assert.Contains(t, fault.Rule, "postgres17")
	assert.Equal(t, "nothing: remove the line", c.Refused("qwertyuiop.asdfghjkl").Fix)
	assert.Nil(t, c.Refused("work_mem"))
	assert.Contains(t, c.Refused("wal_level").Fix, "rds.logical_replication", "advice does not come from the catalogue")
}

func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		parameters.Of("postgres18")
	}
}

// TestExtensionsByMajorVersion: what AWS's table has for one major version, and not for another.
func TestExtensionsByMajorVersion(t *testing.T) {
	for family, want := range map[string]string{
		"postgres16": "hypopg plcoffee plrust vector", "postgres17": "hypopg plrust vector", "postgres18": "collection hypopg vector", "postgres19": "hypopg vector",
		"aurora-postgresql16": "apg_plan_mgmt hypopg plcoffee plrust vector",
	} {
		var has []string
		for _, name := range parameters.Of(family).Extensions() {
			if slices.Contains([]string{"apg_plan_mgmt", "collection", "hypopg", "plcoffee", "plrust", "semver", "test_parser", "vector", "wal2json"}, name) {
				has = append(has, name)
			}
		}
		assert.Equal(t, want, strings.Join(has, " "), family)
	}
}
