package manifest

import (
	"maps"
	"path"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

const (
	// EphemeralStorage is how much a container may write: to /tmp if it is writable, and to its log.
	EphemeralStorage = "256Mi"
	// caVolume is the name of the volume with the CA bundle.
	caVolume = "ca-bundle"
)

// PodTemplate returns the template of a pod: its spec, with what all pods of the program have in common and what the cluster asks of
// them. labels are those that objects select the pod by; the configuration adds others, and cannot have the same. The pod does not use
// the Kubernetes API.
func PodTemplate(pods config.Pods, labels, spec Object) Object {
	metadata := Object{"labels": withStrings(labels, pods.Labels)}
	if len(pods.Annotations) > 0 {
		metadata["annotations"] = withStrings(nil, pods.Annotations)
	}
	spec = maps.Clone(spec)
	spec["automountServiceAccountToken"] = false
	spec["enableServiceLinks"] = false
	spec["securityContext"] = podSecurity(pods.RunAsUser)
	if len(pods.NodeSelector) > 0 {
		spec["nodeSelector"] = withStrings(nil, pods.NodeSelector)
	}
	if pods.PriorityClassName != "" {
		spec["priorityClassName"] = pods.PriorityClassName
	}
	if len(pods.ImagePullSecrets) > 0 {
		spec["imagePullSecrets"] = imagePullSecrets(pods.ImagePullSecrets)
	}
	if len(pods.Tolerations) > 0 {
		spec["tolerations"] = tolerations(pods.Tolerations)
	}
	return Object{"metadata": metadata, "spec": spec}
}

// withStrings returns an object with more entries, where it does not have them.
func withStrings(object Object, more map[string]string) Object {
	all := Object{}
	for name, value := range more {
		all[name] = value
	}
	maps.Copy(all, object)
	return all
}

func imagePullSecrets(names []string) List {
	var all List
	for _, name := range names {
		all = append(all, Object{"name": name})
	}
	return all
}

// tolerations returns the tolerations, without the fields that are not set.
func tolerations(given []config.Toleration) List {
	var all List
	for _, one := range given {
		toleration := Object{"operator": one.Operator}
		for field, value := range map[string]string{"key": one.Key, "value": one.Value, "effect": one.Effect} {
			if value != "" {
				toleration[field] = value
			}
		}
		if one.TolerationSeconds > 0 {
			toleration["tolerationSeconds"] = one.TolerationSeconds
		}
		all = append(all, toleration)
	}
	return all
}

// podSecurity returns the security context of a pod. Together with [ContainerSecurity] it satisfies the Pod Security Standard
// "restricted".
func podSecurity(user int) Object {
	return Object{
		"runAsNonRoot":   true,
		"runAsUser":      user,
		"runAsGroup":     user,
		"fsGroup":        user,
		"seccompProfile": Object{"type": "RuntimeDefault"},
	}
}

// ContainerSecurity returns the security context of a container.
func ContainerSecurity() Object {
	return Object{
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem":   true,
		"capabilities":             Object{"drop": List{"ALL"}},
	}
}

// CaBundleVolumes returns the volume with the CA bundle from the ConfigMap of the configuration; none without a ConfigMap. It names the file,
// so that a pod waits for one that is not there. The kubelet would make a folder of a missing subPath.
func CaBundleVolumes(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	file := path.Base(tls.CaBundlePath)
	return List{Object{"name": caVolume, "configMap": Object{"name": tls.CaBundleConfigMap, "items": List{Object{"key": file, "path": file}}}}}
}

// CaBundleMounts returns the mount of this volume. It mounts a single file, so that the other files of the directory stay
// visible.
func CaBundleMounts(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	return List{Object{"name": caVolume, "mountPath": tls.CaBundlePath, "subPath": path.Base(tls.CaBundlePath), "readOnly": true}}
}
