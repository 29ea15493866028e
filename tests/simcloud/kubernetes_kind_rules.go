package simcloud

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// podRules are those of the pods of a workload.
func podRules() []rule {
	const pod = "spec.template.spec."
	rules := []rule{{"spec.template.metadata.labels", labelled("spec", "template", "labels")}, {pod + "containers", required}}
	for _, containers := range []string{pod + "initContainers[].", pod + "containers[]."} {
		rules = append(rules,
			rule{containers + "name", required}, rule{containers + "name", formed(validation.IsDNS1123Label)},
			rule{containers + "image", required},
			rule{containers + "imagePullPolicy", oneOf("Always", "IfNotPresent", "Never")},
			rule{containers + "terminationMessagePolicy", oneOf("File", "FallbackToLogsOnError")},
			rule{containers + "env[].name", required}, rule{containers + "env[].name", formed(validation.IsRelaxedEnvVarName)},
			rule{containers + "volumeMounts[].mountPath", required},
		)
		for _, source := range []string{"secretKeyRef", "configMapKeyRef"} {
			key := containers + "env[].valueFrom." + source + ".key"
			rules = append(rules, rule{key, required}, rule{key, formed(validation.IsConfigMapKey)})
		}
	}
	return rules
}

func jobRules() []rule {
	return append(podRules(),
		rule{"spec.backoffLimit", notNegative}, rule{"spec.activeDeadlineSeconds", notNegative}, rule{"spec.ttlSecondsAfterFinished", notNegative},
		rule{"spec.template.spec.restartPolicy", func(path *field.Path, value any) field.ErrorList {
			if value == "OnFailure" || value == "Never" {
				return nil
			}
			return field.ErrorList{field.Required(path, `valid values: "OnFailure", "Never"`)}
		}},
		// It becomes a label of the pods.
		rule{"metadata.name", func(_ *field.Path, value any) field.ErrorList {
			return formed(validation.IsValidLabelValue)(field.NewPath("spec", "template", "labels"), value)
		}},
	)
}

func deploymentRules() []rule {
	return append([]rule{{"spec.replicas", notNegative}, {"spec.selector", required}, {"spec", selected}}, append(podRules(),
		rule{"spec.template.spec.restartPolicy", oneOf("Always")})...)
}

// selected checks that the selector of a Deployment selects its pods.
func selected(path *field.Path, value any) field.ErrorList {
	spec, _ := value.(map[string]any)
	given, wanted := map[string]any(Properties(spec).Map("template", "metadata", "labels")), Properties(spec).Map("selector", "matchLabels")
	selected := len(wanted) > 0
	for label, value := range wanted {
		selected = selected && given[label] == value
	}
	if selected {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("template", "metadata", "labels"), given, "`selector` does not match template `labels`")}
}

func serviceRules() []rule {
	return []rule{
		{"spec.ports", required}, {"spec.ports[].port", port},
		{"spec.type", oneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")},
	}
}

func networkPolicyRules() []rule {
	rules := []rule{{"spec.policyTypes[]", oneOf("Ingress", "Egress")}, {"spec.egress[].to[].ipBlock.cidr", text(validation.IsValidCIDR)}}
	for _, direction := range []string{"ingress", "egress"} {
		rules = append(rules, rule{"spec." + direction + "[].ports[].port", port}, rule{"spec." + direction + "[].ports[].protocol", oneOf("TCP", "UDP", "SCTP")})
	}
	return rules
}

func disruptionRules() []rule {
	return []rule{{"spec.maxUnavailable", notNegative}, {"spec.minAvailable", notNegative}}
}

func configMapRules() []rule { return []rule{{"data", keys}} }

// The rules of the External Secrets Operator are those of its schemas.

const resourceName = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`

func secretStoreRules() []rule {
	const aws = "spec.provider.aws."
	return []rule{
		{"spec.provider", func(path *field.Path, value any) field.ErrorList {
			if provider, ok := value.(map[string]any); ok && len(provider) == 0 {
				return field.ErrorList{field.Invalid(path, 0, fmt.Sprintf("%s in body should have at least 1 properties", path))}
			}
			return required(path, value)
		}},
		{aws + "region", required}, {aws + "service", required}, {aws + "service", oneOf("SecretsManager", "ParameterStore")},
		{aws + "auth.jwt.serviceAccountRef.name", required}, {aws + "auth.jwt.serviceAccountRef.name", matching(resourceName)},
	}
}

func externalSecretRules() []rule {
	const target = "spec.target."
	return []rule{
		{"spec.secretStoreRef.name", matching(resourceName)}, {"spec.secretStoreRef.kind", oneOf("SecretStore", "ClusterSecretStore")},
		{"spec.data[].secretKey", required}, {"spec.data[].secretKey", matching(`^[-._a-zA-Z0-9]+$`)},
		{"spec.data[].remoteRef", required}, {"spec.data[].remoteRef.key", required}, {"spec.dataFrom[].extract.key", required},
		{target + "creationPolicy", oneOf("Owner", "Orphan", "Merge", "None")}, {target + "deletionPolicy", oneOf("Delete", "Merge", "Retain")},
		{target + "template.engineVersion", oneOf("v2")}, {target + "template.mergePolicy", oneOf("Replace", "Merge")},
	}
}
