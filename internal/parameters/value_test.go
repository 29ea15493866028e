package parameters_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

func find(t *testing.T, name string) parameters.Parameter {
	t.Helper()
	p, known := parameters.Of("postgres18").Lookup(name)
	require.True(t, known, name)
	return p
}

// RDS stores a boolean as 1 or 0, and a parameter that PostgreSQL switches by word as the word.
func TestNormal(t *testing.T) {
	for name, forms := range map[string]map[string]string{
		"jit":                      {"on": "1", "ON": "1", "true": "1", "yes": "1", "1": "1", "off": "0", "False": "0", "no": "0", "0": "0", "maybe": "maybe"},
		"rds.logical_replication":  {"true": "1"},
		"synchronous_commit":       {"on": "on", "off": "off", "1": "on", "0": "off", "true": "on", "local": "local"},
		"constraint_exclusion":     {"no": "off", "partition": "partition"},
		"pg_hint_plan.debug_print": {"yes": "on"},
		"log_statement":            {"1": "1", "off": "off", "ddl": "ddl", "DDL": "ddl", " Mod ": "mod"},
		"log_connections":          {"on": "receipt,authentication,authorization", "1": "receipt,authentication,authorization", "0": "0", "off": "off", "ALL": "all"},
		"timezone":                 {"utc": "UTC", "europe/berlin": "Europe/Berlin", "Europa/Berlin": "Europa/Berlin", " ": ""},
		"random_page_cost":         {".9": "0.9", "-.5": "-0.5", "1.9": "1.9"},
		"shared_preload_libraries": {"pg_stat_statements, pg_cron": "pg_stat_statements,pg_cron", " pg_cron ,": "pg_cron", "PG_Cron": "pg_cron"},
		"pgaudit.log":              {"ddl, role": "ddl,role", "ALL, -Misc": "all,-misc"},
		"application_name":         {"on": "on", " a b": " a b"},
		"work_mem":                 {" 8192 ": "8192", "on": "on"},
	} {
		for written, stored := range forms {
			assert.Equal(t, stored, find(t, name).Normal(written), "%s: %s", name, written)
		}
	}
}

// Where the catalogue is RDS's own, what is on stays right, and off is refused; the advice is not what is on.
func TestABooleanThatIsNoneAnyMoreInACompleteCatalogue(t *testing.T) {
	p := find(t, "log_connections")
	p.Switch = false
	assert.Nil(t, p.Check(p.Normal("1")))
	fault := p.Check(p.Normal("off"))
	require.NotNil(t, fault)
	assert.Equal(t, "one of these, or remove the line", fault.Fix)
}

func TestRightValues(t *testing.T) {
	for name, values := range map[string][]string{
		"work_mem":                     {"64", "2147483647", "{DBInstanceClassMemory/1048576}"},
		"max_connections":              {"6", "LEAST({DBInstanceClassMemory/9531392},5000)", "GREATEST(LEAST({DBInstanceVCPU*20},500), 50)"},
		"autovacuum_vacuum_cost_limit": {"GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", "-1"},
		"maintenance_work_mem":         {"GREATEST({DBInstanceClassMemory*1024/63963136},65536)"},
		"shared_buffers":               {"SUM({DBInstanceClassMemory/12038},-50003)"},
		"random_page_cost":             {"1", "1.1", "1e0"},
		"log_temp_files":               {"-1", "0"},
		"log_min_duration_statement":   {"-1", "500"},
		"autovacuum_vacuum_cost_delay": {"-1", "0.5", "2"},
		"log_statement":                {"ddl", "DDL"},
		"pg_stat_statements.track":     {"all", "ALL"},
		"pgaudit.log":                  {"ddl,role", "all,-misc", "ALL"},
		"log_connections":              {"all", "receipt,authorization", "0", "off", "on", "1"},
		"log_destination":              {"csvlog", "stderr,csvlog"},
		"timezone":                     {"Europe/Berlin", "utc"},
		"wal_compression":              {"lz4", "zstd", "on"},
		"default_toast_compression":    {"lz4"},
		"search_path":                  {`"$user",public`},
		"shared_preload_libraries":     {"pg_stat_statements,pg_cron", "pg_stat_statements,pg_of_tomorrow"},
	} {
		for _, value := range values {
			p := find(t, name)
			assert.Nil(t, p.Check(p.Normal(value)), "%s: %s", name, value)
		}
	}
}

