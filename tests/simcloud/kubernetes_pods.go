package simcloud

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// schedule simulates the scheduler: all nodes are in one region, and a pod's anti-affinity is respected.
func (c *cluster) schedule(o *Object, job *batchv1.Job) error {
	affinity := job.Spec.Template.Spec.Affinity
	if affinity == nil || affinity.PodAntiAffinity == nil {
		return nil
	}
	for _, term := range affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
		for _, other := range c.cloud.all(jobType, func(other *Object) bool { return other.Cluster == c.name && other.ID != o.ID }) {
			running := decodeAs[batchv1.Job](other)
			if running.Status.Active > 0 && running.Namespace == job.Namespace && term.TopologyKey == "topology.kubernetes.io/region" &&
				matches(term.LabelSelector, running.Spec.Template.Labels) {
				return errors.New("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules")
			}
		}
	}
	return nil
}

// mount is the first step of the kubelet: every volume has to exist, and have the files that are named.
func (c *cluster) mount(namespace string, pod corev1.PodSpec) error {
	for _, volume := range pod.Volumes {
		var data map[string]string
		var err error
		var items []corev1.KeyToPath
		missing := "references non-existent secret key"
		switch {
		case volume.Secret != nil:
			data, err = c.data(kubeSecretType, namespace, volume.Secret.SecretName, volume.Secret.Optional)
			items = volume.Secret.Items
		case volume.ConfigMap != nil:
			data, err = c.data(configMapType, namespace, volume.ConfigMap.Name, volume.ConfigMap.Optional)
			items, missing = volume.ConfigMap.Items, "configmap references non-existent config key"
		}
		for _, item := range items {
			if _, ok := data[item.Key]; err == nil && !ok {
				err = fmt.Errorf("%s: %s", missing, item.Key)
			}
		}
		if err != nil {
			return fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", volume.Name, err)
		}
	}
	return nil
}

// reach simulates the network: a pod that a NetworkPolicy selects reaches only what its policies allow. A host name needs DNS.
func (c *cluster) reach(job *batchv1.Job, u *url.URL) error {
	selected, dns, database := false, false, false
	port, _ := strconv.Atoi(u.Port())
	networks := c.cloud.subnetsOf(u.Hostname())
	if len(networks) == 0 { // AWS's, which may be anywhere
		networks = []string{"0.0.0.0/0"}
	}
	for _, o := range c.cloud.all(networkPolicyType, func(o *Object) bool { return o.Cluster == c.name }) {
		policy := decodeAs[networkingv1.NetworkPolicy](o)
		if policy.Namespace != job.Namespace || !matches(&policy.Spec.PodSelector, job.Spec.Template.Labels) {
			continue
		}
		selected = true
		dns = dns || allowed(policy, dnsPort, []string{resolver})
		database = database || allowed(policy, port, networks)
	}
	switch {
	case !selected:
		return nil
	case !dns:
		return fmt.Errorf("could not translate host name %q to address: Temporary failure in name resolution", u.Hostname())
	case !database:
		return fmt.Errorf("connection to server at %q, port %s failed: Connection timed out", u.Hostname(), u.Port())
	}
	return nil
}

const (
	dnsPort = 53
	// resolver is the address of DNS in the simulated clusters, that of the DNS service on EKS. As on EKS Auto Mode, and with a cache on
	// the node, there is no pod behind it that a policy could select.
	resolver = "172.20.0.10/32"
)

// allowed tells whether a policy allows a port in all these networks.
func allowed(policy *networkingv1.NetworkPolicy, port int, networks []string) bool {
	for _, rule := range policy.Spec.Egress {
		ports, covered := false, map[string]bool{}
		for _, p := range rule.Ports {
			ports = ports || p.Port != nil && p.Port.IntValue() == port
		}
		for _, network := range networks {
			covered[network] = len(rule.To) == 0 || slices.ContainsFunc(rule.To, func(to networkingv1.NetworkPolicyPeer) bool {
				return to.IPBlock != nil && within(network, to.IPBlock.CIDR)
			})
		}
		whole := len(covered) > 0
		for _, is := range covered {
			whole = whole && is
		}
		if ports && whole {
			return true
		}
	}
	return false
}

func within(inner, outer string) bool {
	i, err := netip.ParsePrefix(inner)
	o, errOuter := netip.ParsePrefix(outer)
	return errors.Join(err, errOuter) == nil && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}

// subnetsOf are the networks in which the instance with an address may be, now or after a failover.
func (c *Cloud) subnetsOf(address string) []string {
	instance := c.serverAt(address)
	if instance == nil {
		return []string{}
	}
	var networks []string
	for _, group := range c.all(subnetGroupType, func(o *Object) bool { return o.ID == instance.Text("dbSubnetGroupName") }) {
		for _, id := range group.Properties.Texts("subnetIds") {
			for _, eks := range eksClusters {
				for _, s := range eks.subnets(eks.region(c)) {
					if s.id == id {
						networks = append(networks, s.cidr)
					}
				}
			}
		}
	}
	return networks
}

func matches(selector *metav1.LabelSelector, set map[string]string) bool {
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(set))
}
