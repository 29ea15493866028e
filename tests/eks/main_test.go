package eks

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/rds"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// shared is what all tests of the package use: one cluster, and one region of RDS.
var shared struct {
	once    sync.Once
	cluster *Cluster
	region  *rds.Region
	err     error
	stacks  atomic.Int64
}

// atATime is how many tests run at a time. They wait more than they compute.
const atATime = 6

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(max(atATime, runtime.GOMAXPROCS(0)))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(live.Main(m, stop))
}

// stop ends what the tests have shared.
func stop() error {
	var err error
	if shared.cluster != nil {
		err = shared.cluster.Stop()
	}
	if shared.region != nil {
		err = errors.Join(err, shared.region.Close())
	}
	return err
}

// cluster is the cluster of the tests, with the application's images.
func cluster(t *testing.T) *Cluster {
	t.Helper()
	tools.Need(t, tools.Cluster, tools.Postgres, tools.Psql, tools.Alembic, tools.Kubectl)
	tools.Commands(t, "cp", "sh", "cat")
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	shared.once.Do(func() {
		shared.region, shared.err = rds.Temporary(tools.At(t, tools.Postgres))
		if shared.err != nil {
			return
		}
		dir := filepath.Join(live.Shared(), "cluster")
		// A container that does not stay root has to get at its files, too.
		if shared.err = errors.Join(os.Mkdir(dir, 0o755), os.Chmod(live.Shared(), 0o755)); shared.err != nil {
			return
		}
		shared.cluster, shared.err = Start(context.Background(), Options{Program: tools.At(t, tools.Cluster), Dir: dir, Name: "mosaic-prod"})
	})
	require.NoError(t, shared.err)
	return shared.cluster
}

// stack is a stack on the cluster, with a cloud, an account and a namespace of its own.
type stack struct {
	*live.Stack
	cluster            *Cluster
	account, namespace string
}

// start opens a stack. Nothing is deployed yet.
func start(t *testing.T, overrides ...engine.Override) *stack {
	t.Helper()
	c := cluster(t)
	number := shared.stacks.Add(1)
	s := &stack{cluster: c, account: fmt.Sprintf("1000000000%02d", number), namespace: fmt.Sprintf("mosaic-prod-%d", number)}
	given := []engine.Override{{Path: "aws:allowedAccountIds[0]", Value: s.account, Text: true}, {Path: "app.namespace", Value: s.namespace}}
	s.Stack = live.StartWith(t, engine.Options{Stack: "prod", AccountID: s.account, Overrides: append(given, overrides...)})
	account, err := shared.region.Account(s.account)
	require.NoError(t, err)
	s.Cloud.Databases, s.Cloud.Patience = account, 40*time.Second
	require.NoError(t, c.Namespace(t.Context(), s.namespace))
	leave, err := c.Join(s.Cloud, Deployer, s.namespace)
	require.NoError(t, err)
	t.Cleanup(func() {
		// What still writes must not outlive the test's folder.
		assert.NoError(t, c.Remove(context.Background(), s.namespace))
		leave()
	})
	for _, name := range []string{"mosaic-life/core-api", "postgres"} { // what the bootstrap runs is there, too
		require.NoError(t, c.Push(name, application(t)))
	}
	return s
}

// as makes a user the one who runs the program.
func (s *stack) as(u User) {
	c := s.Cloud.Clusters[s.cluster.options.Name]
	c.Server = s.cluster.As(u)
	s.Cloud.Clusters[s.cluster.options.Name] = c
}

// application is the image of the application.
func application(t *testing.T) Image {
	t.Helper()
	image, err := Application(tools.At(t, tools.Alembic), tools.At(t, tools.Psql))
	require.NoError(t, err)
	return image
}

// connect logs in with an entry of the application's Secret.
func (s *stack) connect(entry string) *pgx.Conn {
	s.T.Helper()
	c, err := pgx.Connect(s.T.Context(), s.KubeSecret(entry)+"?sslmode=require")
	require.NoError(s.T, err)
	s.T.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
