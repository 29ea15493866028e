package users

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// An image that migrates itself is found in the log of the server: just db-check reads the refusals there. Those of a real server are read
// here, of the statements that Alembic makes, by the login of the application.
func TestTheLogTellsWhoChangesTheSchema(t *testing.T) {
	need(t)
	tools.Need(t, tools.Jq)
	t.Parallel()
	d := deploy(t, engine.Override{Path: "database.credentials", Value: "alternating"})
	d.up()
	app := d.secret("core-api-db-secret", "DB_LIBPQ_URL")
	require.Contains(t, app, "core_api_a:")
	d.refused(app, denied, "\nCREATE TABLE mine (\n\ta TEXT DEFAULT 'hidden'\n)", "CREATE TYPE tone AS ENUM ('hidden')", "CREATE INDEX ix ON memories (body)",
		"ALTER TABLE stories ADD COLUMN a TEXT DEFAULT 'hidden'", "DROP TABLE stories", "DROP SEQUENCE free", "CREATE SCHEMA mine", "CREATE EXTENSION citext")
	d.do(app, "INSERT INTO memories (body) VALUES ('must be owner of table hidden')")
	migrator := d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL")
	d.do(migrator, "ALTER TABLE memories ADD COLUMN by_the_job int")
	d.refused(migrator, denied, "DROP TABLE pg_catalog.pg_class") // nobody asks about this login

	lines, err := json.Marshal(strings.Split(d.logged(), "\n"))
	require.NoError(t, err)
	cmd := exec.Command(tools.At(t, tools.Jq), "--raw-output", "--argjson", "logins", `["core_api_a", "core_api_b"]`, "--argjson", "pods", `{"127.0.0.1": "api-7d9"}`,
		"--from-file", filepath.Join(root, "scripts", "ddl.jq"))
	cmd.Stdin = strings.NewReader(string(lines))
	said, err := cmd.Output()
	require.NoError(t, err)
	told := regexp.MustCompile(`, last at .*`).ReplaceAllString(string(said), "")
	const from = "core_api_a from 127.0.0.1, the pod api-7d9: "
	all := strings.Split(strings.TrimSpace(told), "\n")
	assert.ElementsMatch(t, []string{
		from + "CREATE in the schema public, 2 times",
		from + "ALTER, DROP or CREATE INDEX of the table memories, once",
		from + "ALTER, DROP or CREATE INDEX of the table stories, 2 times",
		from + "ALTER, DROP or CREATE INDEX of the sequence free, once",
		from + "CREATE SCHEMA in the database mosaic, once",
		from + `create extension "citext", once`,
		"the Job migrates; take alembic upgrade out of the command of the image (docs/how-to/migrations.md)",
	}, all, d.logged())
	assert.NotContains(t, told, "hidden")
}
