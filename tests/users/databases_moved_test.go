package users

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// withOrders are additional applications with databases of their own, orders and one that stays, both without migrations.
var withOrders = append([]engine.Override{
	{Path: "additionalApps.orders.database.name", Value: "orders"}, {Path: "additionalApps.orders.database.migrations.enabled", Value: "false"},
	{Path: "additionalApps.orders.database.readOnlyLogin", Value: "true"},
	{Path: "additionalApps.stays.database.name", Value: "stays"}, {Path: "additionalApps.stays.database.migrations.enabled", Value: "false"},
}, everything...)

// TestDataMoves runs the blocks of docs/how-to/databases.md under "Moving data": into a database of its own, back, to another instance, and the end.
func TestDataMoves(t *testing.T) {
	need(t)
	tools.Need(t, tools.PgDump, tools.Jq, tools.Bash)
	t.Parallel()
	dump, err := filepath.EvalSymlinks(tools.At(t, tools.PgDump))
	require.NoError(t, err)
	program := filepath.Join(filepath.Dir(dump), "postgres")
	d := deployOn(t, serverAt(t, program), withOrders...)
	d.up()
	main, app := d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), d.secret("orders-db-secret", "DB_LIBPQ_URL")
	move := blockOf(t, "databases.md", "FROM=")
	back := strings.Replace(move, strings.Split(move, " TABLES=")[0], directionBack(t), 1)

	d.do(main, `CREATE TYPE size AS ENUM ('small')`,
		`CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)`,
		`CREATE TABLE orders_lines (id serial PRIMARY KEY, of int NOT NULL REFERENCES orders, what text, how size)`, `CREATE INDEX ON orders_lines (what)`,
		`INSERT INTO orders (body) VALUES ('one'), ('two')`, `INSERT INTO orders_lines (of, what) VALUES (1, 'a'), (2, 'b'), (2, 'c')`)
	t.Run("a type that the dump lacks: nothing of the load is there", func(t *testing.T) {
		out, err := d.follow(move)
		require.Error(t, err)
		assert.Contains(t, out, `type "public.size" does not exist`)
		assert.Equal(t, "0", d.one(app, `SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'`))
	})
	d.do(d.remote("mosaic/prod/rds/orders/migrator"), `CREATE TYPE size AS ENUM ('small')`)
	t.Run("into a database of its own", func(t *testing.T) {
		out, err := d.follow(move)
		require.NoError(t, err, out)
		assert.Equal(t, "ANALYZE\npublic,orders,2\npublic,orders_lines,3\n", lastLines(out, 3))
		d.do(app, `INSERT INTO orders (body) VALUES ('three')`, `INSERT INTO orders_lines (of, what) VALUES (3, 'd')`)
		assert.Equal(t, "3 4 orders_owner", d.one(app, `SELECT concat_ws(' ', (SELECT max(id) FROM orders), (SELECT max(id) FROM orders_lines),
			(SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'public'))`))
		d.refused(app, denied, `DROP TABLE orders`)
		assert.Equal(t, "2", d.one(main, `SELECT count(*)::text FROM orders`), "the old tables stay")
	})
	t.Run("back into the main database", func(t *testing.T) {
		out, err := d.follow(back)
		require.Error(t, err)
		assert.Contains(t, out, `relation "orders" already exists`)
		assert.Equal(t, "2", d.one(main, `SELECT count(*)::text FROM orders`), "a table of that name is left alone")
		d.do(main, `DROP TABLE orders, orders_lines`)
		out, err = d.follow(back)
		require.NoError(t, err, out)
		assert.Equal(t, "ANALYZE\npublic,orders,3\npublic,orders_lines,4\n", lastLines(out, 3))
		d.do(d.secret("core-api-db-secret", "DB_LIBPQ_URL"), `INSERT INTO orders (body) VALUES ('four')`)
		assert.Equal(t, "core_api_owner", d.one(main, `SELECT tableowner FROM pg_tables WHERE tablename = 'orders_lines'`))
	})
	t.Run("away from the instance", func(t *testing.T) {
		out, err := d.follow(blockOf(t, "databases.md", `eval "$(login mosaic/prod/rds/orders/migrator)"`) + `echo "$OLD_URL"`)
		require.NoError(t, err, out)
		other := deployOn(t, serverAt(t, program), begins...)
		other.up()
		other.emptyRDS("mosaicadmin", other.secret("core-api-db-secret", "DB_PASSWORD"), "mosaic")
		password := d.content("mosaic/prod/rds/orders/migrator")["password"] // which the page has in the environment
		out, err = other.moveIn(strings.Replace(strings.TrimSpace(out), "@", ":"+password+"@", 1))
		require.NoError(t, err, out)
		assert.Equal(t, "3", other.one(other.master(), `SELECT count(*)::text FROM orders`))
	})
	t.Run("gone for good", func(*testing.T) { d.goneForGood() })
}

