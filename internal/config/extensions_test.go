package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// The list of extensions is not complete: an unknown name is a warning, and the server knows.
func TestExtensionsThatAreNotKnown(t *testing.T) {
	c := configtest.Load(t, database("credentials: alternating, extensions: [vector, pgvector, uuid-ossp, hypertext, aws_ml]"))
	doubts := c.Doubts()
	require.Len(t, doubts, 3)
	assert.Contains(t, doubts[0], "database.extensions: pgvector is not among the 9")
	assert.Contains(t, doubts[0], "extensions of postgres16; vector is the nearest. If the server does not have it, the bootstrap fails and changes nothing")
	assert.Contains(t, doubts[1], "hypertext is not among")
	assert.NotContains(t, doubts[1], "nearest")
	assert.Contains(t, doubts[2], "aws_ml")
	cluster := configtest.Load(t, "mosaic-database:tier: serverless\n"+database("credentials: alternating, extensions: [vector, aws_ml]"))
	assert.Empty(t, cluster.Doubts())
}

// pg_stat_statements is loaded where no list of one's own says otherwise, and PostgreSQL's default is a database of pg_cron, too.
func TestExtensionsWhoseLibrariesAreLoaded(t *testing.T) {
	c := configtest.Load(t, database("name: mosaic, credentials: alternating, extensions: [pg_stat_statements, vector, pg_cron], "+
		"parameters: {shared_preload_libraries: 'pg_stat_statements,pg_cron', cron.database_name: mosaic, rds.allowed_extensions: '*'}"))
	assert.Equal(t, []string{"pg_stat_statements", "pg_cron"}, c.PreloadedExtensions())
	configtest.Load(t, database("credentials: alternating, extensions: [pg_stat_statements]"))
	c = configtest.Load(t, database("credentials: alternating, extensions: [pgactive], parameters: {rds.enable_pgactive: 1}"))
	assert.Equal(t, []string{"pgactive"}, c.PreloadedExtensions(), "RDS loads it, at the next restart")
}

// database.audit stands for parameters, and for an extension that the bootstrap makes.
func TestAudit(t *testing.T) {
	c := configtest.Load(t, database("credentials: alternating, extensions: [vector], audit: [ddl, role], parameters: {shared_preload_libraries: 'pg_stat_statements, pg_cron'}"))
	assert.Equal(t, map[string]string{"pgaudit.log": "ddl,role", "shared_preload_libraries": "pg_stat_statements,pg_cron,pgaudit"}, c.Database.Parameters)
	assert.Equal(t, []string{"vector", "pgaudit"}, c.Extensions())
	assert.Equal(t, []string{"pgaudit"}, c.PreloadedExtensions())
	assert.Empty(t, c.Doubts())

	c = configtest.Load(t, database("audit: [write]"))
	assert.Equal(t, map[string]string{"pgaudit.log": "write", "shared_preload_libraries": "pg_stat_statements,pgaudit"}, c.Database.Parameters)

	c = configtest.Load(t, database("credentials: alternating, extensions: [pgaudit], audit: [read]"))
	assert.Equal(t, []string{"pgaudit"}, c.Extensions())
}
