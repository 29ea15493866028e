package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// Cluster offers the cluster of one process to others.
type Cluster struct {
	cluster *eks.Cluster
	mu      sync.Mutex
	made    map[string]bool // the namespaces
}

// Needs is what a stack needs of a cluster.
type Needs struct {
	User       eks.User
	Namespaces []string              // that have to be there
	Images     map[string]tools.Tool // by their names, each with its program
}

// needs is what a stack needs of a cluster by its configuration.
func needs(cfg *config.Config) Needs {
	n := Needs{User: eks.Deployer, Images: map[string]tools.Tool{cfg.Database.BootstrapImage: tools.Psql}}
	if cfg.App.CreateNamespace {
		n.User = eks.Admin // nothing can be bound in a namespace that is not there yet
	} else {
		n.Namespaces = append(n.Namespaces, cfg.App.Namespace)
	}
	for _, app := range cfg.AdditionalApps {
		if app.Namespace != cfg.App.Namespace {
			n.Namespaces = append(n.Namespaces, app.Namespace)
		}
	}
	if cfg.Migrations.Image != "" {
		n.Images[cfg.Migrations.Image] = tools.Alembic
	}
	if cfg.Pooling.Enabled {
		n.Images[cfg.Pooling.Image] = tools.PgBouncer
	}
	return n
}

// tools are what has to be installed.
func (n Needs) tools() []tools.Tool {
	needed := []tools.Tool{tools.Cluster, tools.Kubectl, tools.Postgres, tools.Psql}
	for _, tool := range n.Images {
		needed = append(needed, tool)
	}
	return needed
}

// Join makes what a stack needs, and answers with the cluster as [simcloud.Cloud.Clusters] has it.
func (c *Cluster) Join(n Needs, clusters *map[string]simcloud.Cluster) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, tool := range n.Images {
		image, err := imageOf(tool)
		if err == nil {
			err = c.cluster.Push(name, image)
		}
		if err != nil {
			return fmt.Errorf("image %s: %w", name, err)
		}
	}
	for _, name := range n.Namespaces {
		if c.made[name] {
			continue // and may have been changed since then
		}
		if err := c.cluster.Namespace(context.Background(), name); err != nil {
			return err
		}
		c.made[name] = true
	}
	*clusters = c.cluster.For(n.User, n.Namespaces...)
	return nil
}

// imageOf is what stands for an image that has a program.
func imageOf(tool tools.Tool) (eks.Image, error) {
	program, found := tools.Path(tool)
	psql, foundPsql := tools.Path(tools.Psql)
	switch {
	case !found || !foundPsql:
		return eks.Image{}, errors.New("there is no " + string(tool))
	case tool == tools.Alembic:
		return eks.Application(program, psql)
	case tool == tools.PgBouncer:
		return eks.Pooler(program)
	}
	return eks.Programs(program)
}
