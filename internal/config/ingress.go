package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// mostRules is how many inbound rules a security group can have for IPv4, and as many for IPv6; a rule for a security group counts
// as one of both ("Amazon VPC quotas" in the VPC User Guide).
const mostRules = 60

// OpenToVPC tells whether the whole VPC may connect, because the stack does not say who else.
func (n Network) OpenToVPC() bool {
	return len(n.IngressCidrs) == 0 && len(n.IngressSecurityGroupIDs) == 0 && !n.IngressClusterSecurityGroup
}

// ingress holds together who may connect to the database.
func (l *loader) ingress() {
	const cidrs, groups, cluster = "network.ingressCidrs", "network.ingressSecurityGroupIds", "network.ingressClusterSecurityGroup"
	n := l.config.Network
	for _, list := range []struct {
		field string
		value []string
	}{{cidrs, n.IngressCidrs}, {groups, n.IngressSecurityGroupIDs}} {
		if list.value != nil && n.OpenToVPC() {
			l.conflict(Problem{Key: list.field, Value: schema.Show(list.value),
				Rule: "not empty where nothing else says who may connect: without the line it is the whole VPC",
				Fix: "CIDR blocks, or security groups in ingressSecurityGroupIds or by ingressClusterSecurityGroup: true; " +
					"or remove the line to let in the CIDR of the VPC"}, cidrs, groups, cluster)
		}
	}
	if n.IngressClusterSecurityGroup && l.config.Cluster.Name == "" {
		l.conflict(Problem{Key: cluster, Value: "true",
			Rule: "only with cluster.name, by which the group is looked up",
			Fix:  "cluster.name too; or remove the line, and write the group's id in network.ingressSecurityGroupIds"}, "cluster.name")
	}
	if rules := n.inboundRules(); rules > mostRules {
		l.conflict(Problem{Key: cidrs, Value: fmt.Sprintf("%d rules with those for security groups", rules),
			Rule: fmt.Sprintf("at most %d inbound rules for IPv4 and %d for IPv6, the quota of a security group", mostRules, mostRules),
			Fix:  "fewer and larger CIDR blocks, or one security group for many clients"}, groups)
	}
}

// inboundRules is how many rules the clients need, of IPv4 or of IPv6, whichever are more.
func (n Network) inboundRules() int {
	var ipv4, ipv6 int
	for _, cidr := range n.IngressCidrs {
		if strings.Contains(cidr, ":") {
			ipv6++
		} else {
			ipv4++
		}
	}
	groups := len(n.IngressSecurityGroupIDs)
	if n.IngressClusterSecurityGroup {
		groups++
	}
	return groups + max(ipv4, ipv6)
}
