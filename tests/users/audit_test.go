package users

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestAudit switches the audit of a live stack on, restarts the instance, and reads what pgAudit writes.
func TestAudit(t *testing.T) {
	need(t)
	tools.Need(t, tools.PgAudit)
	t.Parallel()
	library, err := filepath.EvalSymlinks(tools.At(t, tools.PgAudit))
	require.NoError(t, err)
	d := deployOn(t, serverAt(t, filepath.Join(filepath.Dir(library), "..", "bin", "postgres")), engine.Override{Path: "database.credentials", Value: "alternating"})
	d.up()
	super := d.url(superuser, superPassword, "mosaic")
	d.do(super, "ALTER ROLE mosaicadmin SUPERUSER") // RDS lets its master user make what is not trusted
	audited := func() string {
		return d.one(super, "SELECT coalesce(string_agg(extname, ' '), 'none') FROM pg_extension WHERE extname = 'pgaudit'")
	}

	require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.audit[0]", Value: "ddl"},
		engine.Override{Path: "database.audit[1]", Value: "role"}, engine.Override{Path: "database.audit[2]", Value: "write"}))
	d.up()
	require.Equal(t, "none", audited())
	require.Contains(t, d.printed.String(), "these extensions are not made until the server has loaded their libraries: pgaudit - restart the instance, delete this Job, and run pulumi up --refresh")

	d.start(d.fromGroup("shared_preload_libraries", "pending-reboot"), d.fromGroup("pgaudit.log", "immediate"), "-clog_statement=none")
	for _, job := range d.Cloud.Objects("kubernetes:batch/v1:Job") {
		if strings.Contains(job.ID, "bootstrap") {
			require.NoError(t, d.Cloud.Remove(job.Kind, job.ID))
		}
	}
	_, err = d.Refresh(t.Context())
	require.NoError(t, err)
	d.up()
	require.Equal(t, "pgaudit", audited())

	app, migrator := d.secret("core-api-db-secret", "DB_LIBPQ_URL"), d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL")
	d.do(migrator, "CREATE TABLE audited (id int PRIMARY KEY, body text)")
	d.do(app, "INSERT INTO audited VALUES (1, 'one')", "UPDATE audited SET body = 'two' WHERE id = 1", "DELETE FROM audited", "SELECT 'nobody asks', body FROM audited")
	d.do(d.master(), "CREATE ROLE somebody LOGIN PASSWORD 'not-for-the-log'", "ALTER ROLE somebody PASSWORD 'nor-this-one'")
	log := d.logged()
	assert.Contains(t, log, ",DDL,CREATE TABLE,TABLE,public.audited,", "with the name that the extension knows")
	assert.Regexp(t, `core_api_a@mosaic:\[\d+\]:LOG:  AUDIT: SESSION,\d+,1,WRITE,INSERT,,,"INSERT INTO audited VALUES \(1, 'one'\)",<not logged>`, log)
	assert.Regexp(t, `ROLE,ALTER ROLE,,,ALTER ROLE somebody PASSWORD <REDACTED>`, log)
	assert.NotContains(t, log, "nobody asks")
	assert.Contains(t, log, "ALTER ROLE core_api_a LOGIN PASSWORD <REDACTED>", "what the bootstrap ran")
	for _, secret := range []string{"not-for-the-log", "nor-this-one", "SCRAM-SHA-256", d.secret("core-api-db-secret", "DB_PASSWORD")} {
		assert.NotContains(t, log, secret)
	}
	d.measure(log)
}

// fromGroup is the argument of postgres for a parameter as the parameter group of the instance has it.
func (d *deployment) fromGroup(name, applied string) string {
	d.t.Helper()
	for _, group := range d.Cloud.Objects("aws:rds/parameterGroup:ParameterGroup") {
		for _, p := range group.Properties.List("parameters") {
			if p.Text("name") == name {
				assert.Equal(d.t, applied, p.Text("applyMethod"), name)
				return "-c" + name + "=" + p.Text("value")
			}
		}
	}
	d.t.Fatalf("the parameter group does not have %s", name)
	return ""
}

// measure says how much longer a line of the audit is than its statement: docs/how-to/monitoring.md has the figure.
func (d *deployment) measure(log string) {
	d.t.Helper()
	line := regexp.MustCompile(`(?m)^.*AUDIT: SESSION,\d+,\d+,WRITE,[A-Z]+,[^,]*,[^,]*,"?(.*?)"?,<not logged>$`)
	var lines, more int
	for _, found := range line.FindAllStringSubmatch(log, -1) {
		lines, more = lines+1, more+len(found[0])+1-len(found[1])
	}
	require.NotZero(d.t, lines)
	d.t.Logf("%d lines of the class write are %d bytes longer each than their statements", lines, more/lines)
	assert.InDelta(d.t, 123, more/lines, 5)
}
