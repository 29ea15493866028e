package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/tests/bring"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// ground is what a command works on: the simulated cloud alone, or also a cluster that a process keeps.
type ground struct {
	folder string      // of the stack, relative to the project
	keeper *rpc.Client // nil: there is no cluster
}

// folder is the folder of a stack without a cluster, relative to the project.
func folder(stack string) string { return filepath.Join(".sandbox", stack) }

// clusterFolder is the folder of a stack with a cluster. No stack has a + in its name.
func clusterFolder(stack string) string { return folder(stack) + "+cluster" }

// clusterOf is the same folder, which is there as long as a process keeps the cluster, or when that was killed.
func (s *sandbox) clusterOf(stack string) string {
	return filepath.Join(s.project, clusterFolder(stack))
}

// ground finds what a command on a stack works on.
func (s *sandbox) ground(stack string) (ground, error) {
	dir, err := os.Readlink(s.clusterOf(stack))
	if errors.Is(err, fs.ErrNotExist) {
		return ground{folder: folder(stack)}, nil
	}
	if err != nil {
		return ground{}, err
	}
	connection, err := net.Dial("unix", filepath.Join(dir, socketFile))
	if err != nil { // its process was killed
		return ground{folder: folder(stack)}, nil
	}
	return ground{clusterFolder(stack), jsonrpc.NewClient(connection)}, nil
}

func (g ground) close() {
	if g.keeper != nil {
		_ = g.keeper.Close() // nothing was left to say
	}
}

// parts says what is real and what is simulated, beside the engine.
func (g ground) parts() string {
	if g.keeper == nil {
		return "simulated AWS and Kubernetes; no account and no cluster is reached"
	}
	return "Kubernetes, External Secrets Operator, PostgreSQL, psql and Alembic on this machine; " +
		"AWS is simulated, and no account is reached"
}

// place says where a command has run.
func (g ground) place() string {
	if g.keeper == nil {
		return "in a simulated cloud"
	}
	return "in a real cluster on a simulated AWS"
}

// furnish connects a cloud with the cluster and its database servers, if there are any.
func (s *sandbox) furnish(c invocation, g ground, cloud *simcloud.Cloud) error {
	if g.keeper == nil {
		return nil
	}
	cfg, err := loaded(s.project, c.stack, c.overrides)
	if err != nil {
		return err
	}
	n := needs(cfg)
	if err := s.bring(c, n); err != nil {
		return err
	}
	if err := g.keeper.Call("Cluster.Join", n, &cloud.Clusters); err != nil {
		return fmt.Errorf("the process that keeps the cluster: %w", err)
	}
	cloud.Databases = remote{g.keeper}
	return nil
}

// bring installs what is missing.
func (s *sandbox) bring(c invocation, n Needs) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	return bring.Tools(c.ctx, root, s.stderr, n.tools()...)
}
