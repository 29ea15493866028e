package database

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func (b *builder) subnetGroup() (*rds.SubnetGroup, error) {
	args := &rds.SubnetGroupArgs{
		Description: pulumi.Sprintf("Private subnets of %s", b.name),
		SubnetIds:   pulumi.ToStringArray(b.network.SubnetIDs),
	}
	if name := b.network.SubnetGroupName; name != "" {
		args.Name = pulumi.String(name)
	}
	group, err := rds.NewSubnetGroup(b.ctx, b.name, args, b.parent)
	if err != nil {
		return nil, fmt.Errorf("registering the subnet group %s: %w", b.name, err)
	}
	return group, nil
}

// securityGroup registers the security group, which lets the clients in. Its name is generated: AWS replaces the group when
// its name or description changes and does not delete a group in use, so the new one must exist beside the old one.
//
// It is registered by its type token, because the SDK's package ec2 takes more CPU time to compile than all other
// AWS packages together (docs/reference/performance.md).
func (b *builder) securityGroup() (pulumi.CustomResource, error) {
	group := &pulumi.CustomResourceState{}
	if err := b.ctx.RegisterResource("aws:ec2/securityGroup:SecurityGroup", b.name, pulumi.Map{
		"description": pulumi.Sprintf("Clients of %s", b.name),
		"vpcId":       pulumi.String(b.network.VpcID),
		"ingress":     b.ingress(),
		// Also without a rule it is set: the next run then finds a rule that somebody added by hand, and removes it.
		"egress": b.betweenInstances(),
	}, group, b.parent); err != nil {
		return nil, fmt.Errorf("registering the security group %s: %w", b.name, err)
	}
	return group, nil
}

// ingress returns one inbound rule for each CIDR block and each security group of the clients.
func (b *builder) ingress() pulumi.Array {
	rules := pulumi.Array{}
	for _, cidr := range b.network.IngressCidrs {
		kind := "cidrBlocks"
		if strings.Contains(cidr, ":") {
			kind = "ipv6CidrBlocks"
		}
		rules = append(rules, b.inbound(kind, cidr))
	}
	for _, group := range b.network.IngressSecurityGroupIDs {
		rules = append(rules, b.inbound("securityGroups", group))
	}
	return append(rules, b.betweenInstances()...)
}

// betweenInstances returns the rule, inbound and outbound, for logical replication, in which one instance is the client of another. Both have
// the group.
func (b *builder) betweenInstances() pulumi.Array {
	if b.cfg.Restore.LogicalReplication == "" {
		return pulumi.Array{}
	}
	rule := b.postgres("Logical replication between instances")
	rule["self"] = pulumi.Bool(true)
	return pulumi.Array{rule}
}

// inbound returns the rule that lets in one source, of the kind that this field of a rule has.
func (b *builder) inbound(kind, source string) pulumi.Map {
	rule := b.postgres("PostgreSQL from " + source)
	rule[kind] = pulumi.StringArray{pulumi.String(source)}
	return rule
}

// postgres returns a rule for the database's port.
func (b *builder) postgres(description string) pulumi.Map {
	return pulumi.Map{
		"description": pulumi.String(description),
		"protocol":    pulumi.String("tcp"),
		"fromPort":    pulumi.Int(b.cfg.Database.Port),
		"toPort":      pulumi.Int(b.cfg.Database.Port),
	}
}
