// Package conformance holds the simulated clusters of package simcloud to a real one: each row makes the same calls of the kubernetes
// provider on both, as the engine does, and what they answer and leave is the same, or differs for a reason that the row says.
package conformance

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// shared is the real cluster of all rows.
var shared struct {
	once       sync.Once
	dir        string
	cluster    *eks.Cluster
	err        error
	namespaces sync.Mutex
}

func TestMain(m *testing.M) {
	flag.Parse()
	// A row spends its time in waiting.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	code := m.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	_ = os.RemoveAll(shared.dir)
	os.Exit(code)
}

// realCluster is the cluster, with an image that has the commands of this machine.
func realCluster(t *testing.T) *eks.Cluster {
	t.Helper()
	tools.Need(t, tools.Cluster)
	tools.Commands(t, "sh", "sleep", "true", "false")
	if testing.Short() {
		t.Skip("starts a cluster")
	}
	shared.once.Do(func() {
		shared.dir, shared.err = os.MkdirTemp("", "conformance")
		if shared.err != nil {
			return
		}
		shared.cluster, shared.err = eks.Start(context.Background(), eks.Options{
			Program: tools.At(t, tools.Cluster), Dir: shared.dir, Name: "mosaic-prod",
		})
		if shared.err == nil {
			shared.err = shared.cluster.Push("app", eks.Image{Path: filepath.SplitList(os.Getenv("PATH"))})
		}
	})
	require.NoError(t, shared.err)
	return shared.cluster
}
