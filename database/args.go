// Package database registers an RDS PostgreSQL instance with its network, parameters, log groups, read replicas,
// credentials and monitoring.
package database

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Args are the arguments of [New].
type Args struct {
	Config     *config.Config // checked
	Network    config.Network // of the configuration, with the gaps filled from the EKS cluster and its VPC
	BillingTag monitoring.Tag // on all resources; the budget filters by it
	// CopyRegion is the provider of backups.copyToRegion; nil: nothing is copied.
	CopyRegion pulumi.ProviderResource
}

// check finds mistakes in what was looked up. The configuration has been checked before.
func (a *Args) check() error {
	var problems []error
	refuse := func(bad bool, format string, values ...any) {
		if bad {
			problems = append(problems, fmt.Errorf("database: "+format, values...))
		}
	}
	refuse(a.Network.VpcID == "", "Network.VpcID is empty")
	refuse(len(a.Network.SubnetIDs) < 2, "Network.SubnetIDs has %d entries; RDS needs at least two, in two availability zones", len(a.Network.SubnetIDs))
	refuse(len(a.Network.IngressCidrs)+len(a.Network.IngressSecurityGroupIDs) == 0,
		"Network.IngressCidrs and Network.IngressSecurityGroupIDs are empty; no client could connect")
	return errors.Join(problems...)
}
