package pgbouncer

import (
	"fmt"
	"path"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

const (
	// rolloutTimeout is how long the provider waits for a rollout, including the shutdown of the old pods.
	rolloutTimeout = "10m0s"
	// shutdown is the preStop hook. It waits until the Service has removed the pod, and then lets transactions end: on SIGINT,
	// PgBouncer disconnects clients between two transactions. On SIGTERM, which the kubelet sends after the hook, it would wait
	// for clients to disconnect, and then be killed in the middle of a transaction.
	shutdown        = "sleep 5; kill -INT 1; sleep 60"
	shutdownSeconds = 75
	// The resources of a pod. PgBouncer needs about 15 MB, and 50 kB for each client (docs/how-to/pooling.md). It has a single thread.
	cpuRequest = "100m"
	cpuLimit   = "1"
	memory     = "256Mi"
)

// deployment registers the Deployment; the provider waits until its pods are ready. A new version of the secret and new
// settings cause a rollout, because the pod template has the name of an entry of the Secret and the name of the ConfigMap.
func (b *poolerBuilder) deployment(settings *configMap, dependencies ...pulumi.Resource) (pulumi.Resource, error) {
	metadata := b.metadata(b.name)
	if b.args.Config.App.ReloadOnChange {
		metadata["annotations"] = object{"secret.reloader.stakater.com/reload": b.args.Config.Pooling.TLSSecretName}
	}
	deployment, err := b.Register(b.name, object{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"metadata":   metadata,
		"spec": object{
			"replicas": config.PoolerReplicas,
			"selector": manifest.Selector(b.podLabels()),
			"strategy": object{"type": "RollingUpdate", "rollingUpdate": object{"maxUnavailable": 0, "maxSurge": 1}},
			"template": manifest.PodTemplate(b.args.Config.Pods, b.podLabels(), b.pod(settings.name)),
		},
	}, pulumi.DependsOn(append([]pulumi.Resource{settings.resource}, dependencies...)),
		pulumi.Timeouts(&pulumi.CustomTimeouts{Create: rolloutTimeout, Update: rolloutTimeout}))
	if err != nil {
		return nil, fmt.Errorf("registering the deployment %s: %w", b.name, err)
	}
	return deployment, nil
}

func (b *poolerBuilder) pod(settings pulumi.StringInput) object {
	return object{
		"serviceAccountName":            b.name,
		"terminationGracePeriodSeconds": shutdownSeconds,
		"affinity": object{"podAntiAffinity": object{"preferredDuringSchedulingIgnoredDuringExecution": list{object{
			"weight":          100,
			"podAffinityTerm": object{"labelSelector": manifest.Selector(b.podLabels()), "topologyKey": "kubernetes.io/hostname"},
		}}}},
		"topologySpreadConstraints": list{object{
			"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": manifest.Selector(b.podLabels()),
		}},
		"containers": list{b.container()},
		"volumes":    b.volumes(settings),
	}
}

func (b *poolerBuilder) container() object {
	return object{
		"name":            "pgbouncer",
		"image":           b.args.Config.Pooling.Image,
		"imagePullPolicy": "Always",
		"command":         list{"pgbouncer", path.Join(settingsDir, settingsFile)},
		"env":             list{b.secret.VersionVariable()},
		"ports":           list{object{"name": "postgresql", "containerPort": Port}},
		"securityContext": manifest.ContainerSecurity(),
		// The provider tells why a container failed only from its termination message.
		"terminationMessagePolicy": "FallbackToLogsOnError",
		"resources": object{
			"requests": object{"cpu": cpuRequest, "memory": memory, "ephemeral-storage": manifest.EphemeralStorage},
			"limits":   object{"cpu": cpuLimit, "memory": memory, "ephemeral-storage": manifest.EphemeralStorage},
		},
		// No liveness probe: the kernel accepts connections even for a process that hangs, and one that exits is restarted anyway.
		"readinessProbe": object{"tcpSocket": object{"port": Port}, "periodSeconds": 5, "timeoutSeconds": 2},
		"lifecycle":      object{"preStop": object{"exec": object{"command": list{"/bin/sh", "-c", shutdown}}}},
		"volumeMounts":   b.mounts(),
	}
}

// secretMode is the file mode of secrets: readable for owner and group only.
const secretMode = 0o440

func (b *poolerBuilder) volumes(settings pulumi.StringInput) list {
	return append(list{
		object{"name": "settings", "configMap": object{"name": settings}},
		object{"name": "logins", "secret": object{
			"secretName": b.secret.Name, "defaultMode": secretMode, "items": list{object{"key": userlistFile, "path": userlistFile}},
		}},
		object{"name": "tls", "secret": object{"secretName": b.args.Config.Pooling.TLSSecretName, "defaultMode": secretMode}},
	}, manifest.CaBundleVolumes(b.args.Config.TLS)...)
}

func (b *poolerBuilder) mounts() list {
	var mounts list
	for _, one := range [][2]string{{"settings", settingsDir}, {"logins", loginsDir}, {"tls", tlsDir}} {
		mounts = append(mounts, object{"name": one[0], "mountPath": one[1], "readOnly": true})
	}
	return append(mounts, manifest.CaBundleMounts(b.args.Config.TLS)...)
}
