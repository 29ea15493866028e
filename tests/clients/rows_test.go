package clients

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// client is a row of docs/how-to/clients.md: a program that connects with what a pod has from the application's Secret.
type client struct {
	name, tried string            // tried is the version that the page says
	needs       tools.Tool        // "": nothing but this package
	run         []string          // arguments of the tool; the program prints the client's version, and then whether TLS is on
	takes       string            // entry of the Secret that it connects with
	chosen      map[string]string // entries that the application has to choose, by their names
	adds        string            // what the application has to do besides; "": nothing
	picky       bool              // it verifies the server with PGSSLMODE=require, too
	variables   map[string]string // that the pod has besides the Secret, by their entries
}

const query = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

func python(name string) []string { return []string{filepath.Join("testdata", "clients.py"), name} }

func node(name string) []string { return []string{filepath.Join("testdata", "clients.js"), name} }

// clients are the rows that a test runs.
func clients() []client {
	return []client{
		{
			name: "psql and libpq", tried: "15", needs: tools.Psql, takes: "DB_LIBPQ_URL",
			run: []string{"--no-psqlrc", "-At", "-c", `\echo :VERSION_NAME`, "-c", query},
		},
		{name: "psycopg 3", tried: "3.2", needs: tools.Python, takes: "DB_LIBPQ_URL", run: python("psycopg")},
		{name: "psycopg 2", tried: "2.9", needs: tools.Python, takes: "DB_LIBPQ_URL", run: python("psycopg2")},
		{name: "asyncpg", tried: "0.27", needs: tools.Python, takes: "DB_LIBPQ_URL", run: python("asyncpg")},
		{name: "SQLAlchemy with psycopg 3", tried: "2.0", needs: tools.Python, takes: "DB_URL", run: python("sqlalchemy+psycopg")},
		{name: "SQLAlchemy with psycopg 2", tried: "2.0", needs: tools.Python, takes: "DB_LIBPQ_URL", run: python("sqlalchemy+psycopg2")},
		{
			name: "SQLAlchemy with asyncpg", tried: "2.0", needs: tools.Python, takes: "DB_LIBPQ_URL", run: python("sqlalchemy+asyncpg"),
			adds: "`postgresql+asyncpg://` in place of `postgresql://`",
		},
		{
			name: "SQLAlchemy with asyncpg, its own URL", tried: "2.0", needs: tools.Python, takes: "ASYNC_URL", run: python("sqlalchemy+asyncpg_url"),
			chosen: map[string]string{"ASYNC_URL": "asyncpg_url"},
		},
		{name: "Alembic, `set_main_option`", tried: "1.13", needs: tools.Python, takes: "DB_URL", run: python("alembic")},
		{name: "Go: pgx", tried: "5.7", takes: "DB_LIBPQ_URL"},
		{
			name: "Node: pg", tried: "8.23", needs: tools.NodePG, takes: "DB_LIBPQ_URL", run: node("pg"),
			adds: "`ssl: {ca: readFileSync(process.env.PGSSLROOTCERT)}`; without a bundle `ssl: {rejectUnauthorized: false}`",
		},
		{
			name: "Node: pg without `ssl`", tried: "8.23", needs: tools.NodePG, takes: "DB_LIBPQ_URL", run: node("pg alone"), picky: true,
			variables: map[string]string{"NODE_EXTRA_CA_CERTS": "PGSSLROOTCERT"}, adds: "the bundle in the variable `NODE_EXTRA_CA_CERTS`: pg takes `require` as `verify-full`",
		},
		{
			name: "Node: postgres", tried: "3.4", needs: tools.NodePostgres, takes: "DB_LIBPQ_URL", run: node("postgres"),
			adds: "`ssl: {ca: readFileSync(process.env.PGSSLROOTCERT)}`; without a bundle `ssl: 'require'`",
		},
		{
			name: "Perl: DBD::Pg", tried: "3.16", needs: tools.Perl, takes: "DB_HOST and the others",
			run: []string{"-MDBI", "-e", `my $c = DBI->connect("dbi:Pg:host=$ENV{DB_HOST};port=$ENV{DB_PORT};dbname=$ENV{DB_NAME}", $ENV{DB_USER}, $ENV{DB_PASSWORD}, {RaiseError => 1});
				print "$DBD::Pg::VERSION\n", $c->selectrow_array("` + query + `"), "\n"`},
		},
		{
			name: "PHP: pg_connect", tried: "8.2", needs: tools.PHP, takes: "DB_LIBPQ_URL",
			run: []string{"-r", `$c = pg_connect(getenv("DB_LIBPQ_URL")) or exit(1); echo PHP_VERSION, "\n", pg_fetch_result(pg_query($c, "` + query + `"), 0), "\n";`},
		},
		{
			name: "PHP: PDO", tried: "8.2", needs: tools.PHP, takes: "DB_HOST and the others",
			run: []string{"-r", `$c = new PDO("pgsql:host=" . getenv("DB_HOST") . ";port=" . getenv("DB_PORT") . ";dbname=" . getenv("DB_NAME"), getenv("DB_USER"), getenv("DB_PASSWORD"));
				echo PHP_VERSION, "\n", $c->query("` + query + `")->fetchColumn(), "\n";`},
		},
		{
			name: "Ruby: pg", tried: "1.4", needs: tools.Ruby, takes: "DB_LIBPQ_URL",
			run: []string{"-r", "pg", "-e", `puts PG::VERSION, PG.connect(ENV["DB_LIBPQ_URL"]).exec("` + query + `").getvalue(0, 0)`},
		},
		{
			name: "Java: JDBC", tried: "42.5", needs: tools.JDBC, takes: "JDBC_URL, DB_USER and DB_PASSWORD", run: []string{filepath.Join("testdata", "Client.java")},
			chosen: map[string]string{"JDBC_URL": "jdbc_url"},
		},
	}
}

const notRun = "from documentation"

// read are the rows that nobody ran: what the client's own documentation and source say. Prisma 6 parses the URL in its engines' quaint
// (postgres/url.rs: sslmode is prefer and sslaccept accept_invalid_certs unless the URL says otherwise; verify-full is not known).
func read() [][]string {
	return [][]string{
		{"Prisma 6, its own engine", notRun, "`DB_LIBPQ_URL`", "yes", "as it is, it encrypts and verifies nothing", "", "`?sslmode=require&sslaccept=strict&sslcert=<CA bundle>` after the URL; it does not know `verify-full`"},
		{"Prisma 7 with `@prisma/adapter-pg`", notRun, "`DB_LIBPQ_URL`", "as `pg`", "as `pg`", "as `pg`", "as `pg`, in the adapter's options"},
		{"AWS's Secrets Manager JDBC library", notRun, "the secret", "", "", "",
			"takes the secret's ARN as URL and as `user`, and reads `host`, `port`, `dbname`, `username` and `password`; TLS in the properties, as with JDBC"},
	}
}

// program is the path of what runs the client.
func (c client) program(t *testing.T) string {
	t.Helper()
	switch c.needs {
	case "":
		return os.Args[0] // this test, as a client of pgx
	case tools.NodePG, tools.NodePostgres:
		return tools.At(t, tools.Node)
	case tools.JDBC:
		return "java"
	default:
		return tools.At(t, c.needs)
	}
}
