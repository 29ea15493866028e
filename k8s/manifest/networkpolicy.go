package manifest

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const dnsPort = 53

// NetworkPolicy is the network policy of the pods of a component. They may connect to the database, to DNS and to
// what Egress says, and to nothing else.
type NetworkPolicy struct {
	Name      string
	Component string // of the pods' labels
	// DatabaseCidrs and DatabasePort are the addresses and the port of the database.
	DatabaseCidrs []string
	DatabasePort  int
	Ingress       List // ingress rules; nil: nobody may connect to the pods
	Egress        List // more egress rules; nil: none
	// Account is a ServiceAccount that depends on the namespace. The policy is created after it.
	Account pulumi.Resource
}

// NetworkPolicy registers a network policy. It has an effect only if the cluster enforces network policies, which is an
// option of the VPC CNI on EKS. DNS is allowed to every address, because no selector matches CoreDNS on EKS Auto Mode, where
// it runs on the node, or a DNS cache on the node's address.
func (w *Writer) NetworkPolicy(p NetworkPolicy) (pulumi.Resource, error) {
	if len(p.DatabaseCidrs) == 0 {
		return nil, fmt.Errorf("the network policy %s: the addresses of the database are not known, and a rule without addresses would allow all of them", p.Name)
	}
	var database List
	for _, cidr := range p.DatabaseCidrs {
		database = append(database, Object{"ipBlock": Object{"cidr": cidr}})
	}
	spec := Object{
		"podSelector": Selector(w.Labels(p.Component)),
		"policyTypes": List{"Ingress", "Egress"},
		"egress": append(List{
			Object{"ports": Ports(dnsPort, "UDP", "TCP")},
			Object{"to": database, "ports": Ports(p.DatabasePort, "TCP")},
		}, p.Egress...),
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
		pulumi.Protect(false), pulumi.RetainOnDelete(false)) // it has no data, and is deleted with its pods
	if err != nil {
		return nil, fmt.Errorf("registering the network policy %s: %w", p.Name, err)
	}
	return policy, nil
}

// Ports returns the ports of a rule: one port, with each protocol.
func Ports(port int, protocols ...string) List {
	var all List
	for _, protocol := range protocols {
		all = append(all, Object{"port": port, "protocol": protocol})
	}
	return all
}
