package stack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// privateSubnetTag is the tag of the private subnets in an EKS cluster's VPC. AWS requires it on subnets for internal load
// balancers.
const privateSubnetTag = "kubernetes.io/role/internal-elb"

// lookupSubnets looks up the database's subnets: those of the configuration, or else the private ones of the VPC, by their tag.
func (d *discovery) lookupSubnets(ctx *pulumi.Context, from pulumi.InvokeOption) error {
	if len(d.network.SubnetIDs) == 0 {
		found, err := getSubnets(ctx, from,
			filter{Name: "vpc-id", Values: []string{d.network.VpcID}},
			filter{Name: "tag:" + privateSubnetTag, Values: []string{"1"}})
		if err != nil {
			return fmt.Errorf("looking up the private subnets of %s: %w", d.network.VpcID, err)
		}
		if len(found.IDs) < 2 {
			return fmt.Errorf("the VPC %s has %d subnets with the tag %s=1, and RDS needs at least two; tag its private subnets "+
				"or set mosaic-database:network.subnetIds", d.network.VpcID, len(found.IDs), privateSubnetTag)
		}
		d.network.SubnetIDs = found.IDs
	}
	d.subnets = make([]subnet, len(d.network.SubnetIDs))
	lookups := make([]func() error, len(d.subnets))
	for i, id := range d.network.SubnetIDs {
		lookups[i] = func() (err error) {
			if d.subnets[i], err = getSubnet(ctx, id, from); err != nil {
				return fmt.Errorf("looking up the subnet %s: %w", id, err)
			}
			return nil
		}
	}
	return together(lookups...)
}

// databaseCidrs are the CIDR blocks of the database's subnets.
func (d *discovery) databaseCidrs() []string {
	var blocks []string
	for _, subnet := range d.subnets {
		blocks = append(blocks, subnet.CidrBlock)
	}
	slices.Sort(blocks)
	return blocks
}

// zones are the availability zones of the database's subnets.
func (d *discovery) zones() []string {
	var zones []string
	for _, subnet := range d.subnets {
		zones = append(zones, subnet.AvailabilityZone)
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

// misplaced finds subnets in which RDS would make no instance, or not the one that is asked for. RDS says it when everything around the
// instance exists.
func (d *discovery) misplaced(cfg *config.Config) schema.Problems {
	var problems schema.Problems
	zones := d.zones()
	for _, subnet := range d.subnets {
		if len(cfg.Network.SubnetIDs) > 0 && subnet.VpcID != d.network.VpcID {
			problems = append(problems, schema.Problem{
				Key: config.Key("network.subnetIds"), Value: subnet.ID,
				Rule: fmt.Sprintf("a subnet of the VPC %s; this one is in %s", d.network.VpcID, subnet.VpcID), Fix: "one of that VPC",
			})
		}
	}
	if len(zones) < 2 {
		problems = append(problems, schema.Problem{
			Key: config.Key("network.subnetIds"), Value: strings.Join(d.network.SubnetIDs, ", "),
			Rule: fmt.Sprintf("in at least two availability zones, as RDS requires; all of these are in %s", strings.Join(zones, "")),
			Fix:  "one of another zone beside them",
		})
	}
	if zone := cfg.Database.AvailabilityZone; zone != "" && !slices.Contains(zones, zone) {
		problems = append(problems, schema.Problem{
			Key: config.Key("database.availabilityZone"), Value: zone, Rule: "a zone with a subnet of the database", Fix: "one of " + strings.Join(zones, ", "),
		})
	}
	return problems
}
