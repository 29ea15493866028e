package k8s

import (
	"path"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// userID is not root and not a user of the node; linters ask for 10000 and more.
	userID = 10001
	// ephemeralStorage is for the writable /tmp and the logs.
	ephemeralStorage = "256Mi"
	// caVolume is the volume with the certificates that the server's is checked against.
	caVolume = "ca-bundle"
	// everyNode is a label that all nodes of an EKS cluster have with the same value.
	everyNode = "topology.kubernetes.io/region"
)

// work is what one pod runs: a container that talks to the database, and to nothing else.
type work struct {
	component string // of the labels, and the container's name
	image     string
	command   []string
	env       list
	cpu       string
	memory    string
	caBundle  CaBundle
}

// pod satisfies the Pod Security standard "restricted".
func (w *work) pod(app string) object {
	return object{
		"restartPolicy": "Never",
		// It talks to the database alone.
		"automountServiceAccountToken": false,
		"enableServiceLinks":           false,
		"securityContext":              podSecurity(),
		"affinity":                     alone(labels(app, w.component)),
		"containers":                   list{w.container()},
		"volumes":                      w.volumes(),
	}
}

func podSecurity() object {
	return object{
		"runAsNonRoot":   true,
		"runAsUser":      userID,
		"runAsGroup":     userID,
		"fsGroup":        userID,
		"seccompProfile": object{"type": "RuntimeDefault"},
	}
}

func containerSecurity() object {
	return object{
		"allowPrivilegeEscalation": false,
		"readOnlyRootFilesystem":   true,
		"capabilities":             object{"drop": list{"ALL"}},
	}
}

// alone keeps a pod waiting while another one with its labels runs: the scheduler does not place it. Two migrations
// that ran at once would both start from the same revision; Alembic takes no lock.
func alone(labels object) object {
	return object{"podAntiAffinity": object{
		"requiredDuringSchedulingIgnoredDuringExecution": list{object{
			"labelSelector": selector(labels),
			"topologyKey":   everyNode,
		}},
	}}
}

func (w *work) container() object {
	resources := object{"cpu": w.cpu, "memory": w.memory, "ephemeral-storage": ephemeralStorage}
	return object{
		"name":            w.component,
		"image":           w.image,
		"imagePullPolicy": "Always",
		"command":         w.command,
		"env":             w.env,
		"securityContext": containerSecurity(),
		"resources":       object{"requests": resources, "limits": resources},
		// The end of the log becomes part of the pod's status, and so of the error of the run.
		"terminationMessagePolicy": "FallbackToLogsOnError",
		"volumeMounts":             w.mounts(),
	}
}

// environment is the entries of a source's Secret, those of the database itself, and the version of the remote secret:
// until the Secret has that one, the kubelet holds the container back, so that nothing starts with an older password. What
// runs once needs a session of its own, which no pooler gives.
func environment(source *Source, keys []Key) list {
	var env list
	for _, key := range keys {
		env = append(env, fromSecret(source, key.Name, pulumi.String(source.direct(key.Name))))
	}
	return append(env, fromSecret(source, "DB_SECRET_VERSION", versionKey(source.RemoteVersion)))
}

func fromSecret(source *Source, name string, key pulumi.StringInput) object {
	return object{
		"name":      name,
		"valueFrom": object{"secretKeyRef": object{"name": source.SecretName, "key": key}},
	}
}

func variable(name, value string) object { return object{"name": name, "value": value} }

func (w *work) volumes() list {
	return append(list{object{"name": "tmp", "emptyDir": object{}}}, w.caBundle.volume()...)
}

func (w *work) mounts() list {
	return append(list{object{"name": "tmp", "mountPath": "/tmp"}}, w.caBundle.mount()...)
}

// volume is none where no ConfigMap holds the bundle.
func (c CaBundle) volume() list {
	if c.ConfigMap == "" {
		return nil
	}
	return list{object{"name": caVolume, "configMap": object{"name": c.ConfigMap}}}
}

// mount is one file, so that whatever else the image has beside it stays in sight.
func (c CaBundle) mount() list {
	if c.ConfigMap == "" {
		return nil
	}
	return list{object{"name": caVolume, "mountPath": c.Path, "subPath": path.Base(c.Path), "readOnly": true}}
}
