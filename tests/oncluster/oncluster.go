// Package oncluster runs the tests of a package on real clusters instead of simulated ones, where it is asked to.
package oncluster

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// Env is the variable that asks for it. The databases, and what containers do, stay simulated.
const Env = "TEST_ON_CLUSTER"

// Simulated skips a test on real clusters, for a reason.
func Simulated(t *testing.T, why string) {
	t.Helper()
	if asked() {
		t.Skip("on simulated clusters only: " + why)
	}
}

func asked() bool { return os.Getenv(Env) != "" }

// Main runs the tests of a package, and returns its exit code.
func Main(m *testing.M) int {
	if !asked() {
		return live.Main(m)
	}
	p := &pool{idle: map[string][]*eks.Cluster{}}
	return live.MainOn(m, p.join, p.stop)
}

// pool is the clusters of a package's tests. A stack has one for itself, because the objects of all stacks have the same names.
type pool struct {
	mu   sync.Mutex
	idle map[string][]*eks.Cluster // by the name of the EKS cluster
	all  []*eks.Cluster
}

// join makes the cluster of a stack a real one, until the test ends.
func (p *pool) join(l *live.Stack, stack string) (move func(*live.Stack)) {
	l.T.Helper()
	program, found := tools.Path(tools.Cluster)
	require.True(l.T, found, "the cluster was not built from tests/cluster as it is: go run ./tests/all -tools")
	name := "mosaic-" + stack
	c, err := p.take(program, name)
	require.NoError(l.T, err)
	require.NoError(l.T, c.Namespace(l.T.Context(), "mosaic-prod")) // as simulated clusters have it
	var cloud atomic.Pointer[simcloud.Cloud]                        // the node asks at any time
	containers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { cloud.Load().Containers().ServeHTTP(w, r) }))
	require.NoError(l.T, c.Push("*", eks.Image{URL: containers.URL}))
	leave := func() {}
	move = func(l *live.Stack) {
		leave()
		l.Cloud.Patience = patience
		if l.Cloud.AccountID == "" {
			l.Cloud.AccountID = "123456789012" // that of the committed stacks
		}
		cloud.Store(l.Cloud)
		left, err := c.Join(l.Cloud, eks.Admin)
		require.NoError(l.T, err)
		leave = left
	}
	move(l)
	l.T.Cleanup(func() {
		leave()
		containers.Close()
		if err := c.Wipe(context.Background()); err != nil {
			l.T.Logf("the cluster is not used again: %v", err)
			assert.NoError(l.T, c.Stop())
			return
		}
		p.put(name, c)
	})
	return move
}

// patience is how long a run waits for an object. What becomes ready does so in a few seconds.
const patience = 15 * time.Second

func (p *pool) take(program, name string) (*eks.Cluster, error) {
	if c := p.used(name); c != nil {
		return c, nil
	}
	dir, err := os.MkdirTemp(live.Shared(), "cluster-")
	if err != nil {
		return nil, err
	}
	c, err := eks.Start(context.Background(), eks.Options{Program: program, Dir: dir, Name: name})
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, c)
	return c, nil
}

// used is a cluster that another test has left; nil: there is none.
func (p *pool) used(name string) *eks.Cluster {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.idle[name]
	if len(idle) == 0 {
		return nil
	}
	p.idle[name] = idle[1:]
	return idle[0]
}

func (p *pool) put(name string, c *eks.Cluster) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle[name] = append(p.idle[name], c)
}

// stop ends all clusters.
func (p *pool) stop() error {
	var all error
	for _, c := range p.all {
		all = errors.Join(all, c.Stop())
	}
	return all
}