// What is wrong has advice: the same amount in the parameter's unit, what is nearest, or what is possible. More examples are the wrong
// stack files.
func TestAdvice(t *testing.T) {
	for name, fixes := range map[string]map[string]string{
		"log_min_duration_statement": {"500ms": "500", "1s": "1000", "1 min": "60000", "0.5s": "500", "-5": "-1", "2us": "0", "off": "-1", "disabled": "-1"},
		"autovacuum_naptime":         {"1min": "60", "1h": "3600", "1500ms": "2"},
		"log_rotation_age":           {"1d": "1440", "2d": "1440"},
		"max_wal_size":               {"2GB": "2048", "1TB": "1048576", "512kB": "2", "2G": "a whole number from 2 to 2147483647, or remove the line"},
		"work_mem":                   {"64MB": "65536", "1 gb": "1048576", "1B": "64", "1%": "{DBInstanceClassMemory/102400}", "0x40": "a whole number from 64 to 2147483647, or remove the line", "1e5": "100000", "+64": "64", "064": "64"},
		"shared_buffers":             {"25%": "{DBInstanceClassMemory/32768}", "128MB": "16384"},
		"track_activity_query_size":  {"4kB": "4096"},
		"statement_timeout":          {"30s": "30000", "never": "a whole number from 0 to 2147483647, or remove the line"},
		"random_page_cost":           {"-1": "0", "1,1": "a number from 0 to 1.79769e+308, or remove the line"},
		"max_connections": {
			"LEAST(DBInstanceClassMemory/9531392,5000)":   "LEAST({DBInstanceClassMemory/9531392},5000)",
			"DBInstanceClassMemory/9531392":               "{DBInstanceClassMemory/9531392}",
			"{DBInstanceClassMemory/9531392}*2":           "a whole number, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)",
			"LEAST({DBInstanceClassMemory/9531392,5000}}": "a whole number, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)",
			"LEAST(500,5000)":                             "a whole number, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)",
			"{DBInstanceClassMemory*0.5/9531392}":         "a product and a quotient, as in {DBInstanceClassMemory*3/4194304}",
		},
		"log_statement":                      {"dll": "ddl", "mode": "mod", "off": "none", "false": "none", "No": "none", "0": "none", "disabled": "none"},
		"track_functions":                    {"off": "none"},
		"pg_stat_statements.track":           {"off": "none"},
		"pgaudit.log":                        {"ddl,roles": "role", "-al": "-all", "off": "none", "": "a value; or remove the line for the default"},
		"search_path":                        {"": "a value; or remove the line for the default"},
		"rds.force_autovacuum_logging_level": {"off": "disabled", "none": "disabled"},
		"log_temp_files":                     {"off": "-1", "none": "-1"},
		"idle_session_timeout":               {"off": "0", "false": "0"},
		"log_connections":                    {"recept": "receipt", "off,all": "one of these, or remove the line"},
		"jit":                                {"2": "1 for on, or 0 for off"},
	} {
		for value, fix := range fixes {
			p := find(t, name)
			fault := p.Check(p.Normal(value))
			if assert.NotNil(t, fault, "%s: %s", name, value) {
				assert.Equal(t, fix, fault.Fix, "%s: %s", name, value)
				assert.NotEmpty(t, fault.Rule)
			}
		}
	}
}

func TestValuesThatTheCatalogueLacks(t *testing.T) {
	libraries := find(t, "shared_preload_libraries")
	assert.Equal(t, []string{"pg_crom"}, libraries.Unlisted("pg_stat_statements,pg_crom"))
	assert.Empty(t, libraries.Unlisted("pg_stat_statements,pg_cron"))
	assert.Empty(t, find(t, "timezone").Unlisted("Europe/Berlin"))
	assert.Equal(t, []string{"Europa/Berlin"}, find(t, "timezone").Unlisted("Europa/Berlin"))
	assert.Empty(t, find(t, "pgaudit.log").Unlisted("dll"), "a closed list refuses it")
}
