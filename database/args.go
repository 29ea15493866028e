// Package database provisions an RDS PostgreSQL instance with what belongs to it: network, parameters, log groups, read
// replicas, credentials and monitoring.
package database

import (
	"errors"
	"fmt"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Args is what the instance is made from: the configuration, which has been checked, and what was looked up for it.
type Args struct {
	Config     *config.Config
	Network    config.Network // the configuration's, completed from the cluster and its VPC
	BillingTag monitoring.Tag
}

// check refuses what the configuration cannot know.
func (a *Args) check() error {
	var problems []error
	refuse := func(bad bool, format string, values ...any) {
		if bad {
			problems = append(problems, fmt.Errorf("database: "+format, values...))
		}
	}
	refuse(a.Network.VpcID == "", "Network.VpcID is empty")
	refuse(len(a.Network.SubnetIDs) < 2, "Network.SubnetIDs has %d entries; RDS needs two, in two availability zones", len(a.Network.SubnetIDs))
	refuse(len(a.Network.IngressCidrs) == 0, "Network.IngressCidrs is empty; nothing could connect")
	return errors.Join(problems...)
}
