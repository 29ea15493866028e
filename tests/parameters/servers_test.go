// Package parameters holds the catalogues of parameters to PostgreSQL servers.
package parameters

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// setting is a row of pg_settings.
type setting struct {
	Name, Type, Unit, Context string
	Min, Max                  string
	Values                    []string
}

// TestCataloguesAreThoseOfServers holds a catalogue to a server of its version: every parameter that the server has is there, with the
// type, the unit and the apply type that follow from pg_settings, and no value is allowed that the server refuses. Which parameters RDS has
// beside them, and which it lets be set, no server here knows.
func TestCataloguesAreThoseOfServers(t *testing.T) {
	tools.Need(t, tools.Postgres, tools.PgDump, tools.Postgres18)
	for _, program := range []string{tools.At(t, tools.Postgres), filepath.Join(filepath.Dir(tools.At(t, tools.PgDump)), "postgres"), tools.At(t, tools.Postgres18)} {
		db := connect(t, program)
		var version string
		require.NoError(t, db.QueryRow(t.Context(), "SHOW server_version").Scan(&version))
		major, _, _ := strings.Cut(version, ".")
		t.Run(major, func(t *testing.T) {
			t.Logf("PostgreSQL %s", version)
			catalogue := parameters.Of("postgres" + major)
			require.NotEmpty(t, catalogue.Parameters, "there is none for PostgreSQL %s", version)
			rows := settings(t, db)
			assert.Greater(t, len(rows), 350)
			for _, row := range rows {
				p, known := catalogue.Lookup(strings.ToLower(row.Name))
				if assert.True(t, known || catalogue.Complete, "%s has no %s", catalogue.Family, row.Name) && known {
					row.hold(t, p)
				}
			}
			converts(t, db, catalogue)
		})
	}
}

// connect starts a server with the libraries of PostgreSQL that RDS has.
func connect(t *testing.T, program string) *pgx.Conn {
	t.Helper()
	server, port := servers.PostgresAt(t, program), servers.Port(t)
	server.Init("--username", "postgres", "--auth", "trust")
	server.Start("-p", strconv.Itoa(port), "-c", "listen_addresses=", "-c", "shared_preload_libraries=pg_stat_statements,auto_explain,pg_prewarm")
	var db *pgx.Conn
	require.Eventually(t, func() (up bool) {
		var err error
		db, err = pgx.Connect(t.Context(), fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres", server.Dir, port))
		return err == nil
	}, time.Minute, 50*time.Millisecond, "PostgreSQL does not start")
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	return db
}

func settings(t *testing.T, db *pgx.Conn) []setting {
	t.Helper()
	rows, err := db.Query(t.Context(), `SELECT name, vartype AS type, coalesce(unit, '') AS unit, context,
		coalesce(min_val, '') AS min, coalesce(max_val, '') AS max, coalesce(enumvals, '{}') AS values FROM pg_settings`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[setting])
	require.NoError(t, err)
	return all
}

// hold holds a parameter of a catalogue to the server's.
func (s setting) hold(t *testing.T, p parameters.Parameter) {
	t.Helper()
	// The RDS User Guide calls temp_file_limit static. Both kinds take what is sent for a static one.
	static := s.Context == "postmaster" || s.Context == "internal" || s.Name == "temp_file_limit" && p.ApplyType == parameters.Static
	assert.Equal(t, static, p.ApplyType == parameters.Static, "%s: context %s, and %s", s.Name, s.Context, p.ApplyType)
	assert.Equal(t, s.Unit, p.Unit, s.Name)
	assert.True(t, s.Context != "internal" || p.Modifiable == parameters.Fixed, "%s: nobody can set it", s.Name)
	text := []string{parameters.Text, parameters.List}
	types := map[string][]string{"integer": {parameters.Integer}, "real": {parameters.Float}, "bool": {parameters.Boolean}, "string": text, "enum": text}
	assert.Contains(t, types[s.Type], p.DataType, "%s: %s", s.Name, s.Type)
	switch s.Type {
	case "integer", "real":
		within := parameters.Parameter{AllowedValues: s.Min + "-" + s.Max}
		least, most, ranged := strings.Cut(p.Range(), " to ")
		assert.True(t, ranged && within.Within(least) && within.Within(most), "%s: %s is not within %s", s.Name, p.AllowedValues, within.AllowedValues)
	case "enum":
		built := []string{"wal_compression", "default_toast_compression", "io_method"} // by what a server was compiled with
		for value := range strings.SplitSeq(p.AllowedValues, ",") {
			if slices.Contains(built, s.Name) {
				continue
			}
			assert.True(t, slices.Contains(s.Values, value), "%s: %s is none of %s", s.Name, value, s.Values)
		}
	}
}

// converts compares the advice for values with a unit with what the server makes of them.
func converts(t *testing.T, db *pgx.Conn, catalogue *parameters.Catalogue) {
	t.Helper()
	for name, values := range map[string][]string{
		"work_mem": {"64MB", "1GB", "128 kB"}, "temp_buffers": {"64MB", "800kB"}, "effective_cache_size": {"2GB", "16MB"}, "max_stack_depth": {"1MB"},
		"statement_timeout": {"30s", "1min", "1.5s", "2h"}, "log_min_duration_statement": {"500ms", "250us", "1d"},
		"min_parallel_table_scan_size": {"8MB"}, "maintenance_work_mem": {"2GB"}, "idle_session_timeout": {"1h"}, "vacuum_cost_delay": {"2ms", "500us"},
	} {
		p, known := catalogue.Lookup(name)
		require.True(t, known, name)
		for _, value := range values {
			_, err := db.Exec(t.Context(), fmt.Sprintf("SET %s = '%s'", name, value))
			require.NoError(t, err, "%s: %s", name, value)
			var stored string
			require.NoError(t, db.QueryRow(t.Context(), "SELECT setting FROM pg_settings WHERE name = $1", name).Scan(&stored))
			fault := p.Check(value)
			if assert.NotNil(t, fault, "%s: %s", name, value) {
				assert.Equal(t, stored, fault.Fix, "%s: %s", name, value)
			}
		}
	}
}
