package conformance

import (
	"os"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// wrong is a fault in an object of a kind that the program writes.
type wrong struct {
	kind, path, value string // the value in YAML; "-": the field is not there
	differs           string
}

// golden is an object of the program, from the golden files of package manifests.
func (s *side) golden(kind string) properties {
	for _, file := range []string{"everything.yaml", "pooling.yaml"} {
		content, err := os.ReadFile("../manifests/testdata/" + file)
		require.NoError(s, err)
		for _, document := range strings.Split(string(content), "---\n") {
			if strings.Contains(document, "\nkind: "+kind+"\n") {
				own := strings.NewReplacer("namespace: mosaic-own", "namespace: NS", "namespace: mosaic-prod", "namespace: NS")
				return s.parse(own.Replace(document))
			}
		}
	}
	require.Fail(s, "no object of the kind", kind)
	return nil
}

// change sets, or removes, what is at a path such as spec.ports.0.port.
func change(in any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	if items, ok := in.([]any); ok {
		i, _ := strconv.Atoi(path[0])
		items[i] = change(items[i], path[1:], value)
		return items
	}
	object, ok := in.(properties)
	if !ok {
		object = properties{}
	}
	name := strings.ReplaceAll(path[0], "~", ".")
	if object[name] = change(object[name], path[1:], value); object[name] == nil {
		delete(object, name)
	}
	return object
}

func manifestRows() []row {
	const pod = "spec.template.spec."
	const container = pod + "containers.0."
	var rows []row
	for _, w := range []wrong{
		{"Job", "spec.backOffLimit", "3", unknownField},
		{"Job", container + "imagePolicy", "Always", unknownField},
		{"Job", "spec.backoffLimit", "'3'", ""},
		{"Job", "spec.backoffLimit", "-1", ""},
		{"Job", "spec.activeDeadlineSeconds", "-1", ""},
		{"Job", "spec.ttlSecondsAfterFinished", "-1", ""},
		{"Job", pod + "restartPolicy", "Always", ""},
		{"Job", pod + "restartPolicy", "-", ""},
		{"Job", pod + "containers", "[]", ""},
		{"Job", pod + "containers", "-", ""},
		{"Job", container + "name", "-", ""},
		{"Job", container + "name", "Migration_1", ""},
		{"Job", container + "image", "-", ""},
		{"Job", container + "imagePullPolicy", "Sometimes", ""},
		{"Job", container + "terminationMessagePolicy", "Log", ""},
		{"Job", container + "env.0.name", "-", ""},
		{"Job", container + "env.0.name", "DB=URL", ""},
		{"Job", container + "env.0.value", "x", unchecked},
		{"Job", container + "env.0.valueFrom.secretKeyRef.key", "-", ""},
		{"Job", container + "env.0.valueFrom.secretKeyRef.key", "a b", ""},
		{"Job", container + "env.1.name", "DB_URL", ""}, // twice: the API server only warns
		{"Job", container + "resources.limits.memory", "256 MB", ""},
		{"Job", container + "resources.limits.memory", "-5Mi", unchecked},
		{"Job", container + "resources.requests.memory", "1Gi", unchecked},
		{"Job", container + "volumeMounts.0.name", "missing", unchecked},
		{"Job", container + "volumeMounts.0.mountPath", "-", ""},
		{"Job", container + "securityContext.runAsUser", "-1", unchecked},
		{"Job", container + "securityContext.privileged", "true", unchecked},
		{"Job", pod + "volumes.0.name", "Tmp", unchecked},
		{"Job", pod + "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey", "-", unchecked},
		{"Job", "spec.template.metadata.labels.tier", "a b", ""},
		{"Job", "metadata.name", "Core_API", ""},
		{"Job", "metadata.name", strings.Repeat("a", 64), ""},
		{"Job", "metadata.labels.a", "b c", ""},
		{"Job", "metadata.labels.d e", "c", ""},
		{"Job", "metadata.annotations.a", "1", ""},
		{"Job", "metadata.annotations.a b", "c", ""},
		{"Job", "metadata.namespace", "missing", ""},
		{"Job", "apiVersion", "batch/v2", ""},
		{"Job", "spec", "-", unchecked},
		{"SecretStore", "spec.provider.aws.zone", "x", unknownField},
		{"SecretStore", "spec.provider.aws.region", "-", ""},
		{"SecretStore", "spec.provider.aws.service", "-", ""},
		{"SecretStore", "spec.provider.aws.service", "SecretManager", ""},
		{"SecretStore", "spec.provider", "{}", ""},
		{"SecretStore", "spec.provider", "-", ""},
		{"SecretStore", "spec.provider.aws.auth.jwt.serviceAccountRef.name", "-", ""},
		{"SecretStore", "spec.provider.aws.auth.jwt.serviceAccountRef.name", "Core_API", ""},
		{"SecretStore", "spec.provider.aws.region", "1", "the API server says it in the words of the schema, the simulation in those of the Go type"},
		{"SecretStore", "metadata.name", "Store", ""},
		{"ExternalSecret", "spec.target.template.engineVersion", "v1", ""},
		{"ExternalSecret", "spec.target.template.mergePolicy", "Add", ""},
		{"ExternalSecret", "spec.target.creationPolicy", "Mine", ""},
		{"ExternalSecret", "spec.target.deletionPolicy", "Forget", ""},
		{"ExternalSecret", "spec.data.0.remoteRef", "-", ""},
		{"ExternalSecret", "spec.data.0.remoteRef.key", "-", ""},
		{"ExternalSecret", "spec.data.0.secretKey", "-", ""},
		{"ExternalSecret", "spec.data.0.secretKey", "DB URL", ""},
		{"ExternalSecret", "spec.secretStoreRef.kind", "Store", ""},
		{"ExternalSecret", "spec.secretStoreRef.name", "Store", ""},
		{"ExternalSecret", "spec.refreshEvery", "5m", unknownField},
		{"ExternalSecret", "spec.refreshInterval", "5 minutes", "the schema takes any text; the operator cannot read the object then, so the simulation refuses it"},
		{"ServiceAccount", "metadata.name", "core_api", ""},
		{"ServiceAccount", "metadata.annotations.x", "1", ""},
		{"ServiceAccount", "automountServiceAccountToken", "'no'", ""},
		{"NetworkPolicy", "spec.egress.0.ports.0.port", "70000", ""},
		{"NetworkPolicy", "spec.egress.0.ports.0.protocol", "ICMP", ""},
		{"NetworkPolicy", "spec.egress.1.to.0.ipBlock.cidr", "10.0.0.0", ""},
		{"NetworkPolicy", "spec.policyTypes.0", "Outgress", ""},
		{"NetworkPolicy", "spec.outgoing", "[]", unknownField},
		{"Namespace", "metadata.name", "mosaic.own", ""},
		{"ConfigMap", "data.a b", "x", ""},
		{"ConfigMap", "data.a", "1", ""},
		{"ConfigMap", "metadata.name", "Config", ""},
		{"Deployment", "spec.replicas", "-1", ""},
		{"Deployment", "spec.selector", "-", ""},
		{"Deployment", "spec.template.metadata.labels", "{a: b}", ""},
		{"Deployment", "spec.strategy.rollingUpdate", "{maxSurge: 0, maxUnavailable: 0}", unchecked},
		{"Deployment", pod + "restartPolicy", "Never", ""},
		{"Deployment", container + "ports.0.containerPort", "0", unchecked},
		{"Deployment", container + "readinessProbe", "{}", unchecked},
		{"Service", "spec.ports", "[]", ""},
		{"Service", "spec.ports.0.port", "0", ""},
		{"Service", "spec.ports.0.targetPort", "UPPER_case", unchecked},
		{"Service", "metadata.name", "1-pooler", ""},
		{"Service", "spec.type", "Cluster", ""},
		{"PodDisruptionBudget", "spec.minAvailable", "1", unchecked},
		{"PodDisruptionBudget", "spec.maxUnavailable", "-1", ""},
		{"PodDisruptionBudget", "spec.maxUnavailable", "half", unchecked},
	} {
		rows = append(rows, row{name: "manifest " + w.kind + " " + w.path + " " + w.value, differs: w.differs, do: func(s *side) {
			var value any
			if w.value != "-" {
				require.NoError(s, yaml.Unmarshal([]byte(w.value), &value))
			}
			s.previewed(change(s.golden(w.kind), strings.Split(w.path, "."), value).(properties))
		}})
	}
	for _, kind := range []string{
		"Job", "SecretStore", "ExternalSecret", "ServiceAccount", "NetworkPolicy", "Namespace", "ConfigMap", "Deployment", "Service", "PodDisruptionBudget",
	} {
		rows = append(rows, row{name: "manifest " + kind, do: func(s *side) { s.previewed(s.golden(kind)) }})
	}
	return rows
}

const unchecked = "the simulation checks what the rules of kubernetes_kind_rules.go say; the program's own manifests are refused by neither"

const unknownField = "the API server leaves a field out that it does not know, and warns; the simulation refuses it, because it is a mistake in the program"
