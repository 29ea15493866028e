package k8s

import (
	"fmt"
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

// pod satisfies the Pod Security standard "restricted".
func (b *builder) pod() object {
	return object{
		"restartPolicy": "Never",
		// The migration talks to the database alone.
		"automountServiceAccountToken": false,
		"enableServiceLinks":           false,
		"securityContext": object{
			"runAsNonRoot":   true,
			"runAsUser":      userID,
			"runAsGroup":     userID,
			"fsGroup":        userID,
			"seccompProfile": object{"type": "RuntimeDefault"},
		},
		"affinity":   b.alone(),
		"containers": list{b.container()},
		"volumes":    b.volumes(),
	}
}

// alone keeps a migration waiting while another one of the application runs: the scheduler does not place its pod.
// Two that ran at once would both start from the same revision; Alembic takes no lock.
func (b *builder) alone() object {
	return object{"podAntiAffinity": object{
		"requiredDuringSchedulingIgnoredDuringExecution": list{object{
			"labelSelector": selector(b.migrationLabels()),
			"topologyKey":   everyNode,
		}},
	}}
}

func (b *builder) container() object {
	m := b.args.Migration
	resources := object{"cpu": m.CPU, "memory": m.Memory, "ephemeral-storage": ephemeralStorage}
	return object{
		"name":            "migration",
		"image":           m.Image,
		"imagePullPolicy": "Always",
		"command":         m.program(),
		"env":             b.environment(),
		"securityContext": object{
			"allowPrivilegeEscalation": false,
			"readOnlyRootFilesystem":   true,
			"capabilities":             object{"drop": list{"ALL"}},
		},
		"resources": object{"requests": resources, "limits": resources},
		// The end of the log becomes part of the pod's status, and so of the error of the run.
		"terminationMessagePolicy": "FallbackToLogsOnError",
		"volumeMounts":             b.mounts(),
	}
}

// environment is every entry of the Secret under its own name, what the migration's session may take, and the
// version of the connection secret: until the Secret has that one, the kubelet holds the container back, so that
// no migration starts with an older password.
func (b *builder) environment() list {
	var env list
	for _, key := range Keys() {
		env = append(env, b.fromSecret(key.Name, pulumi.String(key.Name)))
	}
	return append(env,
		b.fromSecret("DB_SECRET_VERSION", versionKey(b.args.RemoteVersion)),
		object{"name": "PGOPTIONS", "value": b.args.Migration.sessionOptions()})
}

func (b *builder) fromSecret(name string, key pulumi.StringInput) object {
	return object{
		"name":      name,
		"valueFrom": object{"secretKeyRef": object{"name": b.args.SecretName, "key": key}},
	}
}

// sessionOptions limits what the migration's session waits for and runs; libpq, and with it psycopg, hands
// them to the server. A statement whose client is gone would run on without a limit.
func (m *Migration) sessionOptions() string {
	return fmt.Sprintf("-c lock_timeout=%ds -c statement_timeout=%ds", m.LockTimeoutSeconds, m.StatementTimeoutSeconds)
}

func (b *builder) volumes() list {
	volumes := list{object{"name": "tmp", "emptyDir": object{}}}
	if bundle := b.args.Migration.CaBundle; bundle.ConfigMap != "" {
		volumes = append(volumes, object{"name": caVolume, "configMap": object{"name": bundle.ConfigMap}})
	}
	return volumes
}

func (b *builder) mounts() list {
	mounts := list{object{"name": "tmp", "mountPath": "/tmp"}}
	if bundle := b.args.Migration.CaBundle; bundle.ConfigMap != "" {
		// One file, so that whatever else the image has beside it stays in sight.
		mounts = append(mounts, object{
			"name": caVolume, "mountPath": bundle.Path, "subPath": path.Base(bundle.Path), "readOnly": true,
		})
	}
	return mounts
}
