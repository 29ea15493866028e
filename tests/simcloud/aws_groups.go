package simcloud

import (
	"fmt"
	"regexp"
	"slices"
)

const securityGroupType = "aws:ec2/securityGroup:SecurityGroup"

// securityGroup is a security group that exists in the account, beside those that somebody makes.
type securityGroup struct{ id, vpc string }

// securityGroups are the cluster's own one, and the default one of its VPC.
func (c eksCluster) securityGroups() []securityGroup {
	return []securityGroup{{"sg-0" + digest(16, "eks", c.name), c.vpc()}, {DefaultSecurityGroup(c.name), c.vpc()}}
}

// DefaultSecurityGroup is the default security group of a cluster's VPC.
func DefaultSecurityGroup(cluster string) string { return "sg-0" + digest(16, "default", cluster) }

func (a *account) securityGroups() []securityGroup {
	var all []securityGroup
	for _, c := range eksClusters {
		all = append(all, c.securityGroups()...)
	}
	for _, made := range a.cloud.all(securityGroupType, func(*Object) bool { return true }) {
		all = append(all, securityGroup{made.ID, made.Properties.Text("vpcId")})
	}
	return all
}

func (a *account) getSecurityGroups(args Properties) (Properties, error) {
	var ids, vpcs []string
	for _, g := range a.securityGroups() {
		matches := true
		for _, f := range args.List("filters") {
			has, known := map[string]string{"vpc-id": g.vpc, "group-id": g.id}[f.Text("name")]
			if !known {
				return nil, fmt.Errorf("reading EC2 Security Groups: InvalidParameterValue: The filter '%s' is invalid", f.Text("name"))
			}
			matches = matches && slices.Contains(f.Texts("values"), has)
		}
		if matches {
			ids, vpcs = append(ids, g.id), append(vpcs, g.vpc)
		}
	}
	return Properties{"id": a.region, "ids": texts(ids...), "vpcIds": texts(vpcs...)}, nil
}

var groupDescription = regexp.MustCompile(`^[0-9A-Za-z_ .:/()#,@\[\]+=&;{}!$*-]{0,255}$`)

func createSecurityGroup(a *account, out Properties) (string, error) {
	name, vpc := out.Text("name"), out.Text("vpcId")
	if !slices.ContainsFunc(a.subnets(), func(s subnet) bool { return s.vpc == vpc }) {
		return "", fmt.Errorf("creating Security Group (%s): InvalidVpcID.NotFound: The vpc ID '%s' does not exist", name, vpc)
	}
	taken := a.cloud.find(securityGroupType, func(o *Object) bool {
		return o.Properties.Text("name") == name && o.Properties.Text("vpcId") == vpc
	})
	if taken != nil {
		return "", fmt.Errorf("creating Security Group (%s): InvalidGroup.Duplicate: The security group '%s' already exists "+
			"for VPC '%s'", name, name, vpc)
	}
	id := "sg-0" + digest(16, "sg", name, vpc)
	out.fill(Properties{
		"arn": a.arn("ec2", "security-group/"+id), "ownerId": a.id, "ingress": []any{}, "egress": []any{},
	})
	return id, updateSecurityGroup(a, nil, out)
}

func updateSecurityGroup(a *account, _, out Properties) error {
	descriptions := []string{out.Text("description")}
	for _, rule := range append(out.List("ingress"), out.List("egress")...) {
		descriptions = append(descriptions, rule.Text("description"))
	}
	for _, d := range descriptions {
		if !groupDescription.MatchString(d) {
			return fmt.Errorf("security group %s: InvalidParameterValue: Invalid security group description %q. Valid "+
				"descriptions are strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
				out.Text("name"), d)
		}
	}
	return a.sources(out)
}

// sources checks what the inbound rules of a group let in.
func (a *account) sources(group Properties) error {
	var ipv4, ipv6 int
	for _, rule := range group.List("ingress") {
		sources := rule.Texts("securityGroups")
		ipv4 += len(rule.Texts("cidrBlocks")) + len(sources)
		ipv6 += len(rule.Texts("ipv6CidrBlocks")) + len(sources)
		for _, id := range sources {
			i := slices.IndexFunc(a.securityGroups(), func(g securityGroup) bool { return g.id == id })
			if i < 0 {
				return fmt.Errorf("authorizing Security Group (ingress) rules: InvalidGroup.NotFound: The security group '%s' does not exist", id)
			}
			if a.securityGroups()[i].vpc != group.Text("vpcId") {
				return fmt.Errorf("authorizing Security Group (ingress) rules: InvalidGroup.NotFound: You have specified two resources that belong to different networks")
			}
		}
	}
	if max(ipv4, ipv6) > 60 {
		return fmt.Errorf("authorizing Security Group (ingress) rules: RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached")
	}
	return nil
}

func removeSecurityGroup(a *account, id string, _ Properties) error {
	member := func(o *Object) bool { return slices.Contains(o.Properties.Texts("vpcSecurityGroupIds"), id) }
	if a.cloud.find(instanceType, member) != nil || a.cloud.find(clusterType, member) != nil {
		return fmt.Errorf("deleting Security Group (%s): DependencyViolation: resource %s has a dependent object", id, id)
	}
	return nil
}
