package manifests

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// workload is a Job or a Deployment.
type workload struct {
	Kind     string
	Metadata metav1.ObjectMeta
	Spec     struct {
		Selector *metav1.LabelSelector
		Template corev1.PodTemplateSpec
	}
}

// workloads are those of pods.yaml, by the component of their pods.
func workloads(t *testing.T) map[string]workload {
	t.Helper()
	all := map[string]workload{}
	for _, document := range files(t)["pods.yaml"] {
		var one workload
		if require.NoError(t, yaml.Unmarshal([]byte(document), &one)); one.Kind == "Job" || one.Kind == "Deployment" {
			all[one.Spec.Template.Labels["app.kubernetes.io/component"]] = one
		}
	}
	return all
}

// TestEveryPodHasWhatTheClusterAsksFor: each setting of pods is in the pods of migration, bootstrap and pooler.
func TestEveryPodHasWhatTheClusterAsksFor(t *testing.T) {
	all := workloads(t)
	require.Len(t, all, 3)
	seconds := int64(60)
	for component, one := range all {
		spec := one.Spec.Template.Spec
		assert.Equal(t, []corev1.LocalObjectReference{{Name: "registry"}}, spec.ImagePullSecrets, component)
		assert.Equal(t, map[string]string{"kubernetes.io/arch": "arm64"}, spec.NodeSelector, component)
		assert.Equal(t, []corev1.Toleration{
			{Key: "dedicated", Operator: corev1.TolerationOpEqual, Value: "database", Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &seconds},
			{Key: "spot", Operator: corev1.TolerationOpExists},
		}, spec.Tolerations, component)
		assert.Equal(t, "database", spec.PriorityClassName, component)
		for _, id := range []*int64{spec.SecurityContext.RunAsUser, spec.SecurityContext.RunAsGroup, spec.SecurityContext.FSGroup} {
			assert.EqualValues(t, 20001, *id, component)
		}
	}
}

// TestAMeshStaysOutOfThePods: the switch of a mesh is on the pod's template, where its webhook reads it, as the text that it compares:
// Istio's label (its webhook's selector and its own check), Linkerd's annotation. So no sidecar keeps a Job from ending.
func TestAMeshStaysOutOfThePods(t *testing.T) {
	for component, one := range workloads(t) {
		assert.Equal(t, "false", one.Spec.Template.Labels["sidecar.istio.io/inject"], component)
		assert.Equal(t, "disabled", one.Spec.Template.Annotations["linkerd.io/inject"], component)
	}
}

// TestLabelsOfAStackSelectNothing: nothing selects pods by the labels that a stack adds. A selector of a Deployment cannot change, and a
// migration that runs has to keep the next one waiting, whatever labels that has.
func TestLabelsOfAStackSelectNothing(t *testing.T) {
	own := []string{"app.kubernetes.io/component", "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"}
	keys := func(selector *metav1.LabelSelector) []string {
		var all []string
		for key := range selector.MatchLabels {
			all = append(all, key)
		}
		slices.Sort(all)
		return all
	}
	all := workloads(t)
	assert.Equal(t, own, keys(all["pooler"].Spec.Selector))
	for component, one := range all {
		affinity := one.Spec.Template.Spec.Affinity.PodAntiAffinity
		terms := affinity.RequiredDuringSchedulingIgnoredDuringExecution
		for _, preferred := range affinity.PreferredDuringSchedulingIgnoredDuringExecution {
			terms = append(terms, preferred.PodAffinityTerm)
		}
		require.Len(t, terms, 1, component)
		assert.Equal(t, own, keys(terms[0].LabelSelector), component)
		assert.Subset(t, one.Spec.Template.Labels, terms[0].LabelSelector.MatchLabels, component)
		assert.NotContains(t, one.Metadata.Labels, "sidecar.istio.io/inject", "%s: a Job's own labels would change in place", component)
	}
}

// TestTheMigrationHasTheStacksVariables: the kubelet replaces $(DB_URL) only by a variable that comes before. Only the migration has them.
func TestTheMigrationHasTheStacksVariables(t *testing.T) {
	all := workloads(t)
	env := all["migration"].Spec.Template.Spec.Containers[0].Env
	index := func(name string) int {
		return slices.IndexFunc(env, func(v corev1.EnvVar) bool { return v.Name == name })
	}
	require.NotEqual(t, -1, index("DATABASE_URL"))
	assert.Equal(t, "$(DB_URL)", env[index("DATABASE_URL")].Value)
	for _, before := range []string{"DB_URL", "DB_PASSWORD", "SENTRY_DSN"} {
		assert.Less(t, index(before), index("DATABASE_URL"), before)
	}
	assert.Equal(t, "debug", env[index("LOG_LEVEL")].Value)
	assert.Equal(t, &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "core-api-sentry"}, Key: "dsn"},
		env[index("SENTRY_DSN")].ValueFrom.SecretKeyRef)
	for _, component := range []string{"bootstrap", "pooler"} {
		for _, v := range all[component].Spec.Template.Spec.Containers[0].Env {
			assert.NotContains(t, []string{"LOG_LEVEL", "SENTRY_DSN", "DATABASE_URL"}, v.Name, component)
		}
	}
}

// TestADefaultPodHasNothingMore: without pods, the objects are as they were.
func TestADefaultPodHasNothingMore(t *testing.T) {
	for _, document := range files(t)["prod.yaml"] {
		if !strings.Contains(document, "kind: Job") {
			continue
		}
		var job batchv1.Job
		require.NoError(t, yaml.Unmarshal([]byte(document), &job))
		spec := job.Spec.Template.Spec
		assert.Len(t, job.Spec.Template.Labels, 3)
		assert.Empty(t, job.Spec.Template.Annotations)
		assert.Nil(t, spec.Tolerations)
		assert.Nil(t, spec.NodeSelector)
		assert.Nil(t, spec.ImagePullSecrets)
		assert.EqualValues(t, 10001, *spec.SecurityContext.RunAsUser)
	}
}
