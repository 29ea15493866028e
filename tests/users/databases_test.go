package users

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
)

// orders is an additional application with a database of its own, whose migration makes a table.
var orders = []engine.Override{
	{Path: "additionalApps.orders.database.name", Value: "orders"}, {Path: "additionalApps.orders.database.readOnlyLogin", Value: "true"},
	{Path: "additionalApps.orders.database.migrations.image", Value: "orders:1.0.0"},
	{Path: "additionalApps.orders.database.migrations.command[0]", Value: "sh"}, {Path: "additionalApps.orders.database.migrations.command[1]", Value: "-ec"},
	{Path: "additionalApps.orders.database.migrations.command[2]", Value: `psql "$DB_LIBPQ_URL" -c 'CREATE TABLE orders (id serial PRIMARY KEY, body text)'`},
}

// in is a URL with another database.
func in(url, database string) string { return url[:strings.LastIndex(url, "/")+1] + database }

// TestADatabaseOfItsOwn tries what docs/how-to/databases.md says of two applications on one instance: neither gets at what is the other's.
func TestADatabaseOfItsOwn(t *testing.T) {
	need(t)
	t.Parallel()
	servers.OnEach(t, ownDatabase)
}

func ownDatabase(t *testing.T, program string) {
	d := deployOn(t, serverAt(t, program), append(append(orders, everything...), engine.Override{Path: "previews.namespaces", Value: "preview-*"})...)
	d.up()
	app, migrator, reader := d.secret("orders-db-secret", "DB_LIBPQ_URL"), d.secret("orders-migrator-db-secret", "DB_LIBPQ_URL"), d.remote("mosaic/prod/rds/orders/readonly")
	for url, login := range map[string]string{app: "orders_a:", migrator: "orders_migrator_a:", reader: "orders_reader_a:"} {
		require.Contains(t, url, login)
		require.True(t, strings.HasSuffix(url, "/orders"), "the URL names its database")
	}
	mains := []string{d.secret("core-api-db-secret", "DB_LIBPQ_URL"), d.secret("core-api-migrator-db-secret", "DB_LIBPQ_URL"), d.remote("mosaic/prod/rds/readonly")}

	t.Run("its logins do there what the others do in theirs", func(t *testing.T) {
		d.do(app, `INSERT INTO orders (body) VALUES ('one')`, `UPDATE orders SET body = 'two'`)
		d.refused(app, denied, `CREATE TABLE mine (a int)`, `DROP TABLE orders`, `SET ROLE orders_owner`)
		d.do(migrator, `ALTER TABLE orders ADD COLUMN a int`)
		assert.Equal(t, "orders_owner", d.one(migrator, `SELECT tableowner FROM pg_tables WHERE tablename = 'orders'`))
		d.do(reader, `SELECT * FROM orders`)
		d.refused(reader, readOnly, `DELETE FROM orders`)
	})
	t.Run("no login connects to another database than its application's", func(*testing.T) {
		for _, url := range []string{app, migrator, reader} {
			for _, other := range []string{"mosaic", "postgres", "template1"} {
				d.refused(in(url, other), denied, `SELECT 1`)
			}
		}
		for _, url := range append(mains, d.token()) {
			url, query, _ := strings.Cut(url, "?")
			for _, other := range []string{"orders", "postgres", "template1"} {
				d.refused(in(url, other)+"?"+query, denied, `SELECT 1`)
			}
		}
	})
	t.Run("no login becomes, changes or drops what is another application's", func(*testing.T) {
		for _, role := range []string{"core_api_owner", "core_api_readwrite", "core_api_a", "core_api_people", "mosaicadmin", "rds_superuser"} {
			for _, url := range []string{app, migrator, reader} {
				d.refused(url, denied, `SET ROLE `+role)
			}
		}
		for _, url := range []string{app, migrator} {
			d.refused(url, denied, `ALTER ROLE core_api_a PASSWORD 'x'`, `DROP DATABASE mosaic`, `ALTER DATABASE mosaic CONNECTION LIMIT 0`, `DROP ROLE core_api_b`,
				`CREATE DATABASE mine TEMPLATE mosaic`, `SELECT pg_database_size('mosaic')`)
		}
		d.refused(mains[1], denied, `DROP DATABASE orders`, `SET ROLE orders_owner`, `CREATE DATABASE mine TEMPLATE orders`, `SELECT pg_database_size('orders')`)
	})
	t.Run("what every login of a server sees is names, and that others are there", func(t *testing.T) {
		session, err := d.connect(mains[0])
		require.NoError(t, err)
		t.Cleanup(func() { _ = session.Close(context.Background()) })
		_, err = session.Exec(t.Context(), `SELECT 'what nobody else reads'`)
		require.NoError(t, err)
		assert.Equal(t, "mosaic: <insufficient privilege>", d.one(app, `SELECT datname || ': ' || query FROM pg_stat_activity WHERE usename = 'core_api_a'`))
		d.refused(app, denied, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'core_api_a'`)
		assert.Equal(t, "mosaic orders postgres", d.one(app, `SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate`))
		assert.Equal(t, "t", d.one(app, `SELECT (count(*) > 0)::text FROM pg_roles WHERE rolname = 'core_api_a'`)[:1])
		assert.Equal(t, "0", d.one(app, `SELECT count(*)::text FROM pg_tables WHERE tablename IN ('memories', 'stories')`), "no table of another database")
	})
	t.Run("others connect to the common databases as before, and not to the new one", func(*testing.T) {
		d.do(d.url("legacy", "old", "postgres"), `SELECT 1`)
		d.refused(d.url("legacy", "old", "orders"), denied, `SELECT 1`)
	})
	t.Run("previews make databases as before, and get at none of the applications'", func(*testing.T) {
		login := d.content("mosaic/prod/rds/previews-")
		d.do(d.url(login["username"], login["password"], "postgres"), `CREATE DATABASE preview_1`, `DROP DATABASE preview_1`)
		d.refused(d.url(login["username"], login["password"], "orders"), denied, `SELECT 1`)
		d.refused(d.url(login["username"], login["password"], "mosaic"), denied, `SELECT 1`)
	})
	t.Run("previews make and drop no database of the applications, and no application takes a preview's", func(t *testing.T) {
		login := d.content("mosaic/prod/rds/previews-")
		for _, statements := range []string{"make", "drop"} {
			out, err := d.preview(login, statements, "orders", "template1")
			require.Error(t, err)
			assert.Contains(t, out, "the database orders belongs to mosaicadmin, so it is no preview's")
		}
		out, err := d.preview(login, "make", "shop", "template1")
		require.NoError(t, err, out)
		out, err = d.bootstrap(shop())
		require.Error(t, err)
		assert.Contains(t, out, "the database shop exists already, and this program did not make it")
		assert.Contains(t, out, "have core_api_previews drop it")
		out, err = d.preview(login, "drop", "shop", "")
		require.NoError(t, err, out)
	})
	t.Run("the master user finishes an upgrade of it", func(t *testing.T) {
		d.do(migrator, `CREATE EXTENSION hstore VERSION '1.4'`)
		master := d.url("mosaicadmin", d.secret("core-api-bootstrap-db-secret", "PGPASSWORD"), "orders")
		out, err := d.finish(master)
		require.NoError(t, err, out)
		assert.Equal(t, "0", d.one(master, `SELECT count(*)::text FROM pg_stat_user_tables WHERE last_analyze IS NULL`))
		assert.NotEqual(t, "1.4", d.one(master, `SELECT extversion FROM pg_extension WHERE extname = 'hstore'`))
	})
	t.Run("once more, it is the same", func(t *testing.T) {
		out, err := d.bootstrap(nil)
		require.NoError(t, err, out)
		d.do(app, `SELECT * FROM orders`)
		d.refused(in(app, "postgres"), denied, `SELECT 1`)
	})
	t.Run("a rotation changes the logins of all", func(t *testing.T) {
		require.NoError(t, d.Set(t.Context(), engine.Override{Path: "database.passwordVersion", Value: "2"}))
		d.up()
		require.Contains(t, d.secret("orders-db-secret", "DB_LIBPQ_URL"), "orders_b:")
		d.do(d.secret("orders-db-secret", "DB_LIBPQ_URL"), `SELECT * FROM orders`)
		d.do(app, `SELECT 1`) // of pods that have not restarted
	})
	t.Run("no password reached the server in plain text", func(t *testing.T) {
		for _, secret := range []string{"orders-db-secret", "orders-migrator-db-secret"} {
			require.Len(t, d.secret(secret, "DB_PASSWORD"), 40)
			assert.NotContains(t, d.logged()+d.printed.String(), d.secret(secret, "DB_PASSWORD"))
		}
	})
}

// shop are the variables of a bootstrap of another database.
func shop() map[string]string {
	variables := map[string]string{"OWN_DATABASE": "shop", "ROLE_OWNER": "shop_owner", "ROLE_READWRITE": "shop_readwrite", "ROLE_READONLY": "shop_readonly", "LOGIN_PEOPLE": "shop_people"}
	for _, of := range []string{"APP", "MIGRATOR", "READER"} {
		for _, which := range []string{"A", "B"} {
			variables["LOGIN_"+of+"_"+which] = strings.ToLower("shop_" + of + "_" + which)
		}
	}
	return variables
}

// TestTheMakingOfADatabase: a Job that is killed between any two steps is completed by the next one, and until then nobody connects; what
// somebody else made is left alone.
func TestTheMakingOfADatabase(t *testing.T) {
	need(t)
	t.Parallel()
	d := deployOn(t, newServer(t), append(orders, everything...)...)
	d.up()
	master := d.master()
	steps := []string{"CREATE ROLE shop_owner", "COMMENT ON ROLE shop_owner IS 'mosaic-prod-db 1'", "CREATE DATABASE shop TEMPLATE template0 ALLOW_CONNECTIONS false"}
	d.do(master, steps[0])

	for _, made := range []string{"CREATE DATABASE shop", "CREATE DATABASE shop OWNER shop_owner", "CREATE DATABASE shop ALLOW_CONNECTIONS false"} {
		t.Run("refused: "+made, func(t *testing.T) {
			d.do(master, "GRANT shop_owner TO CURRENT_USER WITH SET TRUE, INHERIT TRUE", made)
			before := d.one(master, `SELECT string_agg(rolname, ' ' ORDER BY rolname) || (SELECT datacl::text FROM pg_database WHERE datname = 'orders') FROM pg_roles`)
			out, err := d.bootstrap(shop())
			require.Error(t, err)
			assert.Contains(t, out, "the database shop exists already, and this program did not make it")
			assert.Contains(t, out, "write another additionalApps.<name>.database.name")
			assert.Equal(t, before, d.one(master, `SELECT string_agg(rolname, ' ' ORDER BY rolname) || (SELECT datacl::text FROM pg_database WHERE datname = 'orders') FROM pg_roles`))
			out, err = d.bootstrap(shop())
			require.Error(t, err, "also the next time: %s", out)
			d.do(master, "DROP DATABASE shop")
		})
	}
	t.Run("refused: what somebody made after a Job was killed", func(t *testing.T) {
		d.do(master, steps[1], "CREATE DATABASE shop")
		out, err := d.bootstrap(shop())
		require.Error(t, err)
		assert.Contains(t, out, "the database shop exists already, and this program did not make it")
		d.do(master, "DROP DATABASE shop")
	})
	d.do(master, "DROP ROLE shop_owner")
	for n := range len(steps) + 1 {
		t.Run(fmt.Sprintf("killed after %d steps", n), func(t *testing.T) {
			d.do(master, steps[:n]...)
			if n == len(steps) {
				d.refused(d.url("legacy", "old", "shop"), notAccepting, `SELECT 1`)
			}
			out, err := d.bootstrap(shop())
			require.NoError(t, err, out)
			for _, step := range steps[1:] {
				assert.Contains(t, d.logged(), step, "the steps are those of the bootstrap, which has run them all at first")
			}
			assert.Equal(t, "true true false", d.one(master, `SELECT format('%s %s %s', has_database_privilege('shop_app_a', 'shop', 'CONNECT')::text,
				has_database_privilege('shop_migrator_b', 'shop', 'CREATE')::text, has_database_privilege('orders_a', 'shop', 'CONNECT')::text)`))
			d.refused(d.url("legacy", "old", "shop"), denied, `SELECT 1`)
			d.do(master, "DROP DATABASE shop", "DROP ROLE shop_owner, shop_readwrite, shop_readonly, shop_app_a, shop_app_b, shop_migrator_a, shop_migrator_b, shop_reader_a, shop_reader_b")
		})
	}
	t.Run("killed before the roles", func(t *testing.T) {
		cut := shop()
		maps.Copy(cut, map[string]string{"LOGIN_APP_A": ""}) // the second part fails at its first role
		out, err := d.bootstrap(cut)
		require.Error(t, err, out)
		d.refused(d.url("legacy", "old", "shop"), denied, `SELECT 1`)
		out, err = d.bootstrap(shop())
		require.NoError(t, err, out)
	})
}
