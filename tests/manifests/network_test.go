package manifests

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

// TestEveryPodFindsDNS: migration, bootstrap and pooler reach the cluster's DNS wherever it is: a pod, a service on the node without a
// pod, a cache on an address of its own. Besides that, they reach only the database's subnets, and a migration that logs in by token reaches STS,
// whose addresses nobody knows.
func TestEveryPodFindsDNS(t *testing.T) {
	found := map[string]bool{}
	for name, documents := range files(t) {
		for _, document := range documents {
			if !strings.Contains(document, "kind: NetworkPolicy") {
				continue
			}
			var policy networkingv1.NetworkPolicy
			require.NoError(t, yaml.Unmarshal([]byte(document), &policy))
			found[policy.Name] = true
			asked := map[corev1.Protocol]bool{}
			for _, rule := range policy.Spec.Egress {
				dns := !slices.ContainsFunc(rule.Ports, func(p networkingv1.NetworkPolicyPort) bool { return p.Port.IntValue() != 53 })
				for _, port := range rule.Ports {
					asked[*port.Protocol] = asked[*port.Protocol] || dns && len(rule.To) == 0
				}
				sts := name == "iam.yaml" && policy.Name == "core-api-migration" && len(rule.Ports) == 1 && rule.Ports[0].Port.IntValue() == 443
				assert.True(t, dns || sts || len(rule.To) > 0, "%s of %s: everything is reached on %v", policy.Name, name, rule.Ports)
				for _, to := range rule.To {
					assert.NotNil(t, to.IPBlock, "%s of %s", policy.Name, name)
				}
			}
			assert.True(t, asked[corev1.ProtocolUDP] && asked[corev1.ProtocolTCP], "%s of %s", policy.Name, name)
		}
	}
	for _, name := range []string{"core-api-migration", "core-api-bootstrap", "core-api-pooler"} {
		assert.True(t, found[name], name)
	}
}
