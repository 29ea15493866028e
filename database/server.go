package database

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// engine makes the servers of one engine. What comes after a server knows no engine: it takes what [server] has.
type engine interface {
	// active registers the server that the clients use, with its replicas.
	active(s *shared) (*server, error)
	// retained registers a server that no client uses. Changes of the configuration do not reach it, except those that decide how it is
	// deleted.
	retained(s *shared, one config.Retained) (*kept, error)
}

// engine is what makes the servers of an engine.
func (b *builder) engine(of config.Engine) engine {
	if of == config.AuroraPostgreSQL {
		return cluster{b}
	}
	return instance{b}
}

// kept is a server that no client uses.
type kept struct {
	resource           pulumi.Resource     // what has the data, or makes it reachable
	endpoint, username pulumi.StringOutput // host name, and the master user
	resourceID         pulumi.StringOutput // by which IAM names it
}

// server is a database server: an RDS instance with its replicas, or an Aurora cluster with its instances.
type server struct {
	resource         pulumi.Resource // what has the data, and accepts the master user's password
	identifier       pulumi.StringOutput
	endpoint         pulumi.StringOutput // host name of what writes, wherever it is
	readers          pulumi.StringArray  // host names of what reads
	port             pulumi.IntOutput
	resourceID       pulumi.StringOutput // by which IAM names it: db-ABC… or cluster-ABC…
	readerIDs        pulumi.StringArray  // the same of the replicas; a cluster has one for all
	username         pulumi.StringOutput // of the master user; a restored server has that of its backup
	masterSecret     pulumi.StringOutput // ARN of RDS's secret with the master user's password; set only where RDS manages it
	engineVersion    pulumi.StringOutput // the actual one
	allocatedStorage pulumi.IntOutput    // GiB; 0 with Aurora, which allocates none
	copiedBackups    pulumi.StringOutput // ARN of the copies of its automated backups in another region; "": there are none

	watched monitoring.Server
}
