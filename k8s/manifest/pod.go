package manifest

import (
	"path"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

const (
	// EphemeralStorage is how much a container may write: to /tmp if it is writable, and to its log.
	EphemeralStorage = "256Mi"
	// userID is neither root nor a user of the node. Linters ask for 10000 or more.
	userID = 10001
	// caVolume is the name of the volume with the CA bundle.
	caVolume = "ca-bundle"
)

// PodSecurity returns the security context of a pod. Together with [ContainerSecurity] it satisfies the Pod Security Standard
// "restricted".
func PodSecurity() Object {
	return Object{
		"runAsNonRoot":   true,
		"runAsUser":      userID,
		"runAsGroup":     userID,
		"fsGroup":        userID,
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

// CaBundleVolumes returns the volume with the CA bundle from the ConfigMap of the configuration; none without a ConfigMap.
func CaBundleVolumes(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	return List{Object{"name": caVolume, "configMap": Object{"name": tls.CaBundleConfigMap}}}
}

// CaBundleMounts returns the mount of this volume. It mounts a single file, so that the other files of the directory stay
// visible.
func CaBundleMounts(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	return List{Object{"name": caVolume, "mountPath": tls.CaBundlePath, "subPath": path.Base(tls.CaBundlePath), "readOnly": true}}
}
