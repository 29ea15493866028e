package manifests

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"
)

// rule is a check of kube-linter or Polaris, which do not exist as Go modules. CI runs kube-score itself.
type rule struct {
	ids    string // its ids in the tools
	holds  func(job *batchv1.Job, c corev1.Container, policies []networkingv1.NetworkPolicy) bool
	waived string // why it need not hold; docs/how-to/migrations.md lists all
}

func rules() []rule {
	type policies = []networkingv1.NetworkPolicy
	set := func(list corev1.ResourceList, names ...corev1.ResourceName) bool {
		return !slices.ContainsFunc(names, func(name corev1.ResourceName) bool { q := list[name]; return q.IsZero() })
	}
	pod := func(job *batchv1.Job) corev1.PodSpec { return job.Spec.Template.Spec }
	return []rule{
		{ids: "kube-linter run-as-non-root, Polaris runAsRootAllowed", holds: func(j *batchv1.Job, c corev1.Container, _ policies) bool {
			s := pod(j).SecurityContext
			return *s.RunAsNonRoot && *s.RunAsUser >= 10000 && *s.RunAsGroup >= 10000 && (c.SecurityContext.RunAsUser == nil)
		}},
		{ids: "kube-linter privilege-escalation-container, Polaris privilegeEscalationAllowed", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return !*c.SecurityContext.AllowPrivilegeEscalation
		}},
		{ids: "kube-linter privileged-container, Polaris runAsPrivileged", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return c.SecurityContext.Privileged == nil
		}},
		{ids: "kube-linter drop-net-raw-capability, Polaris insecureCapabilities", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			caps := c.SecurityContext.Capabilities
			return slices.Equal(caps.Drop, []corev1.Capability{"ALL"}) && len(caps.Add) == 0
		}},
		{ids: "kube-linter no-read-only-root-fs, Polaris notReadOnlyRootFilesystem", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return *c.SecurityContext.ReadOnlyRootFilesystem
		}},
		{ids: "kube-linter host-network, host-pid, host-ipc, Polaris hostNetworkSet, hostPIDSet, hostIPCSet", holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool {
			return !pod(j).HostNetwork && !pod(j).HostPID && !pod(j).HostIPC
		}},
		{ids: "kube-linter sensitive-host-mounts, docker-sock, Polaris hostPathSet", holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool {
			return !slices.ContainsFunc(pod(j).Volumes, func(v corev1.Volume) bool { return v.HostPath != nil })
		}},
		{ids: "kube-linter unset-cpu-requirements, Polaris cpuRequestsMissing, cpuLimitsMissing", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return set(c.Resources.Requests, "cpu") && set(c.Resources.Limits, "cpu")
		}},
		{ids: "kube-linter unset-memory-requirements, Polaris memoryRequestsMissing, memoryLimitsMissing", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return set(c.Resources.Requests, "memory", "ephemeral-storage") && set(c.Resources.Limits, "memory", "ephemeral-storage")
		}},
		{ids: "kube-linter latest-tag, Polaris tagNotSpecified", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return strings.Contains(c.Image, "@sha256:") || strings.Contains(c.Image, ":") && !strings.HasSuffix(c.Image, ":latest")
		}},
		{ids: "Polaris pullPolicyNotAlways", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return c.ImagePullPolicy == corev1.PullAlways
		}},
		{ids: "kube-linter env-var-secret, Polaris sensitiveContainerEnvVar", holds: func(_ *batchv1.Job, c corev1.Container, _ policies) bool {
			return !slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool { return strings.HasPrefix(e.Name, "DB_") && e.Value != "" })
		}},
		{ids: "Polaris missingNetworkPolicy", holds: func(j *batchv1.Job, _ corev1.Container, all policies) bool {
			return slices.ContainsFunc(all, func(p networkingv1.NetworkPolicy) bool {
				return len(p.Spec.PolicyTypes) == 2 && len(p.Spec.Ingress) == 0 && p.Namespace == j.Namespace && selects(p, j)
			})
		}},
		{ids: "Polaris automountServiceAccountToken", holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool {
			return !*pod(j).AutomountServiceAccountToken
		}},
		{ids: "kube-linter non-existent-service-account, default-service-account", waived: "the Job has no token of the default ServiceAccount",
			holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool { return pod(j).ServiceAccountName != "" }},
		{ids: "kube-linter job-ttl-seconds-after-finished", waived: "after a Job was deleted, a refresh and the next run would make it again, and it would run again",
			holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool {
				return j.Spec.TTLSecondsAfterFinished != nil
			}},
		{ids: "Polaris priorityClassNotSet", waived: "a migration is no more urgent than what else runs",
			holds: func(j *batchv1.Job, _ corev1.Container, _ policies) bool { return pod(j).PriorityClassName != "" }},
	}
}

func selects(p networkingv1.NetworkPolicy, j *batchv1.Job) bool {
	for label, value := range p.Spec.PodSelector.MatchLabels {
		if j.Spec.Template.Labels[label] != value {
			return false
		}
	}
	return len(p.Spec.PodSelector.MatchLabels) > 0
}

// TestLint: every rule holds for every migration, or is waived with a reason. A waiver that is not needed is an error.
func TestLint(t *testing.T) {
	page, err := os.ReadFile("../../docs/how-to/migrations.md")
	require.NoError(t, err)
	broken := map[string]bool{}
	for name, documents := range files(t) {
		var job batchv1.Job
		var policies []networkingv1.NetworkPolicy
		for _, document := range documents {
			switch {
			case strings.Contains(document, "kind: Job"):
				job = batchv1.Job{} // what is decoded into another one mixes with it
				require.NoError(t, yaml.Unmarshal([]byte(document), &job))
			case strings.Contains(document, "kind: NetworkPolicy"):
				var policy networkingv1.NetworkPolicy
				require.NoError(t, yaml.Unmarshal([]byte(document), &policy))
				policies = append(policies, policy)
			}
		}
		require.Len(t, job.Spec.Template.Spec.Containers, 1, name)
		for _, r := range rules() {
			holds := r.holds(&job, job.Spec.Template.Spec.Containers[0], policies)
			assert.True(t, holds || r.waived != "", "%s: %s", name, r.ids)
			broken[r.ids] = broken[r.ids] || !holds
		}
	}
	for _, r := range rules() {
		if r.waived == "" {
			continue
		}
		assert.True(t, broken[r.ids], "%s: waived, and it holds everywhere", r.ids)
		for _, part := range append(strings.Fields(r.ids)[1:], r.waived) {
			assert.Contains(t, string(page), strings.Trim(part, ","), "a waiver is written down")
		}
	}
}