// goneForGood takes orders out and drops what it leaves. The same entry makes it anew.
func (d *deployment) goneForGood() {
	d.t.Helper()
	drop := blockOf(d.t, "databases.md", `eval "$(login "$(pulumi`)
	require.NoError(d.t, d.Set(d.t.Context(), engine.Override{Path: "additionalApps.orders.deletionProtection", Value: "false"}))
	d.up()
	require.NoError(d.t, d.Unset(d.t.Context(), "additionalApps.orders"))
	d.up()
	open, err := d.connect(d.url(superuser, superPassword, "orders"))
	require.NoError(d.t, err)
	out, err := d.follow(drop)
	require.Error(d.t, err)
	assert.Contains(d.t, out, `database "orders" is being accessed by other users`)
	require.NoError(d.t, open.Close(d.t.Context()))
	out, err = d.follow(drop)
	require.NoError(d.t, err, out)
	left := `SELECT concat_ws(' ', (SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate),
		(SELECT count(*) FROM pg_roles WHERE rolname LIKE 'orders%'))`
	assert.Equal(d.t, "mosaic postgres stays 0", d.one(d.master(), left))
	require.NoError(d.t, d.Set(d.t.Context(), withOrders[0], withOrders[1]))
	d.up()
	assert.Equal(d.t, "0", d.one(d.secret("orders-db-secret", "DB_LIBPQ_URL"), `SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'`))
}

// directionBack are the words with which the page says which way is back.
func directionBack(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs", "how-to", "databases.md"))
	require.NoError(t, err)
	_, section, _ := strings.Cut(string(page), "### Back into the main database")
	_, words, _ := strings.Cut(section, "`")
	words, _, _ = strings.Cut(words, "`")
	require.Regexp(t, "^FROM=.* INTO=", words)
	return words
}

// lastLines are the last lines of what was printed.
func lastLines(printed string, number int) string {
	lines := strings.SplitAfter(printed, "\n")
	return strings.Join(lines[max(0, len(lines)-number-1):], "")
}

// follow runs the first block of "Moving data" and then a script of the page, with the secrets that the simulated cloud has.
func (d *deployment) follow(script string) (string, error) {
	d.t.Helper()
	dir := d.t.TempDir()
	scripts, err := filepath.Abs(filepath.Join(root, "scripts"))
	require.NoError(d.t, err)
	require.NoError(d.t, os.Symlink(scripts, filepath.Join(dir, "scripts")))
	all, err := d.Outputs(d.t.Context())
	require.NoError(d.t, err)
	var outputs map[string]any
	require.NoError(d.t, json.Unmarshal([]byte(all), &outputs))
	answer := func(program, call, says string) {
		d.t.Helper()
		file, err := os.OpenFile(filepath.Join(dir, program), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o700)
		require.NoError(d.t, err)
		_, err = file.WriteString("#!/bin/sh\n[ \"$*\" != '" + call + "' ] || { echo '" + says + "'; exit; }\n")
		require.NoError(d.t, err)
		require.NoError(d.t, file.Close())
	}
	for _, version := range d.Cloud.Objects("aws:secretsmanager/secretVersion:SecretVersion") {
		if slices.Contains(version.Properties.Texts("versionStages"), "AWSCURRENT") {
			arn := version.Properties.Text("secretId")
			name := strings.TrimSuffix(strings.SplitN(arn, ":", 7)[6], arn[len(arn)-7:]) // six characters of AWS's own
			for _, id := range []string{arn, name} {
				answer("aws", "secretsmanager get-secret-value --secret-id "+id+" --query SecretString --output text", version.Properties.Text("secretString"))
			}
		}
	}
	answer("pulumi", "stack output masterUserSecretArn --stack prod", outputs["masterUserSecretArn"].(string))
	path := []string{dir}
	for _, tool := range []tools.Tool{tools.PgDump, tools.Jq, tools.Psql} {
		file, err := filepath.EvalSymlinks(tools.At(d.t, tool))
		require.NoError(d.t, err)
		path = append(path, filepath.Dir(file))
	}
	begin := strings.Replace(blockOf(d.t, "databases.md", "export PGHOST="), "PGPORT=5432", "PGPORT="+strconv.Itoa(d.port), 1)
	cmd := exec.Command(tools.At(d.t, tools.Bash), "-euc", begin+script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+strings.Join(append(path, os.Getenv("PATH")), ":"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}
