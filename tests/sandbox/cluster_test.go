package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// projectEnv names a project. With it, this program is the sandbox of the project.
const projectEnv = "TEST_SANDBOX_OF"

func TestMain(m *testing.M) {
	project := os.Getenv(projectEnv)
	if project == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := &sandbox{project: project, version: "v1.2.3", program: stack.Deploy, stdout: os.Stdout, stderr: os.Stderr}
	cmd := newCommand(s)
	cmd.SetArgs(os.Args[1:])
	if err := cmd.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(s.code(err))
	}
}

// newCopy is a sandbox with a copy of this project.
func newCopy(t *testing.T) *bench {
	t.Helper()
	b := &bench{sandbox: sandbox{project: t.TempDir(), version: "v1.2.3", program: stack.Deploy}}
	b.stdout, b.stderr = &b.out, &b.errs
	for _, name := range []string{"Pulumi.yaml", "Pulumi.prod.yaml"} {
		content, err := os.ReadFile(filepath.Join("..", "..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(b.project, name), content, 0o600))
	}
	return b
}

// process is a sandbox that runs as a process of its own.
type process struct {
	*testing.T
	*exec.Cmd
	said *bufio.Scanner // on standard error
}

func (b *bench) start(t *testing.T, args ...string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), projectEnv+"="+b.project)
	said, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &process{t, cmd, bufio.NewScanner(said)}
}

// until reads to a line that has a text, and returns all lines.
func (p *process) until(text string) []string {
	p.Helper()
	var lines []string
	for p.said.Scan() {
		lines = append(lines, p.said.Text())
		if strings.Contains(p.said.Text(), text) {
			return lines
		}
	}
	require.FailNow(p.T, "it did not say: "+text, strings.Join(lines, "\n"))
	return nil
}

