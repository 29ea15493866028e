package database

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// place is where the instances live in the network.
type place struct {
	subnetGroup   *rds.SubnetGroup
	securityGroup *ec2.SecurityGroup
}

func (b *builder) network() (*place, error) {
	id := b.args.Name
	subnets, err := rds.NewSubnetGroup(b.ctx, id, &rds.SubnetGroupArgs{
		Description: pulumi.Sprintf("Private subnets of %s", id),
		SubnetIds:   pulumi.ToStringArray(b.args.Network.SubnetIDs),
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the subnet group %s: %w", id, err)
	}
	// Name and description force a replacement, and a group in use cannot be deleted: the name is
	// generated, so that a new group can be there before the old one goes.
	group, err := ec2.NewSecurityGroup(b.ctx, id, &ec2.SecurityGroupArgs{
		Description: pulumi.Sprintf("Clients of %s", id),
		VpcId:       pulumi.String(b.args.Network.VpcID),
		Ingress:     b.ingress(),
		// Written out, so that a rule added by hand shows up as a change and is removed again.
		Egress: ec2.SecurityGroupEgressArray{},
	}, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the security group %s: %w", id, err)
	}
	return &place{subnetGroup: subnets, securityGroup: group}, nil
}

// ingress is one described rule per CIDR.
func (b *builder) ingress() ec2.SecurityGroupIngressArray {
	rules := ec2.SecurityGroupIngressArray{}
	for _, cidr := range b.args.Network.IngressCidrs {
		rule := ec2.SecurityGroupIngressArgs{
			Description: pulumi.Sprintf("PostgreSQL from %s", cidr),
			Protocol:    pulumi.String("tcp"),
			FromPort:    pulumi.Int(b.args.Engine.Port),
			ToPort:      pulumi.Int(b.args.Engine.Port),
		}
		if strings.Contains(cidr, ":") {
			rule.Ipv6CidrBlocks = pulumi.StringArray{pulumi.String(cidr)}
		} else {
			rule.CidrBlocks = pulumi.StringArray{pulumi.String(cidr)}
		}
		rules = append(rules, rule)
	}
	return rules
}
