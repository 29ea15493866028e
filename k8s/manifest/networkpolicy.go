package manifest

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const dnsPort = 53

// NetworkPolicy is what the pods of one component may reach, and who may reach them.
type NetworkPolicy struct {
	Name      string
	Component string // of the pods' labels
	// DatabaseCidrs and DatabasePort are where the database is: all that the pods may reach, beside DNS.
	DatabaseCidrs []string
	DatabasePort  int
	Ingress       List // nil: nobody
	// Account is registered before; the account waits for the namespace.
	Account pulumi.Resource
}

// NetworkPolicy registers a policy. It takes effect where the cluster enforces network policies; on EKS, that is an option
// of the VPC CNI. DNS is allowed to every address: no selector matches it on EKS Auto Mode, where CoreDNS is a service of
// the node, nor where a cache listens on the node's own address.
func (w *Writer) NetworkPolicy(p NetworkPolicy) (pulumi.Resource, error) {
	if len(p.DatabaseCidrs) == 0 {
		return nil, fmt.Errorf("the network policy %s: the addresses of the database are not known, and a rule without any allows all", p.Name)
	}
	var database List
	for _, cidr := range p.DatabaseCidrs {
		database = append(database, Object{"ipBlock": Object{"cidr": cidr}})
	}
	spec := Object{
		"podSelector": Selector(w.Labels(p.Component)),
		"policyTypes": List{"Ingress", "Egress"},
		"egress": List{
			Object{"ports": Ports(dnsPort, "UDP", "TCP")},
			Object{"to": database, "ports": Ports(p.DatabasePort, "TCP")},
		},
	}
	if p.Ingress != nil {
		spec["ingress"] = p.Ingress
	}
	policy, err := w.Register(p.Name, Object{
		"apiVersion": "networking.k8s.io/v1",
		"kind":       "NetworkPolicy",
		"metadata":   w.Metadata(p.Name),
		"spec":       spec,
	},
		pulumi.DependsOn([]pulumi.Resource{p.Account}),
		pulumi.Protect(false), pulumi.RetainOnDelete(false)) // it is deleted with its pods: it holds no data
	if err != nil {
		return nil, fmt.Errorf("registering the network policy %s: %w", p.Name, err)
	}
	return policy, nil
}

// Ports are the ports of a rule, one for each protocol.
func Ports(port int, protocols ...string) List {
	var all List
	for _, protocol := range protocols {
		all = append(all, Object{"port": port, "protocol": protocol})
	}
	return all
}
