package manifests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// TestTheSchemasAdmitEveryObject: both ends of the range of the operator's versions admit what the program makes.
func TestTheSchemasAdmitEveryObject(t *testing.T) {
	for _, version := range []string{oldest, newest} {
		s, kinds := load(t, version), ""
		for name, documents := range files(t) {
			for _, document := range documents {
				assert.NoError(t, s.admit(document), "%s, %s:\n%s", version, name, document)
				kinds += document
			}
		}
		for _, part := range []string{"kind: SecretStore\n", "kind: ClusterSecretStore\n", "kind: ExternalSecret\n"} {
			assert.Contains(t, kinds, part, "no object has it")
		}
	}
}

// TestTheOldestVersionServesBoth: charts that still say v1beta1 work with the oldest version, beside the program's v1. Later ones serve v1
// alone.
func TestTheOldestVersionServesBoth(t *testing.T) {
	first, last := load(t, oldest).served, load(t, newest).served
	for _, kind := range []string{"SecretStore", "ClusterSecretStore", "ExternalSecret"} {
		assert.Contains(t, first, "external-secrets.io/v1 "+kind)
		assert.Contains(t, first, "external-secrets.io/v1beta1 "+kind)
		assert.Contains(t, last, "external-secrets.io/v1 "+kind)
		assert.NotContains(t, last, "external-secrets.io/v1beta1 "+kind)
	}
}

// TestTheSchemasRefuse: the schemas refuse an object of the program with one error in it.
func TestTheSchemasRefuse(t *testing.T) {
	s := load(t, newest)
	good := strings.Join(files(t)["everything.yaml"], "---\n")
	for _, wrong := range []struct{ what, old, new, says string }{
		{"a version that is gone", "external-secrets.io/v1\nkind: ExternalSecret", "external-secrets.io/v1beta1\nkind: ExternalSecret", "no matches for kind"},
		{"a version that never was", "batch/v1", "batch/v2", "no matches for kind"},
		{"a field that an ExternalSecret does not have", "refreshInterval:", "refreshEvery:", "unknown field"},
		{"a policy that is none", "creationPolicy: Owner", "creationPolicy: Mine", "Unsupported value"},
		{"an unknown merge policy", "mergePolicy: Merge", "mergePolicy: Add", "Unsupported value"},
		{"a store without a service", "            service: SecretsManager\n", "", "Required value"},
		{"a store without a region", "            region: us-east-1\n", "", "Required value"},
		{"a service that is none", "service: SecretsManager", "service: SecretManager", "Unsupported value"},
		{"a store of two providers", "    provider:\n", "    provider:\n        fake: {data: []}\n", "Too many"},
		{"an account without a name", "                    serviceAccountRef:\n                        name: core-api\n", "                    serviceAccountRef: {}\n", "Required value"},
		{"an entry without its secret", "        - remoteRef:\n            key: mosaic/prod/rds/connection\n            property: host\n", "        - remoteRef: {property: host}\n", "Required value"},
		{"an entry of an impossible name", "secretKey: DB_HOST", "secretKey: DB HOST", "should match"},
		{"a store of an unknown kind", "kind: SecretStore\n        name:", "kind: Store\n        name:", "Unsupported value"},
		{"a label that is none", "part-of: core-api", "part-of: core api", "metadata.labels"},
		{"a name with a capital", "name: core-api-db\n", "name: Core-api-db\n", "metadata.name"},
		{"a field that a Job does not have", "backoffLimit:", "backOffLimit:", "unknown field"},
		{"memory that is no quantity", "memory: 256Mi", "memory: 256 MB", "quantities must match"},
		{"a port that is no number", "port: 5432", "port: [5432]", "cannot unmarshal"},
		{"a field that a NetworkPolicy does not have", "egress:", "outgoing:", "unknown field"},
	} {
		t.Run(wrong.what, func(t *testing.T) {
			require.Contains(t, good, wrong.old)
			var says []string
			for _, document := range documents(strings.Replace(good, wrong.old, wrong.new, 1)) {
				if err := s.admit(document); err != nil {
					says = append(says, err.Error())
				}
			}
			assert.Contains(t, strings.Join(says, "\n"), wrong.says)
		})
	}
}

// TestPodSecurity: the pods of migration, bootstrap and pooler pass the Pod Security Standard restricted, checked by the code of the
// admission controller.
func TestPodSecurity(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	require.NoError(t, err)
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	refused := func(pod *corev1.PodTemplateSpec) string {
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
		return result.ForbiddenDetail()
	}
	templates := 0
	for name, documents := range files(t) {
		for _, document := range documents {
			var workload struct {
				Kind string
				Spec struct{ Template corev1.PodTemplateSpec }
			}
			if require.NoError(t, yaml.Unmarshal([]byte(document), &workload)); workload.Kind != "Job" && workload.Kind != "Deployment" {
				continue
			}
			templates++
			assert.Empty(t, refused(&workload.Spec.Template), name)
			*workload.Spec.Template.Spec.SecurityContext.RunAsNonRoot = false
			assert.Contains(t, refused(&workload.Spec.Template), "runAsNonRoot", "the check sees the pod")
		}
	}
	assert.Equal(t, len(files(t))+6, templates, "a migration in each, a bootstrap in three, a pooler in two and a load in one")
}

// TestARuleOfTheSchemaIsEvaluated: CEL rules of a schema are evaluated. Version 0.20 of the operator has none; later ones may.
func TestARuleOfTheSchemaIsEvaluated(t *testing.T) {
	var crd apiextensionsv1.CustomResourceDefinition
	require.NoError(t, yaml.Unmarshal([]byte(`
spec: {scope: Namespaced, versions: [{name: v1, schema: {openAPIV3Schema: {
  type: object, properties: {spec: {type: object, properties: {days: {type: integer}}}},
  x-kubernetes-validations: [{rule: "self.spec.days < 31", message: a month at most}]}}}]}`), &crd))
	version := compile(t, crd.Spec.Versions[0])
	assert.NoError(t, version.admit(map[string]any{"spec": map[string]any{"days": int64(30)}}))
	assert.ErrorContains(t, version.admit(map[string]any{"spec": map[string]any{"days": int64(31)}}), "a month at most")
}
