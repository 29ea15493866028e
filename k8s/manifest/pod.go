package manifest

import (
	"path"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

const (
	// EphemeralStorage is what a container may write: to a writable /tmp, and to its log.
	EphemeralStorage = "256Mi"
	// userID is not root and not a user of the node; linters ask for 10000 and more.
	userID = 10001
	// caVolume is the name of the volume with the CA bundle.
	caVolume = "ca-bundle"
)

// PodSecurity is a pod's security context, which satisfies the Pod Security standard "restricted" together with
// [ContainerSecurity].
func PodSecurity() Object {
	return Object{
		"runAsNonRoot":   true,
		"runAsUser":      userID,
		"runAsGroup":     userID,
		"fsGroup":        userID,
		"seccompProfile": Object{"type": "RuntimeDefault"},
	}
}

// ContainerSecurity is the security context of a container.
func ContainerSecurity() Object {
	return Object{
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem":   true,
		"capabilities":             Object{"drop": List{"ALL"}},
	}
}

// CaBundleVolumes is the volume with the CA bundle; none where the image has the bundle, or nobody checks the server.
func CaBundleVolumes(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	return List{Object{"name": caVolume, "configMap": Object{"name": tls.CaBundleConfigMap}}}
}

// CaBundleMounts mounts that volume as a single file, which leaves the other files of the folder visible.
func CaBundleMounts(tls config.TLS) List {
	if tls.CaBundleConfigMap == "" {
		return nil
	}
	return List{Object{"name": caVolume, "mountPath": tls.CaBundlePath, "subPath": path.Base(tls.CaBundlePath), "readOnly": true}}
}
