package database

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func (b *builder) subnets() (*rds.SubnetGroup, error) {
	group, err := rds.NewSubnetGroup(b.ctx, b.name, &rds.SubnetGroupArgs{
		Description: pulumi.Sprintf("Private subnets of %s", b.name),
		SubnetIds:   pulumi.ToStringArray(b.network.SubnetIDs),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the subnet group %s: %w", b.name, err)
	}
	return group, nil
}

// clients registers the security group. Its name and description force a replacement, and a group in use cannot be
// deleted: the name is generated, so that a new group can be there before the old one goes.
//
// It is registered by its token, because the SDK's package ec2 takes more CPU seconds to compile than the
// rest of the AWS packages together (docs/performance.md).
func (b *builder) clients() (pulumi.CustomResource, error) {
	group := &pulumi.CustomResourceState{}
	if err := b.ctx.RegisterResource("aws:ec2/securityGroup:SecurityGroup", b.name, pulumi.Map{
		"description": pulumi.Sprintf("Clients of %s", b.name),
		"vpcId":       pulumi.String(b.network.VpcID),
		"ingress":     b.ingress(),
		// Written out, so that a rule added by hand shows up as a change and is removed again.
		"egress": pulumi.Array{},
	}, group, b.parent); err != nil {
		return nil, fmt.Errorf("registering the security group %s: %w", b.name, err)
	}
	return group, nil
}

// ingress is one described rule per CIDR.
func (b *builder) ingress() pulumi.Array {
	rules := pulumi.Array{}
	for _, cidr := range b.network.IngressCidrs {
		family := "cidrBlocks"
		if strings.Contains(cidr, ":") {
			family = "ipv6CidrBlocks"
		}
		rules = append(rules, pulumi.Map{
			"description": pulumi.Sprintf("PostgreSQL from %s", cidr),
			"protocol":    pulumi.String("tcp"),
			"fromPort":    pulumi.Int(b.cfg.Database.Port),
			"toPort":      pulumi.Int(b.cfg.Database.Port),
			family:        pulumi.StringArray{pulumi.String(cidr)},
		})
	}
	return rules
}