// running are the command lines of this machine's processes that have to do with a folder.
func running(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil && strings.Contains(string(line), folder) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

// gone asserts that nothing runs in a folder.
func gone(t *testing.T, folder string) {
	t.Helper()
	assert.Eventually(t, func() bool { return len(running(t, folder)) == 0 }, 10*time.Second, 20*time.Millisecond, "%v", running(t, folder))
}

// TestCluster: what up --cluster says can be done in the cluster can be done, another process joins it, and nothing runs when it was killed;
// the next one starts, and leaves nothing when it is interrupted.
func TestCluster(t *testing.T) {
	tools.Need(t, tools.Bash, tools.Cluster, tools.Kubectl, tools.Postgres, tools.Psql, tools.Alembic)
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	b := newCopy(t)
	t.Cleanup(func() { _ = forget(b.clusterOf("prod")) }) // of a test that fails
	keeper := b.start(t, "up", "prod", "--cluster")
	said := keeper.until("migrations.attempt=2")
	assert.Contains(t, strings.Join(said, "\n"), "real Pulumi engine v1.2.3, Kubernetes, External Secrets Operator, PostgreSQL, psql and Alembic on this machine; AWS is simulated")
	var commands, joined []string
	for _, line := range said {
		command, indented := strings.CutPrefix(line, "  ")
		if sandbox, other := strings.CutPrefix(command, goRun+" "); other {
			joined = strings.Fields(sandbox)
		} else if indented {
			commands = append(commands, command)
		}
	}
	out, err := exec.Command(tools.At(t, tools.Bash), "-exuo", "pipefail", "-c", strings.Join(commands, "\n")).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, want := range []string{"SecretSynced", "Complete", "core-api-db-secret", "0001 (head)", "alembic_version", "fetching secret value"} {
		assert.Contains(t, string(out), want)
	}
	require.NoError(t, b.run(t, joined...), b.errs.String())
	assert.Contains(t, b.out.String(), "+ 1 created")
	assert.Contains(t, b.errs.String(), "succeeded")
	assert.Contains(t, b.errs.String(), "in a real cluster on a simulated AWS")
	require.ErrorContains(t, b.run(t, "reset", "prod"), "Ctrl-C where it was started")
	require.ErrorContains(t, b.run(t, "up", "prod", "--cluster"), "its cluster runs already")
	assert.NoDirExists(t, filepath.Join(b.project, folder("prod")), "of the stack without a cluster")

	first, err := os.Readlink(b.clusterOf("prod"))
	require.NoError(t, err)
	require.NotEmpty(t, running(t, first))
	require.NoError(t, keeper.Process.Kill())
	_ = keeper.Wait()
	gone(t, first)

	keeper = b.start(t, "up", "prod", "--cluster")
	keeper.until("up prod: real")
	assert.NoDirExists(t, first)
	second, err := os.Readlink(b.clusterOf("prod"))
	require.NoError(t, err)
	require.NoError(t, keeper.Process.Signal(os.Interrupt))
	keeper.until("have ended and are forgotten")
	_ = keeper.Wait()
	gone(t, second)
	assert.NoDirExists(t, second)
	_, err = os.Lstat(b.clusterOf("prod"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// TestClusterWithoutTools: what cannot be installed is named, and nothing is started.
func TestClusterWithoutTools(t *testing.T) {
	b := newCopy(t)
	t.Setenv(tools.InEnv, t.TempDir())
	t.Setenv("PATH", "")
	err := b.run(t, "up", "prod", "--cluster")
	for _, want := range []string{"this is no Debian or Ubuntu: install these", "npm, which brings the rest", "alembic with python3-psycopg2", "postgresql-client", "cluster: go run ./tests/all"} {
		require.ErrorContains(t, err, want)
	}
	assert.NoDirExists(t, filepath.Join(b.project, ".sandbox"))
	require.ErrorContains(t, b.run(t, "up", "prod", "--cluster", "-c", "tier=huge"), "mosaic-database:tier: huge")
	nameless := []string{"up", "prod", "--cluster", "-c", "cluster.name="}
	for _, given := range []string{
		"cluster.kubeconfig=k", "cluster.oidcIssuer=https://oidc.example.com/id/1", "network.vpcId=vpc-0a1b2c3d", "network.subnetIds[0]=subnet-0a1b2c3d",
		"network.subnetIds[1]=subnet-1a1b2c3d", "network.ingressCidrs[0]=10.0.0.0/16",
	} {
		nameless = append(nameless, "-c", given)
	}
	require.ErrorContains(t, b.run(t, nameless...), "needs mosaic-database:cluster.name")
}

// recorded are database servers that write down what they are asked.
type recorded struct{ calls []string }

func (r *recorded) asked(what ...any) error {
	r.calls = append(r.calls, strings.TrimSuffix(fmt.Sprintln(what...), "\n"))
	return errors.New("FATAL: too many connections")
}

func (r *recorded) Create(i simcloud.Properties, origin string) (string, error) {
	_ = r.asked("create", i, origin)
	return "127.1.2.3", nil
}

func (r *recorded) Modify(old, i simcloud.Properties) error        { return r.asked("modify", old, i) }
func (r *recorded) Delete(i simcloud.Properties) error             { return r.asked("delete", i) }
func (r *recorded) Snapshot(i simcloud.Properties, s string) error { return r.asked("snapshot", i, s) }
func (r *recorded) Accept(i simcloud.Properties, database, user, password string) error {
	return r.asked("accept", i, database, user, password)
}

func (r *recorded) Bootstrap(i simcloud.Properties, environment map[string]string) error {
	return r.asked("bootstrap", i, environment)
}

// TestDatabasesOfAnotherProcess: a call arrives with all that it has, and the answer comes back.
func TestDatabasesOfAnotherProcess(t *testing.T) {
	here, there := net.Pipe()
	servers := &recorded{}
	server := rpc.NewServer()
	require.NoError(t, server.Register(&Databases{servers}))
	go server.ServeCodec(jsonrpc.NewServerCodec(there))
	d := remote{jsonrpc.NewClient(here)}
	t.Cleanup(func() { _ = d.Close() })
	old, i := simcloud.Properties{"port": 5432.0}, simcloud.Properties{"port": 6432.0}
	address, err := d.Create(i, "origin")
	require.NoError(t, err)
	assert.Equal(t, "127.1.2.3", address)
	for _, err := range []error{
		d.Modify(old, i), d.Delete(i), d.Snapshot(i, "final"), d.Accept(i, "database", "user", "password"), d.Bootstrap(i, map[string]string{"A": "B"}),
	} {
		require.EqualError(t, err, "FATAL: too many connections")
	}
	assert.Equal(t, []string{
		"create map[port:6432] origin", "modify map[port:5432] map[port:6432]", "delete map[port:6432]", "snapshot map[port:6432] final",
		"accept map[port:6432] database user password", "bootstrap map[port:6432] map[A:B]",
	}, servers.calls)
}

// TestNeeds: a cluster has the namespaces of all applications, and an image for each container that the program makes.
func TestNeeds(t *testing.T) {
	project := filepath.Join("..", "..")
	cfg, err := loaded(project, "prod", []engine.Override{
		{Path: "pooling.enabled", Value: "true"}, {Path: "pooling.tlsSecretName", Value: "tls"}, {Path: "pooling.image", Value: "pooler:1"},
		{Path: "database.bootstrapImage", Value: "postgres:1"}, {Path: "migrations.image", Value: "core-api:1"}, {Path: "additionalApps.reports.namespace", Value: "reports"},
	})
	require.NoError(t, err)
	assert.Equal(t, Needs{
		User: "deploy", Namespaces: []string{"mosaic-prod", "reports"},
		Images: map[string]tools.Tool{"pooler:1": tools.PgBouncer, "postgres:1": tools.Psql, "core-api:1": tools.Alembic},
	}, needs(cfg))
	cfg, err = loaded(project, "dev", nil)
	require.NoError(t, err)
	assert.Equal(t, "admin", string(needs(cfg).User), "the program makes the namespace")
	assert.Empty(t, needs(cfg).Namespaces)
}
