package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const dnsPort = 53

// place is where the database is.
type place struct {
	cidrs []string
	port  int
}

// networkPolicy lets the pods of a component reach DNS and the database, and nobody but from reach them. It takes effect
// where the cluster enforces network policies; on EKS, that is an option of the VPC CNI. DNS is port 53 wherever it is: no
// selector matches it on EKS Auto Mode, where CoreDNS is a service of the node, nor a cache on the node's own address.
func (o *objects) networkPolicy(name, component string, at place, from list, account pulumi.Resource) (pulumi.Resource, error) {
	var database list
	for _, cidr := range at.cidrs {
		database = append(database, block(cidr))
	}
	spec := object{
		"podSelector": selector(labels(o.app, component)),
		"policyTypes": list{"Ingress", "Egress"},
		"egress": list{
			object{"ports": ports(dnsPort, "UDP", "TCP")},
			object{"to": database, "ports": ports(at.port, "TCP")},
		},
	}
	if from != nil {
		spec["ingress"] = from
	}
	policy, err := o.register("networking.k8s.io/v1", "NetworkPolicy", name, object{"metadata": o.metadata(name), "spec": spec},
		pulumi.DependsOn([]pulumi.Resource{account}),        // which the namespace was there for
		pulumi.Protect(false), pulumi.RetainOnDelete(false)) // it goes with its pods, and holds nothing
	if err != nil {
		return nil, fmt.Errorf("registering the network policy %s: %w", name, err)
	}
	return policy, nil
}

func selector(labels object) object { return object{"matchLabels": labels} }

func block(cidr string) object { return object{"ipBlock": object{"cidr": cidr}} }

func ports(port int, protocols ...string) list {
	var all list
	for _, protocol := range protocols {
		all = append(all, object{"port": port, "protocol": protocol})
	}
	return all
}
