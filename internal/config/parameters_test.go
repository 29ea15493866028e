package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// RDS stores a boolean as 1 or 0, so what goes out is that, however it was written: another form would show as a change in every preview.
func TestParametersAreWrittenAsRDSStoresThem(t *testing.T) {
	c := loadWritten(t, `
mosaic-database:database: {parameters: {jit: "off", log_lock_waits: "yes", rds.logical_replication: true, enable_seqscan: "0", track_io_timing: "ON",
  synchronous_commit: "off", constraint_exclusion: true, shared_preload_libraries: "pg_stat_statements, pg_cron", pgaudit.log: "ddl, role", application_name: "on"}}`)
	assert.Equal(t, map[string]string{
		"jit": "0", "log_lock_waits": "1", "rds.logical_replication": "1", "enable_seqscan": "0", "track_io_timing": "1",
		"synchronous_commit": "off", "constraint_exclusion": "on", "shared_preload_libraries": "pg_stat_statements,pg_cron", "pgaudit.log": "ddl,role", "application_name": "on",
	}, c.Database.Parameters)
	assert.Empty(t, c.Doubts())
}

// Where the catalogue was made from documentation, RDS may have what it lacks: the preview says so, and what a misspelt name may mean.
func TestParametersThatTheCatalogueDoesNotKnow(t *testing.T) {
	for line, parts := range map[string][]string{
		"log_min_duration_statment: 500":                         {"not among the 5", "parameters of postgres16", "log_min_duration_statement is the nearest", "pending-reboot"},
		"hnsw.ef_search: 100":                                    {"not among the 5", "refuses it, and pulumi up fails"},
		"timezone: Europa/Berlin":                                {"not known whether RDS has Europa/Berlin", "Europe/Berlin is the nearest"},
		"session_preload_libraries: auto_explain":                {"a parameter of PostgreSQL", "not known whether RDS lets it be set in postgres16"},
		"shared_preload_libraries: 'pg_stat_statements,pg_crom'": {"not known whether RDS has pg_crom in postgres16", "pg_cron is the nearest"},
	} {
		c := configtest.Load(t, "mosaic-database:database: {engineVersion: '16', parameters: {work_mem: 8192, "+line+"}}")
		doubts := c.Doubts()
		require.Len(t, doubts, 1, line)
		name, _, _ := strings.Cut(line, ": ")
		assert.True(t, strings.HasPrefix(doubts[0], "mosaic-database:database.parameters."+name+": "), doubts[0])
		for _, part := range parts {
			assert.Contains(t, doubts[0], part, line)
		}
	}
}

// A stack that has log_connections as a boolean can be lifted to PostgreSQL 18. What is on there has a form that RDS takes; off may have none.
func TestABooleanThatIsNoneAnyMore(t *testing.T) {
	load := func(value string) *config.Config {
		return configtest.Load(t, "mosaic-database:database: {engineVersion: '18', parameters: {log_connections: "+value+"}}")
	}
	for _, on := range []string{"1", "true", "'on'"} {
		c := load(on)
		assert.Equal(t, "receipt,authentication,authorization", c.Database.Parameters["log_connections"], on)
		assert.Empty(t, c.Doubts(), on)
	}
	for _, off := range []string{"0", "false", "'off'"} {
		doubts := load(off).Doubts()
		require.Len(t, doubts, 1, off)
		assert.Contains(t, doubts[0], "it was reported to refuse 1")
	}
}

// All that asks for TLS is right, however it is written.
func TestTLSMayBeAskedForInEveryForm(t *testing.T) {
	for _, on := range []string{"1", "true", "'on'", "'YES'", "'1 '"} {
		c := configtest.Load(t, "mosaic-database:database: {parameters: {rds.force_ssl: "+on+"}}")
		assert.Equal(t, "1", c.Database.Parameters["rds.force_ssl"], on)
	}
}

// YAML's false is 0 for a boolean alone; a parameter that is not known is taken for one.
func TestTrueAndFalse(t *testing.T) {
	c := configtest.Load(t, "mosaic-database:database: {parameters: {jit: false, synchronous_commit: true, application_name: true, plugin.on: true, plugin.off: false}}")
	assert.Equal(t, map[string]string{"jit": "0", "synchronous_commit": "on", "application_name": "true", "plugin.on": "1", "plugin.off": "0"}, c.Database.Parameters)
}

// The planner's expectation takes no memory. A class that is not in the table may have another memory than its name says.
func TestMemoryThatIsNotTakenOrNotKnown(t *testing.T) {
	c := configtest.Load(t, `mosaic-database:database: {parameters: {effective_cache_size: "{DBInstanceClassMemory*3/4096}"}}`)
	assert.Empty(t, c.Doubts())
	c = configtest.Load(t, `mosaic-database:database: {instanceClass: db.r9g.large, parameters: {work_mem: 33554432}}`)
	require.Len(t, c.Doubts(), 1)
	assert.Contains(t, c.Doubts()[0], "mosaic-database:database.parameters.work_mem: 33554432: at most the 16 GiB of db.r9g.large; it comes to 32.0 GiB")
}

// The report has the formula that is wrong, though it begins with a brace.
func TestAWrongFormulaIsShown(t *testing.T) {
	source := configtest.With(t, `mosaic-database:database: {parameters: {max_worker_processes: "{Cores*2}"}}`)
	_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
	assert.ErrorContains(t, err, "max_worker_processes: {Cores*2}\n")
}

// The same parameter is another one in another version.
func TestParametersFollowTheEngineVersion(t *testing.T) {
	fails := func(version, line string) string {
		source := configtest.With(t, "mosaic-database:database: {engineVersion: '"+version+"', parameters: {"+line+"}}")
		_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
		var problems config.Problems
		require.ErrorAs(t, err, &problems, "%s in %s", line, version)
		return problems[0].Rule
	}
	configtest.Load(t, "mosaic-database:database: {engineVersion: '16', parameters: {old_snapshot_threshold: 60}}")
	assert.Contains(t, fails("17", "old_snapshot_threshold: 60"), "a parameter of postgres17: it is one of postgres16")
	configtest.Load(t, "mosaic-database:database: {engineVersion: '17', parameters: {transaction_timeout: 60000}}")
	assert.Contains(t, fails("16", "transaction_timeout: 60000"), "it is one of postgres17 and postgres18")
}

// A formula is worked out on the class of the instance and on that of its replicas.
func TestFormulasOnEveryClass(t *testing.T) {
	const line = `parameters: {max_worker_processes: "GREATEST({DBInstanceVCPU*2},8)", autovacuum_vacuum_cost_limit: "GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)", max_slot_wal_keep_size: "{AllocatedStorage/10485760}"}`
	configtest.Load(t, "mosaic-database:database: {instanceClass: db.r7g.large, "+line+"}")
	source := configtest.With(t, `mosaic-database:database: {instanceClass: db.t3.micro, readReplicas: 1, replicaInstanceClass: db.r7g.large, parameters: {autovacuum_vacuum_cost_limit: "{DBInstanceClassMemory/1073741}"}}`)
	_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
	assert.ErrorContains(t, err, "from -1 to 10000; on db.r7g.large it comes to 16000")
}
