package manifests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

// object is the object of a kind in the pooler's file whose name has a prefix.
func object[T any](t *testing.T, kind, name string) T {
	t.Helper()
	var typed T
	for _, document := range files(t)["pooling.yaml"] {
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		require.NoError(t, yaml.Unmarshal([]byte(document), &head))
		if head.Kind == kind && strings.HasPrefix(head.Metadata.Name, name) {
			require.NoError(t, yaml.Unmarshal([]byte(document), &typed))
			return typed
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return typed
}

// TestThePoolerHoldsTogether: the objects of the pooler refer to each other correctly, which no schema checks.
func TestThePoolerHoldsTogether(t *testing.T) {
	deployment := object[appsv1.Deployment](t, "Deployment", "core-api-pooler")
	service := object[corev1.Service](t, "Service", "core-api-pooler")
	budget := object[policyv1.PodDisruptionBudget](t, "PodDisruptionBudget", "core-api-pooler")
	network := object[networkingv1.NetworkPolicy](t, "NetworkPolicy", "core-api-pooler")
	settings := object[corev1.ConfigMap](t, "ConfigMap", "core-api-pooler-")
	account := object[corev1.ServiceAccount](t, "ServiceAccount", "core-api-pooler")
	template := deployment.Spec.Template
	pod, container := template.Spec, template.Spec.Containers[0]

	for what, selector := range map[string]map[string]string{
		"deployment": deployment.Spec.Selector.MatchLabels, "service": service.Spec.Selector, "budget": budget.Spec.Selector.MatchLabels,
		"network policy": network.Spec.PodSelector.MatchLabels, "affinity": pod.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm.LabelSelector.MatchLabels,
		"spread": pod.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
	} {
		assert.Equal(t, template.Labels, selector, what)
	}
	assert.EqualValues(t, 2, *deployment.Spec.Replicas)
	assert.Equal(t, 0, deployment.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue())
	assert.Equal(t, 1, budget.Spec.MaxUnavailable.IntValue(), "one of two may go, so that a node can be drained")

	port := container.Ports[0].ContainerPort
	assert.EqualValues(t, port, service.Spec.Ports[0].Port)
	assert.EqualValues(t, port, network.Spec.Ingress[0].Ports[0].Port.IntValue())
	assert.EqualValues(t, port, container.ReadinessProbe.TCPSocket.Port.IntValue())
	assert.Contains(t, settings.Data["pgbouncer.ini"], "listen_port = 6432")
	assert.EqualValues(t, 6432, port)
	for _, from := range network.Spec.Ingress[0].From {
		assert.NotEmpty(t, from.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"], "nobody else connects")
	}

	volumes := map[string]corev1.Volume{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = volume
	}
	assert.Equal(t, settings.Name, volumes["settings"].ConfigMap.Name)
	assert.True(t, *settings.Immutable)
	assert.NotContains(t, settings.Data["pgbouncer.ini"], "password")
	for _, mount := range container.VolumeMounts {
		assert.True(t, mount.ReadOnly, mount.Name)
		assert.Contains(t, volumes, mount.Name)
		if mount.Name != "settings" {
			assert.Contains(t, settings.Data["pgbouncer.ini"], mount.MountPath, "what is mounted is what is read")
		}
	}
	for _, secret := range []string{"logins", "tls"} {
		assert.EqualValues(t, 0o440, *volumes[secret].Secret.DefaultMode)
	}

	assert.Equal(t, account.Name, pod.ServiceAccountName)
	assert.False(t, *account.AutomountServiceAccountToken)
	assert.False(t, *pod.AutomountServiceAccountToken)
	assert.NotContains(t, account.Annotations, "eks.amazonaws.com/role-arn", "the pods have no IAM role")
	hook := container.Lifecycle.PreStop.Exec.Command[2]
	assert.Equal(t, "sleep 5; kill -INT 1; sleep 60", hook)
	assert.Greater(t, *pod.TerminationGracePeriodSeconds, int64(5+60), "the hook ends before the kubelet's patience")
}
