package k8s

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

const (
	dnsPort = 53
	// nodeLocalDNS is where NodeLocal DNSCache listens on every node, by the Kubernetes documentation.
	nodeLocalDNS = "169.254.20.10/32"
)

// networkPolicy lets the pods of migrations reach the cluster's DNS and the database, and nobody reach them. It
// takes effect where the cluster enforces network policies; on EKS, that is an option of the VPC CNI.
func (b *builder) networkPolicy(account pulumi.Resource) (pulumi.Resource, error) {
	m := b.args.Migration
	var database networkingv1.NetworkPolicyPeerArray
	for _, cidr := range m.DatabaseCidrs {
		database = append(database, block(cidr))
	}
	name := naming.MigrationNetworkPolicy(b.args.App)
	policy, err := networkingv1.NewNetworkPolicy(b.ctx, b.pulumiName(name), &networkingv1.NetworkPolicyArgs{
		Metadata: b.metadata(name, nil),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: b.migrationLabels()},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Egress: networkingv1.NetworkPolicyEgressRuleArray{
				networkingv1.NetworkPolicyEgressRuleArgs{
					To: networkingv1.NetworkPolicyPeerArray{
						networkingv1.NetworkPolicyPeerArgs{
							NamespaceSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{
								"kubernetes.io/metadata.name": pulumi.String("kube-system"),
							}},
							PodSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
						},
						block(nodeLocalDNS),
					},
					Ports: ports(dnsPort, "UDP", "TCP"),
				},
				networkingv1.NetworkPolicyEgressRuleArgs{To: database, Ports: ports(m.DatabasePort, "TCP")},
			},
		},
	}, b.parent,
		pulumi.DependsOn([]pulumi.Resource{account}),        // which the namespace was there for
		pulumi.Protect(false), pulumi.RetainOnDelete(false)) // it goes with the migrations, and holds nothing
	if err != nil {
		return nil, fmt.Errorf("registering the network policy %s: %w", name, err)
	}
	return policy, nil
}

func block(cidr string) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}}
}

func ports(port int, protocols ...string) networkingv1.NetworkPolicyPortArray {
	var all networkingv1.NetworkPolicyPortArray
	for _, protocol := range protocols {
		all = append(all, networkingv1.NetworkPolicyPortArgs{Port: pulumi.Int(port), Protocol: pulumi.String(protocol)})
	}
	return all
}
