package stack

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// RDS makes no instance in the subnets of one zone, in another VPC, or in a zone without a subnet; all of it is said before anything is made.
func TestMisplacedSubnets(t *testing.T) {
	found := func(subnets ...subnet) *discovery {
		d := &discovery{network: config.Network{VpcID: "vpc-1"}, subnets: subnets}
		for _, subnet := range subnets {
			d.network.SubnetIDs = append(d.network.SubnetIDs, subnet.ID)
		}
		return d
	}
	a, b := subnet{ID: "subnet-a", VpcID: "vpc-1", AvailabilityZone: "us-east-1a"}, subnet{ID: "subnet-b", VpcID: "vpc-1", AvailabilityZone: "us-east-1b"}
	cfg := &config.Config{}
	assert.Empty(t, found(a, b).misplaced(cfg))
	cfg.Database.AvailabilityZone = "us-east-1b"
	assert.Empty(t, found(a, b).misplaced(cfg))

	elsewhere := subnet{ID: "subnet-c", VpcID: "vpc-2", AvailabilityZone: "us-east-1a"}
	assert.Empty(t, found(elsewhere, b).misplaced(cfg), "AWS was asked for those of the VPC")
	cfg.Network.SubnetIDs = []string{"subnet-a", "subnet-c"}
	problems := found(a, elsewhere).misplaced(cfg)
	if assert.Len(t, problems, 3) {
		assert.Equal(t, "subnet-c", problems[0].Value)
		assert.Contains(t, problems[0].Rule, "a subnet of the VPC vpc-1; this one is in vpc-2")
		assert.Contains(t, problems[1].Rule, "all of these are in us-east-1a")
		assert.Equal(t, "mosaic-database:database.availabilityZone", problems[2].Key)
		assert.Equal(t, "one of us-east-1a", problems[2].Fix)
	}
}
